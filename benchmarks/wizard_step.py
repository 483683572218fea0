"""One step of the interview over HTTP, against the least that Django does behind the same middleware, and against
django-formtools if that is installed (`benchmarks.formtools_peer` says how).

    python -m benchmarks.wizard_step [CASES]

Granian servers of the same shape run on 127.0.0.1, each with one worker: the wizard on a database of its own,
`benchmarks.hello`, and the peer. The same client, signed in, on one kept connection, answers every question of an
interview; between two answers it asks hello once, and does one step of the formtools wizard. "Save" is the POST of an
answer, which ends in a redirect; "next page" is the GET after it; "step" is both together, for either wizard. Wall-
clock milliseconds; beside them the processor time that each server took for a request or step, which other work on
the machine disturbs less. Every interview must end at its result.
"""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

BASE_DIR = Path(__file__).resolve().parent.parent
ANSWERS = {
    "item": "integrated_circuit",
    "activity": "export",
    "date": "2026-09-01",
    "origin": "us",
    "entry": "3A090",
    "tpp": "15832",
    "performance_density": "19.449",
    "datacenter": "true",
    "dram_bandwidth": "4800",
    "units": "1,024",
    "authorized_designer": "true",
    "private_sector": "true",
    "purpose": "own_use",
    "trains_4e091_for_outsiders": "false",
    "direct_to_consignee": "true",
    "lpp_tpp_received_this_year": "0",
    "veu": "none",
    "exceeds_country_allocation": "false",
    "destination": "PL",
    "headquarters": "PL",
    "ultimate_parent": "PL",
    "part_744_concern": "false",
}


MEASURED = ("hello", "save", "next page", "step", "formtools step")


class Visitor:
    """A browser as far as cookies and redirects go, on one connection."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, data: dict[str, str] | None = None) -> tuple[int, str, str]:
        """The status, the place that a redirect names, and the page."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if data is not None:
            body = urlencode(data)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        page = response.read().decode()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response.status, response.headers.get("Location", ""), page

    def send(self, path: str, page: str, **data: str) -> tuple[int, str, str]:
        """POST a form of this page."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        version = re.search(r'name="version" value="(\d+)"', page)
        assert found is not None, page[:500]
        shown = {"version": version[1]} if version else {}
        return self.ask("POST", path, {"csrfmiddlewaretoken": found[1], **shown, **data})


@contextlib.contextmanager
def serving(application: str, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """A granian server on a free port, until the block ends: the port and the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [
            *(str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1"),
            *("--port", str(port), "--workers", "1", "--blocking-threads", "2", "--log-level", "critical"),
            application,
        ],
        cwd=BASE_DIR,
        env=environment,
    )
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(20)


