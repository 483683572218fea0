"""How long a memo's PDF takes, against another program that sets the same words, and against Typst alone.

    python -m benchmarks.documents [ROUNDS]

In every round each sample memo is set by three sides in turn, all warm. No memo comes twice: its number, title,
author and times differ each time, since Typst remembers what it has set and WeasyPrint does not.

- ours: `wizard.documents.pdf.pdf`, from the sealed content to the bytes, in its confined process;
- Typst alone: the same source and data, compiled in this process with its fonts loaded; the limit;
- WeasyPrint: the memo's page, made beforehand, to a PDF/UA-1 in a warm process, fonts and style sheet read.

What is timed is checked: each PDF is tagged, declares PDF/UA-1, and holds the memo's number and its words, Chinese
ones included, as `pdftotext` reads them; ours has the same bytes when a new process makes it again, and how long
that takes from the process's start is given as well. WeasyPrint is installed by its name into an environment that
is thrown away.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import django
import typst
from django.core.management import call_command
from django.template.loader import render_to_string
from django.utils.html import escape

_FOLDER = tempfile.TemporaryDirectory()
os.environ |= {"WIZARD_DEMO": "1", "WIZARD_DATA": _FOLDER.name, "DJANGO_SETTINGS_MODULE": "config.settings"}
django.setup()

from wizard import record  # noqa: E402 - Django reads the environment first
from wizard.documents.code import Code, code  # noqa: E402
from wizard.documents.glyphs import FONTS  # noqa: E402
from wizard.documents.outline import Outline, outline  # noqa: E402
from wizard.documents.pdf import job, pdf  # noqa: E402
from wizard.documents.typeset import HERE, typeset  # noqa: E402
from wizard.documents.typesetter import TYPESETTER  # noqa: E402
from wizard.models import Memo  # noqa: E402

LANGUAGES = ("en", "zh-hans")
ADDRESS = "https://wizard.example/verify/?code=AAAA-BBBB-CCCC-DDDD&number=M-2026-0001"
PEER = """
import json, sys
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
fonts = FontConfiguration()
sheet = CSS(string=json.loads(sys.stdin.readline()), font_config=fonts)
for line in sys.stdin:
    page = HTML(string=json.loads(line))
    made = page.write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1")
    sys.stdout.buffer.write(b"%d\\n" % len(made) + made)
    sys.stdout.buffer.flush()
