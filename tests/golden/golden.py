"""Golden values: named figures of small scenarios, and what has become of them.

From the top folder of the project:

    python tests/golden/golden.py                 what differs, as a table; exit code 1 if any
    python tests/golden/golden.py one-uplink ...  of these scenarios only
    python tests/golden/golden.py --write ...     the same, and writes the new values
    python tests/golden/golden.py --backend native    by compiled kernels, against NumPy's values

``README.md`` beside this file says when values may change, and what was measured of rounding.
"""

from __future__ import annotations

import argparse
import math
import platform
import re
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

# A script has no package; imported by a test, this module has one.
if __package__:
    from .named_values import NAMES, Backend, Values, compute
else:
    from named_values import NAMES, Backend, Values, compute

VALUES = Path(__file__).parent / "values"

WITHIN = 1e-6
"""How far a number that is no whole one may be off: as such, or as a share of the old value."""

WITHIN_ELSEWHERE = 1e-5
"""As `WITHIN`, on another kind of machine, for sums of means of single-precision decibels."""

WITHIN_COMPILED = {"sinr_db.part_": 1e-4, "_quantile.": 1e-3}
"""As `WITHIN`, by compiled kernels: for sums of means of decibels, and for quantiles, which come
from bins: one of few users on the edge of a bin moves them."""

TIE_AMONG = 1000
"""Fewer calls carried than this in all trials (users, without calls) have no tie: one would be
more than a thousandth."""

TIE_SHIFTS = 0.01
"""By this share of a value, at most, a tie shifts what is no whole number."""

# --- Files of values ----------------------------------------------------------------------------


def machine() -> str:
    """Name what rounding depends on: instruction sets that NumPy uses here, and its version."""
    config: Any = np.show_config(mode="dicts")
    # Lists that are empty are left out.
    extensions = config.get("SIMD Extensions", {})
    sets = " ".join([*extensions.get("baseline", ()), *extensions.get("found", ())])
    version = ".".join(np.__version__.split(".")[:2])
    return f"{platform.machine()} {sets}, NumPy {version}"


