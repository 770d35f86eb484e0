"""The three jobs of the page on results are done by its commands alone, as they are printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .test_readme import ROOT, in_a_plain_shell, readers_folder  # noqa: F401

PAGE = (ROOT / "capest" / "docs" / "results.md").read_text(encoding="utf-8")
JOBS = {
    "The planner": ("reuse.png", "where.png"),
    "The regulator": ("claim.html", "cells.geojson"),
    "The researcher": ("sinr.pdf", "figures.csv"),
}
"""Headings of the page, with what their commands leave."""


def commands(heading: str) -> str:
    (block,) = re.findall(rf"^## {heading}:.*?^```sh\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    # Fewer trials and users: the words are tested, not the figures.
    fewer = re.sub(r"--trials \d+", "--trials 2", block)
    return fewer.replace("gw-a59-china.toml", "gw-a59-china.toml --set users.count=5000")


@pytest.mark.documented
@pytest.mark.parametrize("heading", JOBS)
def test_a_job_is_done(heading: str, readers_folder: Path) -> None:  # noqa: F811
    (readers_folder / "runs" / "guowang-video-call").mkdir(exist_ok=True)
    in_a_plain_shell(f"export PATH=$PWD/.venv/bin:$PATH\n{commands(heading)}", readers_folder)
    for name in JOBS[heading]:
        assert (readers_folder / name).stat().st_size > 1000, name
