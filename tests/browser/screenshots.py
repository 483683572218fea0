"""Pictures of the main pages, to be looked at: wide and narrow, light, dark, in forced colors, in Chinese, and printed.

python -m tests.browser.screenshots FOLDER [WORDS...]     only the pages whose names hold one of the words
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.serving import Addresses, Site, chromium, serve, sign_in

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 360, "height": 740}

MANNERS: dict[str, dict[str, Any]] = {
    "1280": {"viewport": WIDE},
    "360": {"viewport": NARROW},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
    "forced": {"viewport": WIDE, "forced_colors": "active"},
    "zh": {"viewport": WIDE, "locale": "zh-CN"},
    "zh-360": {"viewport": NARROW, "locale": "zh-CN"},
    "print": {"viewport": WIDE},
}


def sales_pages(prepared: Addresses) -> dict[str, str]:
    """The pages of sales worth a picture, by name."""
    case, empty, chip = (prepared["pages"][name] for name in ("case", "empty", "chip"))
    return {
        "home": "/",
        "start": "/cases/new/",
        "question-first": f"{empty}item/",
        "question-choice": prepared["questions"]["activity, integrated_circuit"],
        "question-number": f"{chip}tpp/",
        "question-country": f"{case}ultimate_parent/",
        "question-date": prepared["questions"]["date, integrated_circuit"],
        "question-flag": f"{case}part_744_concern/",
        "estimate": f"{empty}training_operations/estimate/parameters/?parameters=1.2e12&tokens=2e13",
        "product": f"{chip}product/",
        "check": f"{case}check/",
        "check-empty": f"{empty}check/",
        **{f"result-{code}": address for code, address in prepared["results"].items()},
        "path": f"{case}path/",
        "what-if": f"{case}what-if/",
        "ask": f"{chip}tpp/ask/",
        "colleague": prepared["pages"]["asked"],
        "memo": prepared["pages"]["memo"],
        "verify": "/verify/",
        "glossary": "/glossary/",
        "password": "/password/",
    }


def legal_pages(prepared: Addresses) -> dict[str, str]:
    """The pages of the legal desk worth a picture, by name."""
    shown = prepared["pages"]
    return {
        "queue": "/",
        "review": f"{shown['memo']}review/",
        "retention": f"{shown['memo']}retention/",
        "retention-report": "/desk/retention/",
        "dashboard": "/desk/dashboard/",
        "export": "/desk/export/",
        "export-taken": shown["export"],
        "law": "/law/",
        "law-provision": "/law/provisions/s740_29/",
        "law-changes": "/law/changes/",
        "law-memos": "/law/memos/?one=M-2026-0001&other=M-2026-0002",
        "law-dates": shown["dates"],
        "law-redeterminations": "/law/redeterminations/",
        "law-run": shown["run"],
        "law-redetermined": shown["redetermined"],
        "scenarios": "/scenarios/",
        "scenario": shown["scenario"],
    }


def take(browser: Browser, site: Site, folder: Path, words: list[str]) -> None:
    """One picture of each page in each manner; a PDF where it is printed."""
    for manner, options in MANNERS.items():
        for role, pages in (("sales", sales_pages(site.prepared)), ("legal", legal_pages(site.prepared))):
            context = browser.new_context(base_url=site.address, reduced_motion="reduce", **options)
            page = context.new_page()
            page.goto("/sign-in/")
            _picture(page, folder / f"sign-in.{manner}")
            sign_in(page, role)
            for name, address in pages.items():
                if not words or any(word in name for word in words):
                    page.goto(address)
                    _picture(page, folder / f"{name}.{manner}")
            context.close()


def _picture(page: Page, path: Path) -> None:
    if path.suffix == ".print":
        page.pdf(path=f"{path}.pdf", format="Letter")
    else:
        page.screenshot(path=f"{path}.png", full_page=True)


def main() -> None:
    """Make the pictures."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, serve(Path(data)) as site, chromium() as browser:
        take(browser, site, folder, sys.argv[2:])


if __name__ == "__main__":
    main()
