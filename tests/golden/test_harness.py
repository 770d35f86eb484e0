"""The harness of golden values sees what changes, and says it."""

import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from . import golden
from .golden import VALUES, Values, differences, main, read, table, write

NAME = "one-beam"
CALLS = "one-calls-noise-only"


def changed(values: Values, **by: float) -> Values:
    """Add to some values; ``__`` stands for the point in their names."""
    found = dict(values)
    for name, step in by.items():
        found[name.replace("__", ".")] += step
    return found


def names(old: Values, new: Values, *, elsewhere: bool = False) -> list[str]:
    return [one.name for one in differences("any", old, new, elsewhere=elsewhere)]


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Folder with one file of values, written here."""
    assert main([NAME, "--write"], tmp_path) == 0
    capsys.readouterr()
    return tmp_path


@pytest.fixture
def calls() -> Values:
    """Values with 1,770 calls in four trials."""
    return read(VALUES / f"{CALLS}.toml")[1]


def edit(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def test_nothing_differs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (folder / f"{NAME}.toml").read_bytes()
    assert main([NAME, "--write"], folder) == 0
    assert capsys.readouterr().out == "0 values differ\n"
    assert (folder / f"{NAME}.toml").read_bytes() == before


def test_a_changed_value_is_shown_and_fails_until_it_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / f"{NAME}.toml"
    right = path.read_bytes()
    edit(path, lambda text: text.replace("users.trial_1 = 190\n", "users.trial_1 = 200\n", 1))
    assert path.read_bytes() != right
    assert main([NAME], folder) == 1
    heading, row, end = capsys.readouterr().out.splitlines()
    assert heading.split() == ["scenario", "name", "old", "new", "change"]
    assert row.split() == [NAME, "users.trial_1", "200", "190", "-10", "(-5", "%)"]
    assert end == "1 values differ"
    assert main([NAME, "--write"], folder) == 0
    assert "users.trial_1" in capsys.readouterr().out
    assert path.read_bytes() == right


def test_a_value_that_is_gone_fails_and_a_new_one_does_not(folder: Path) -> None:
    path = folder / f"{NAME}.toml"
    edit(path, lambda text: text + "gone.trial_0 = 7\n")
    found = golden.compare(NAME, read(VALUES / f"{NAME}.toml")[1], folder)
    assert [(one.name, one.old, one.new) for one in found] == [("gone.trial_0", 7, None)]
    assert "missing" in table(found)
    assert names({"a": 1}, {"a": 1, "b": 2}) == []


def test_a_scenario_without_values_fails(tmp_path: Path) -> None:
    assert [one.name for one in golden.compare(NAME, {"a": 1}, tmp_path)] == ["a"]


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["one-bean"])
    assert stopped.value.code == 2
    assert "no such scenario: one-bean" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (440, 440, True),
        (440, 441, False),
        (10_000_000, 10_000_001, False),
        (0, 0.0, True),
        (0.0, 9e-7, True),
        (0.0, 1.1e-6, False),
        (2.5e6, 2.5e6 + 2.4, True),
        (2.5e6, 2.5e6 + 2.6, False),
        (-3.0, -3.0 - 4e-6, False),
        (math.nan, math.nan, True),
        (math.nan, 1.0, False),
        (1.0, math.nan, False),
        (math.inf, math.inf, True),
        (math.inf, -math.inf, False),
        (1.0, math.inf, False),
    ],
)
def test_whole_numbers_are_equal_and_others_close(old: float, new: float, same: bool) -> None:
    assert (names({"a": old}, {"a": new}) == []) == same


def test_one_call_is_seen_here(calls: Values) -> None:
    assert names(calls, changed(calls, calls__trial_2=1)) == ["calls.trial_2"]


def test_elsewhere_one_tie_is_allowed_and_no_more(calls: Values) -> None:
    assert sum(calls[f"calls.trial_{k}"] for k in range(4)) == 1770
    one = {"calls__trial_2": 1, "calls_refused__trial_2": -1, "throughput__trial_2": 0.1}
    sums = {"calls_mean": 0.25, "cell_calls__part_1_of_4": 1}
    assert names(calls, changed(calls, **one, **sums), elsewhere=True) == []
    for more in (
        {"calls__trial_2": 2},
        {"calls__trial_2": 1, "calls__trial_3": -1},
        {"calls_mean": 0.25},
        {"throughput__trial_2": 0.02 * calls["throughput.trial_2"]},
    ):
        assert len(names(calls, changed(calls, **more), elsewhere=True)) == len(more)
    gone = {name: value for name, value in calls.items() if name != "calls.trial_2"}
    assert names(calls, gone, elsewhere=True) == ["calls.trial_2"]


def test_where_a_tie_is_more_than_a_thousandth_none_is_allowed(calls: Values) -> None:
    few = calls | {"calls.trial_0": calls["calls.trial_0"] - 771}
    assert names(few, changed(few, calls__trial_2=1), elsewhere=True) == ["calls.trial_2"]
    few |= {f"calls.trial_{k}": 0 for k in range(4)} | {"users.trial_0": 0, "users.trial_1": 0}
    few |= {"users.trial_2": 500, "users.trial_3": 499}
    assert names(few, changed(few, users__trial_2=1), elsewhere=True) == ["users.trial_2"]


def test_fewer_instruction_sets_are_another_machine() -> None:
    off = np.show_config(mode="dicts").get("SIMD Extensions", {}).get("found", [])
    if not off:
        pytest.skip("NumPy finds no instruction set here that it could do without")
    code = "import golden; print(golden.machine())"
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=VALUES.parent,
        env=os.environ | {"NPY_DISABLE_CPU_FEATURES": " ".join(off)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() != golden.machine()


def test_rounding_elsewhere() -> None:
    old: Values = {"cell_sinr_db.part_1_of_4": 4.0, "throughput.trial_0": 4.0}
    new: Values = dict.fromkeys(old, 4.0 * (1.0 + 5e-06))
    assert names(old, new, elsewhere=True) == ["throughput.trial_0"]
    assert names(old, new) == list(old)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    values: Values = {
        "a": 3, "b.trial_0": 0.1 + 0.2, "b.trial_1": -1e-12, "b_low": 5.0, "c": 123456789012,
        "d.p05": -math.inf, "d.p50": math.nan, "e": 1e22, "f": 0.0,
    }  # fmt: skip
    write(tmp_path / "any.toml", values)
    written_on, again = read(tmp_path / "any.toml")
    assert written_on == golden.machine()
    assert list(again) == list(values)
    assert [type(value) for value in again.values()] == [type(value) for value in values.values()]
    assert names(values, again) == []