def read(path: Path) -> tuple[str, Values]:
    """Read the machine that values were written on, and the values."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return content.pop("written_on"), dict(_flat(content))


def _flat(content: Mapping[str, Any], stem: str = "") -> Iterator[tuple[str, int | float]]:
    for key, value in content.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{stem}{key}.")
        else:
            yield f"{stem}{key}", value


def write(path: Path, values: Values) -> None:
    """Write values, one a line, as TOML."""
    # TOML knows nan and inf by Python's names; ten digits are more than are compared.
    lines = [f"{name} = {_text(value)}" for name, value in values.items()]
    path.write_text(f'written_on = "{machine()}"\n' + "\n".join(lines) + "\n", encoding="utf-8")


def _text(value: int | float) -> str:
    if isinstance(value, int):
        return str(value)
    text = f"{value:.10g}"
    return text if re.search(r"[.einf]", text) else f"{text}.0"


# --- Differences --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """A value that is not what it was; ``None`` stands for one that is not there."""

    scenario: str
    name: str
    old: int | float | None
    new: int | float | None

    @property
    def change(self) -> float:
        """New less old; infinite where one of them is missing."""
        if self.old is None or self.new is None or math.isnan(self.old) or math.isnan(self.new):
            return math.inf
        return self.new - self.old

    def cells(self) -> tuple[str, ...]:
        """What the table of differences shows."""
        old, new = ("missing" if value is None else _text(value) for value in (self.old, self.new))
        change = "" if math.isinf(self.change) else f"{self.change:+.6g}"
        if change and self.old:
            change += f" ({100.0 * self.change / abs(self.old):+.3g} %)"
        return self.scenario, self.name, old, new, change


def differences(
    scenario: str, old: Values, new: Values, *, elsewhere: bool, compiled: bool = False
) -> list[Difference]:
    """Compare named values with new ones; what is not named does not count.

    Parameters
    ----------
    scenario : str
    old, new : dict
        Whole numbers are equal, others within `WITHIN`.
    elsewhere : bool
        The old values are of another kind of machine: one tie may have been decided otherwise,
        see `is_one_tie`, and means of decibels are within `WITHIN_ELSEWHERE`.
    compiled : bool
        The new values are of compiled kernels, which round otherwise: `WITHIN_COMPILED`.
    """
    found = [
        Difference(scenario, name, value, new.get(name))
        for name, value in old.items()
        if not _same(value, new.get(name), _tolerance(name, elsewhere, compiled))
    ]
    return [] if elsewhere and is_one_tie(found, old) else found


def _tolerance(name: str, elsewhere: bool, compiled: bool) -> float:
    for part, within in WITHIN_COMPILED.items():
        if compiled and part in name:
            return within
    return WITHIN_ELSEWHERE if elsewhere and "sinr_db.part_" in name else WITHIN


def _same(old: int | float, new: int | float | None, within: float) -> bool:
    if new is None:
        return False
    if isinstance(old, int):
        return old == new
    if math.isnan(old) or math.isinf(old):
        return math.isnan(new) if math.isnan(old) else old == new
    # What is written is rounded to ten digits.
    return abs(new - old) <= (within + 1e-9) * max(1.0, abs(old))


def is_one_tie(found: Iterable[Difference], old: Values) -> bool:
    """Tell whether one user's decision in one trial may be all there is to some differences.

    Instruction sets round differently, and a user on the very threshold falls on its other side.
    Then values of one trial differ, and sums with them: whole numbers by 1, others a little.
    """
    if (_total("calls", old) or _total("users", old)) < TIE_AMONG:
        return False
    trials = set()
    for one in found:
        if one.old is None or one.new is None:
            return False
        most = 1.0 if isinstance(one.old, int) else TIE_SHIFTS * max(1.0, abs(one.old))
        if not abs(one.change) <= most:
            return False
        trials.update(re.findall(r"\.(trial_\d+)$", one.name))
    return len(trials) == 1


def _total(stem: str, values: Values) -> int | float:
    return sum(value for name, value in values.items() if name.startswith(f"{stem}.trial_"))


def table(found: Iterable[Difference]) -> str:
    """Lay out differences: scenario, name, old, new, change."""
    rows = [("scenario", "name", "old", "new", "change"), *(one.cells() for one in found)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


# --- The command --------------------------------------------------------------------------------


def compare(
    name: str, new: Values, folder: Path = VALUES, backend: Backend = "numpy"
) -> list[Difference]:
    """Compare new values of a scenario with those in its file, which NumPy has written."""
    path = folder / f"{name}.toml"
    if not path.exists():
        return [Difference(name, each, None, value) for each, value in new.items()]
    written_on, old = read(path)
    compiled = backend == "native"
    elsewhere = compiled or written_on != machine()
    return differences(name, old, new, elsewhere=elsewhere, compiled=compiled)


def main(arguments: list[str] | None = None, folder: Path = VALUES) -> int:
    """Compare, print and perhaps write; return the exit code."""
    parser = argparse.ArgumentParser(description="Compare golden values with those of this code.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="scenarios; all if none is named")
    parser.add_argument("--backend", choices=("numpy", "native"), default="numpy")
    parser.add_argument("--write", action="store_true", help="write the new values")
    asked = parser.parse_args(arguments)
    if asked.write and asked.backend != "numpy":
        parser.error("values are those of NumPy: --write goes without --backend")
    if unknown := set(asked.names) - set(NAMES):
        parser.error(
            f"no such scenario: {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}"
        )
    found: list[Difference] = []
    for name in asked.names or NAMES:
        with tempfile.TemporaryDirectory() as results:
            new = compute(name, Path(results), asked.backend)
        of_one = compare(name, new, folder, asked.backend)
        found += of_one
        if asked.write and _is_to_write(folder / f"{name}.toml", of_one, new):
            write(folder / f"{name}.toml", new)
    if found:
        print(table(found))
    print(f"{len(found)} values differ" + (", and are written" if asked.write and found else ""))
    return 0 if asked.write or not found else 1


def _is_to_write(path: Path, found: list[Difference], new: Values) -> bool:
    """Tell whether a file changes: values differ, or there are new names."""
    return bool(found) or not path.exists() or set(read(path)[1]) != set(new)


if __name__ == "__main__":
    sys.exit(main())