"""
"""WeasyPrint: given its style sheet in the first line, then a page in each."""

STYLE = """
@font-face {{ font-family: Text; src: url(file://{fonts}/SourceSerif4-Regular.otf) }}
@font-face {{ font-family: Text; font-weight: 600; src: url(file://{fonts}/SourceSerif4-Semibold.otf) }}
@font-face {{ font-family: Han; src: url(file://{fonts}/NotoSerifSC-Regular.ttf) }}
@font-face {{ font-family: Rest; src: url(file://{fonts}/DroidSansFallback.ttf) }}
@page {{ size: letter; margin: 17mm 18mm 17mm 22mm; @bottom-right {{ content: counter(page) " / " counter(pages) }} }}
body {{ font: 9pt/1.3 Text, Han, Rest }}
h1 {{ font-size: 20pt }} h2 {{ font-size: 12.5pt }} h3 {{ font-size: 10pt }}
table {{ width: 100%; border-collapse: collapse; font-size: 8pt }}
th, td {{ padding: .5mm 4mm .5mm 0; border-bottom: .3pt solid; text-align: left; vertical-align: top }}
.noted {{ margin-right: 50mm; position: relative }}
.margin-note {{ position: absolute; right: -50mm; width: 44mm; margin: 0; font-size: 8pt }}
svg {{ width: 24mm; height: 24mm }}
"""


class Peer:
    """WeasyPrint in a warm process."""

    def __init__(self, python: Path, style: str) -> None:
        self.process = subprocess.Popen([python, "-c", PEER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdin
        assert self.process.stdout
        self.into, self.out = self.process.stdin, self.process.stdout
        self.into.write(json.dumps(style).encode() + b"\n")

    def set(self, page: str) -> bytes:
        """The PDF of a page."""
        self.into.write(json.dumps(page).encode() + b"\n")
        self.into.flush()
        return self.out.read(int(self.out.readline()))

    def close(self) -> None:
        """End the process."""
        self.into.close()
        self.process.wait(20)


def install(folder: Path) -> Path:
    """An environment with WeasyPrint in it; the path of its Python.

    Raises:
        SystemExit: it cannot be installed or started; what is missing is said.
    """
    python = folder / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--quiet", "weasyprint"], check=True)
    tried = subprocess.run(
        [str(python), "-c", "import weasyprint; print(weasyprint.__version__)"],
        capture_output=True, check=False, text=True,
    )  # fmt: skip
    if tried.returncode:
        raise SystemExit(
            "WeasyPrint does not start. It needs Debian's libpango-1.0-0 and libpangoft2-1.0-0:\n"
            f"{tried.stderr.strip().splitlines()[-1]}"
        )
    print(f"WeasyPrint {tried.stdout.strip()}")
    return python


def check(made: bytes, memo: Memo, language: str) -> int:
    """How many pages the PDF has; it must be tagged, say that it is PDF/UA, and be read as what the memo says."""
    said = run("pdfinfo", made, "-")
    assert re.search(r"^Tagged: +yes$", said, re.MULTILINE), "not tagged"
    assert re.search(r"pdfuaid:part(>|=\")1", run("pdfinfo", made, "-meta", "-")), "not declared as PDF/UA-1"
    words = "".join(run("pdftotext", made, "-raw", "-enc", "UTF-8", "-", "-").split())
    found = memo.content["text"][language]["findings"]
    for expected in (memo.number, found["outcome"]["meaning"], found["codified"], memo.sha256):
        assert "".join(expected.split()) in words, f"cannot be read: {expected}"
    return int(re.findall(r"^Pages: +(\d+)$", said, re.MULTILINE)[0])


def run(tool: str, made: bytes, *options: str) -> str:
    """What one of Poppler's tools says of a PDF."""
    done = subprocess.run([tool, *options], input=made, capture_output=True, check=True, timeout=60)
    return done.stdout.decode(errors="replace")


def timed(make: Callable[[], bytes]) -> tuple[float, bytes]:
    """Milliseconds on the clock, and what was made."""
    start = time.perf_counter()
    made = make()
    return (time.perf_counter() - start) * 1000, made


def page(document: Outline, code: Code) -> str:
    """The document of the memo's own page, as a page for WeasyPrint."""
    body = render_to_string("wizard/_document.html", {"document": document, "code": code})
    return (
        f'<html lang="{document.language}"><head><title>{escape(document.title)}</title></head>'
        f"<body>{body}</body></html>"
    )


def another(memo: Memo, number: int) -> Memo:
    """The memo as it would be if someone else had recorded it at another time; never saved."""
    content = json.loads(memo.canonical)
    content["number"] = f"M-2027-{number:04}"
    content["case"]["title"] = f"{content['case']['title']}, lot {number}"
    content["author"]["name"] = f"Maya Torres {number}"
    for text in content["text"].values():
        for fact in text["facts"]:
            fact["by"] = content["author"]["name"]
            fact["at"] = f"2027-03-04 {number // 60 % 24:02}:{number % 60:02} EST"
    canonical = record.canonical(content)
    return Memo(canonical=canonical, sha256=record.sha256(canonical), number=content["number"])


def measure(rounds: int, peer: Peer) -> None:
    """Measure, check and print."""
    samples = list(Memo.objects.order_by("id"))
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    compiler = typst.Compiler(str(HERE / "memo.typ"), root=str(HERE), font_paths=fonts)

    def ours(memo: Memo, language: str) -> bytes:
        return pdf(memo, language=language, paper="letter", address=ADDRESS)

    numbers = itertools.count(1)
    print("| memo | side | pages | median ms (quickest to slowest) | 90 % | ours to it |")
    print("|---|---|--:|--:|--:|--:|")
    for language in LANGUAGES:
        times: dict[str, list[float]] = {"ours": [], "Typst alone": [], "WeasyPrint": []}
        pages: dict[str, list[int]] = {name: [] for name in times}
        for round_ in range(rounds + 1):  # the first warms up, and is what is checked
            for sample in samples:
                memo = another(sample, next(numbers))
                document = outline(memo, language, ADDRESS)
                html = page(document, code(ADDRESS))
                asked = job(memo, language=language, paper="letter", address=ADDRESS)
                for name, (took, made) in {
                    "ours": timed(partial(ours, memo, language)),
                    "Typst alone": timed(partial(typeset, compiler, asked)),
                    "WeasyPrint": timed(partial(peer.set, html)),
                }.items():
                    if round_:
                        times[name].append(took)
                    else:
                        pages[name].append(check(made, memo, language))
        report(language, times, pages)
        again = another(samples[2], 0)
        made = ours(again, language)
        cold = []
        for _round in range(5):
            TYPESETTER.close()
            took, same = timed(partial(ours, again, language))
            assert same == made, "a new process makes other bytes"
            cold.append(took)
        print(
            f"| {language} | ours, from the start of a process | | {statistics.median(cold):.0f} "
            f"({min(cold):.0f} to {max(cold):.0f}) | | |"
        )


def report(language: str, times: dict[str, list[float]], pages: dict[str, list[int]]) -> None:
    """Print the rows of one language."""
    ours = statistics.median(times["ours"])
    for name, took in times.items():
        median = statistics.median(took)
        print(
            f"| {language} | {name} | {min(pages[name])} to {max(pages[name])} "
            f"| {median:.1f} ({min(took):.1f} to {max(took):.1f}) "
            f"| {statistics.quantiles(took, n=10)[-1]:.1f} | {ours / median:.2f} |",
            flush=True,
        )


def main(rounds: int) -> None:
    """Make a demonstration and WeasyPrint's environment, and measure."""
    call_command("migrate", verbosity=0)
    call_command("setup_demo", verbosity=0)
    peer = Peer(install(Path(_FOLDER.name, "peer")), STYLE.format(fonts=FONTS))
    try:
        measure(rounds, peer)
    finally:
        peer.close()


if __name__ == "__main__":
    with _FOLDER:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
