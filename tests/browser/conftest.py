"""A real Chromium without a window, and pages for it; skipped where there is none.

``CAPEST_BROWSER=required`` makes the lack of one a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from capest.report.page import report_page
from tests.report.small import hostile, make_files, source

ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def lacking(what: str) -> None:
    """Skip, or fail where a browser is required."""
    if os.environ.get("CAPEST_BROWSER") == "required":
        pytest.fail(f"{what}, and CAPEST_BROWSER is required")
    pytest.skip(what)


@dataclass
class Opened:
    """A page with what it did unasked."""

    page: Any
    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    @property
    def unasked(self) -> list[str]:
        """Messages, requests but for the page itself, and dialogs."""
        return [*self.messages, *self.requests[1:], *self.dialogs]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        lacking('no playwright: pip install -e ".[browser]"')
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        lacking(f"no Chromium: none of {', '.join(NAMES)}")
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def files(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Result files of every kind; computed where there is a browser to show them."""
    return make_files(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="session")
def reports(files: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports as files: of a network with all others, of one satellite, and of hostile texts."""
    folder = tmp_path_factory.mktemp("reports")
    all_files = ("network", "weaker", "uncertainty", "sweep", "capacity")
    made = {
        "network": [source(files[each]) for each in all_files],
        "satellite": [source(files[each]) for each in ("satellite", "uncertainty")],
        "hostile": [hostile(files[each]) for each in all_files],
    }
    paths = {name: folder / f"{name}.html" for name in made}
    for name, sources in made.items():
        paths[name].write_bytes(report_page(sources).content)
    return paths


@pytest.fixture
def open_page(browser: Any, reports: dict[str, Path]) -> Iterator[Callable[..., Opened]]:
    """Opens a report by its name; options are those of a browser's page."""
    pages = []

    def opened(name: str, width: int = 1280, **options: Any) -> Opened:
        page = browser.new_page(viewport={"width": width, "height": 900}, **options)
        pages.append(page)
        found = Opened(page)
        page.on("console", lambda message: found.messages.append(message.text))
        page.on("pageerror", lambda error: found.messages.append(str(error)))
        page.on("request", lambda request: found.requests.append(request.url))

        def dismiss(dialog: Any) -> None:
            found.dialogs.append(dialog.message)
            dialog.dismiss()

        page.on("dialog", dismiss)
        page.goto(reports[name].as_uri())
        return found

    yield opened
    for page in pages:
        page.close()