def processor(process: int) -> float:
    """Milliseconds that a process and its children have worked so far."""
    ticks = 0
    for each in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            pid, _, after = each.read_text().partition(" (")
            parts = after.rpartition(") ")[2].split()
            if process in (int(pid), int(parts[1])):
                ticks += int(parts[11]) + int(parts[12])
    return 1000 * ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure, then print the table."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with_peer = importlib.util.find_spec("formtools") is not None
    times: dict[str, list[float]] = {name: [] for name in MEASURED}
    with tempfile.TemporaryDirectory(prefix="wizard-step-") as data:
        environment = {**os.environ, "WIZARD_DEMO": "1", "WIZARD_DATA": data, "WIZARD_REVISION": "benchmark"}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        for command in (("migrate", "-v0"), ("collectstatic", "--no-input", "-v0"), ("setup_demo",)):
            subprocess.run([sys.executable, "manage.py", *command], cwd=BASE_DIR, env=environment, check=True)
        hello_environment = {**environment, "DJANGO_SETTINGS_MODULE": "benchmarks.hello_settings"}
        peer_environment = {**environment, "DJANGO_SETTINGS_MODULE": "benchmarks.formtools_settings"}
        with contextlib.ExitStack() as servers:
            port, wizard = servers.enter_context(serving("config.wsgi:application", environment))
            other, hello = servers.enter_context(serving("benchmarks.hello:application", hello_environment))
            visitor, greeter, peer = Visitor(port), Visitor(other), None
            if with_peer:
                peer_port, _process = servers.enter_context(
                    serving("benchmarks.formtools_peer:application", peer_environment)
                )
                peer = Peer(peer_port)
            _status, _place, page = visitor.ask("GET", "/sign-in/")
            status, _place, _page = visitor.send("/sign-in/demo/", page, role="sales")
            assert status == 302, status
            greeter.cookies = visitor.cookies
            walk(visitor, greeter, peer)  # warms all up
            worked = -processor(wizard), -processor(hello)
            for _ in range(cases):
                for name, several in walk(visitor, greeter, peer).items():
                    times[name] += several
            worked = worked[0] + processor(wizard), worked[1] + processor(hello)
    print(f"{cases} interviews, {len(times['step'])} steps, load {os.getloadavg()[0]:.1f}\n")
    print("| what | median, ms | 90 % | 99 % | rate to hello's | 99 % to hello's |")
    print("|---|--:|--:|--:|--:|--:|")
    marks = {
        name: [sorted(several)[int(len(several) * at)] for at in (0.5, 0.9, 0.99)]
        for name, several in times.items()
        if several
    }
    for name, (median, p90, p99) in marks.items():
        print(
            f"| {name} | {median:.2f} | {p90:.2f} | {p99:.2f} | {marks['hello'][0] / median:.2f} "
            f"| {p99 / marks['hello'][2]:.1f} |"
        )
    steps = len(times["step"])
    print(
        f"\nProcessor time: {worked[0] / steps:.2f} ms a step (with starting each case), {worked[1] / steps:.2f} ms "
        f"a hello: {worked[1] / worked[0]:.2f} of hello's rate."
    )
    if not with_peer:
        print("\nformtools is not installed and was not compared.")
    quarter = max(1, len(times["step"]) // 4)
    parts = [slice(at * quarter, (at + 1) * quarter) for at in range(4)]
    ratios = sorted(
        statistics.median(times["hello"][part]) / statistics.median(times["step"][part]) for part in parts
    )
    print(
        f"\nRate of a step to hello's in each quarter of the run: {', '.join(f'{ratio:.2f}' for ratio in ratios)}."
    )


class Peer:
    """Somebody who answers the questions of the formtools wizard, again and again."""

    def __init__(self, port: int) -> None:
        self.visitor = Visitor(port)
        self.begin()

    def begin(self) -> None:
        """The first question."""
        self.place = f"/peer/{next(iter(ANSWERS))}/"
        _status, _place, self.page = self.visitor.ask("GET", self.place)

    def step(self) -> None:
        """One answer and the next page."""
        name = self.place.rstrip("/").rpartition("/")[2]
        fields = {"peer-current_step": name, f"{name}-answer": ANSWERS[name.replace("-", "_")]}
        status, place, _page = self.visitor.send(self.place, self.page, **fields)
        assert status == 302, (name, status)
        assert place != self.place, name
        self.place = place
        status, _place, self.page = self.visitor.ask("GET", self.place)
        if self.place.endswith("/done/"):
            self.begin()


def walk(visitor: Visitor, greeter: Visitor, peer: Peer | None) -> dict[str, list[float]]:
    """One interview, with a question to hello and a step of the peer between any two answers."""
    times: dict[str, list[float]] = {name: [] for name in MEASURED}
    _status, _place, page = visitor.ask("GET", "/cases/new/")
    _status, place, _page = visitor.send("/cases/new/", page, title="Warta Data: accelerators")
    status, place, page = visitor.ask("GET", place)
    while status == 302:
        status, place_after, page = visitor.ask("GET", place)
        place = place_after or place
    while not place.endswith("/result/"):
        fact = place.rstrip("/").rpartition("/")[2]
        if peer is not None:
            began = time.perf_counter()
            peer.step()
            times["formtools step"].append(1000 * (time.perf_counter() - began))
        began = time.perf_counter()
        greeter.ask("GET", "/hello/")
        greeted = time.perf_counter()
        status, after, _page = visitor.send(place, page, answer=ANSWERS[fact])
        saved = time.perf_counter()
        assert status == 302, (fact, status)
        assert after != place, fact
        place = after
        status, _after, page = visitor.ask("GET", place)
        shown = time.perf_counter()
        assert status == 200, (place, status)
        for name, seconds in (
            ("hello", greeted - began),
            ("save", saved - greeted),
            ("next page", shown - saved),
            ("step", shown - greeted),
        ):
            times[name].append(1000 * seconds)
    return times


if __name__ == "__main__":
    main()
