"""What the progress of a run says: only what is known, in whole numbers."""

import io
import math
import re
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
from rich.console import Console

from capest.runner import progress_display as shown
from capest.runner.loop import Progress
from capest.runner.progress_text import time_text
from capest.statistics.intervals import Interval

KNOWN = Interval(512.34, 510.1, 514.6)
ONE_TRIAL = Interval(512.34, math.nan, math.nan)
NONE = Interval(math.nan, math.nan, math.nan)


def at(done, trials, *, found=0, seconds=10.0, throughput=KNOWN, verdict=None):
    return Progress(done, trials, found, seconds, throughput, verdict)


def verdict(half, wanted, *, holds=False, expected=4000.0):
    condition = SimpleNamespace(figure="sinr_db.p05")
    reached = SimpleNamespace(
        condition=condition,
        estimate=SimpleNamespace(half_width=half, note=""),
        wanted=wanted,
        holds=holds,
    )
    return SimpleNamespace(reached=(reached,), holds=holds, expected_trials=expected)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (at(500, 1000), ["50/s", "about 10 s left", "throughput 512.3 ±2.3 Mbit/s"]),
        (at(12, 1000), ["1.2/s", "about 14 min left", "throughput 512.3 ±2.3 Mbit/s"]),
        # A constellation: a trial takes longer than a second.
        (at(2, 20, seconds=24.0), ["12 s a trial", "about 3.6 min left"]),
        (at(1, 20, seconds=400.0), ["6.7 min a trial", "about 2.1 h left"]),
        # One trial has no interval, and one that is done has no time left.
        (at(1, 1, throughput=ONE_TRIAL, seconds=2.0), ["2.0 s a trial", "throughput 512 Mbit/s"]),
        # What was there already was not computed at this rate.
        (at(910, 1000, found=900, seconds=5.0), ["2.0/s", "about 45 s left"]),
        (at(900, 1000, found=900, seconds=0.1, throughput=NONE), []),
        (at(10, 20, throughput=Interval(3.0, 3.0, 3.0)), ["1.0/s", "about 10 s left"]),
        (at(500, 9000, verdict=verdict(0.5, 0.1)), ["50/s", "about 70 s left"]),
        (at(500, 9000, verdict=verdict(0.5, 0.1)), ["sinr_db.p05 ±0.5 of ±0.1"]),
        (at(500, 9000, verdict=verdict(math.nan, math.nan)), ["sinr_db.p05 not known yet"]),
    ],
)
def test_what_is_known_is_said(state, said):
    found = shown.details(state)
    for text in said:
        assert text in found
    if not said:
        assert found == []
    for text in found:
        assert "nan" not in text
        assert "inf" not in text
        assert not text.startswith("0")


def test_the_end_of_a_rule_is_an_estimate_until_it_is_reached():
    assert shown.done_text(at(500, 9000, verdict=verdict(0.5, 0.1))) == "500 of about 4,000 trials"
    assert shown.done_text(at(500, 9000)) == "500 of 9,000 trials"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1.04, "1.0 s"), (12.0, "12 s"), (99.0, "99 s"), (150.0, "2.5 min"), (7200.0, "2.0 h")],
)
def test_lengths_of_time(seconds, text):
    assert time_text(seconds) == text


def test_days():
    assert time_text(86_400.0 * 12) == "12 days"


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_number_of_the_bar_is_cut(width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=width, color_system=None)
    bar = shown._Bar(console, 100_000)
    states = [at(1, 100_000, throughput=ONE_TRIAL, seconds=31.0), at(51_234, 100_000)]
    whole = {piece for state in states for piece in [shown.done_text(state), *shown.details(state)]}
    for of in ("", "point 113 of 2,048"):
        if of:
            bar.point(of, 100_000)
        for state in states:
            bar.update(state)
            bar._progress.refresh()
    bar.stop()
    frames = re.split(r"[\r\n]|\x1b\[[0-9;?]*[A-Za-z]", screen.getvalue())
    lines = [line for line in frames if "trials" in line]
    assert len(lines) >= 4
    assert any(shown.done_text(states[-1]) in line for line in lines)
    for line in lines:
        assert len(line) <= width
        assert "…" not in line
        rest = re.sub(r"[━╸╺]+", " ", line).replace("waiting for trials", "")
        rest = re.sub(r"point 113 of 2,048:?", "", rest)
        for piece in sorted(whole, key=len, reverse=True):
            rest = rest.replace(piece, "")
        assert not re.search(r"\d", re.sub(r"\d:\d\d:\d\d", "", rest)), line


def test_a_log_gets_a_line_with_the_point_of_the_sweep(capsys):
    lines = shown._Lines()
    lines._next = 0.0
    lines.point("point 3 of 12", 20)
    lines.update(at(2, 20, seconds=24.0))
    said = capsys.readouterr().err
    assert said.startswith("point 3 of 12: 2 of 20 trials, 12 s a trial, about 3.6 min left, ")
    assert said.endswith("throughput 512.3 ±2.3 Mbit/s\n")
    # A minute passes before the next.
    lines.update(replace(at(3, 20), seconds=25.0))
    assert capsys.readouterr().err == ""


def test_a_notebook_has_one_line_that_is_written_anew(monkeypatch):
    written = []

    def show(first):
        written.append(first)
        return written.append

    cell = shown._CellLine(show)
    cell.point("point 3 of 12", 20)
    cell.update(at(2, 20, seconds=24.0))
    cell.update(at(3, 20, seconds=36.0))
    cell.stop()
    assert written[0] == "waiting for trials ..."
    assert written[1].startswith("point 3 of 12: 2 of 20 trials, 12 s a trial")
    # Changes come at most five times a second; the last one always stays.
    assert written[-1].startswith("point 3 of 12: 3 of 20 trials")
    assert len(written) == 3


def test_who_watches_is_known_by_ipython(monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", None)
    assert not shown.is_interactive()
    assert not shown.is_notebook()
    for shell, notebook in ((SimpleNamespace(), False), (SimpleNamespace(kernel=1), True)):
        ipython = SimpleNamespace(get_ipython=lambda shell=shell: shell)
        monkeypatch.setitem(sys.modules, "IPython", ipython)
        assert shown.is_interactive()
        assert shown.is_notebook() == notebook
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert not shown.is_interactive()
