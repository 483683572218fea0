"""`python -m tests.faults [PART ...] [--times NUMBER]`: each part says what came of it; exit status 1 if any failed."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.faults import fullness, kills, load, power, storm

PARTS: dict[str, tuple[Callable[[Path, int], str], int]] = {
    "server-sqlite": (kills.servers, 100),
    "server-postgresql": (partial(kills.servers, on_postgresql=True), 100),
    "server-broken": (kills.broken, 10),
    "cluster": (kills.clusters, 50),
    "power": (power.replayed, 10_000),
    "disk": (fullness.disk, 3),
    "storm-sqlite": (storm.duplicates, 100),
    "storm-postgresql": (partial(storm.duplicates, on_postgresql=True), 100),
    "load": (load.restarts, 5),
}
"""What does it, and how many times if nothing else is asked for."""


def main() -> int:
    """Run the parts that were asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--times", type=int, help="how often, in place of what each part does by itself")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    failed = 0
    for name in asked.parts or PARTS:
        part, times = PARTS[name]
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix=f"wizard-{name}-") as folder:
            Path(folder).chmod(0o755)  # so that PostgreSQL's own user reaches its part of it
            try:
                said = part(Path(folder), asked.times or times)
            except Exception:  # noqa: BLE001 - the other parts are still to be tried
                failed += 1
                said = f"FAILED\n{traceback.format_exc()}"
        sys.stdout.write(f"{name}: {said} ({time.monotonic() - began:.0f} s)\n")
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
