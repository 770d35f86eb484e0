"""Figures of all study cases and of M.2514, to be held against those of other versions.

``python tests/validation/study_case_values.py --write`` writes them into the file beside this one.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from capest.validation.calibrate import CalibrationTask, calibrate
from capest.validation.cases import case_numbers
from capest.validation.requirements import DEFAULT_CASES, EvaluationTask, evaluate

FILE = Path(__file__).with_suffix(".csv")
TRIALS = 4


def compute() -> dict[str, float]:
    """Compute name -> value: percentiles in dB of the calibration, and quantities of M.2514."""
    found = {}
    for number in case_numbers():
        for one in calibrate(CalibrationTask(number, TRIALS, "numpy")).comparisons:
            found[f"{one.case} {one.link} {one.metric} p{one.percentile:02d}"] = one.value
    for number in DEFAULT_CASES:
        for each in evaluate(EvaluationTask(number, TRIALS, "numpy")):
            found[f"{each.case} {each.link} {each.quantity}"] = each.value
    return found


def read() -> dict[str, float]:
    """Read what was written."""
    with FILE.open(newline="") as file:
        return {name: float(value) for name, value in csv.reader(file)}


def write() -> None:
    """Write what this version computes."""
    with FILE.open("w", newline="") as file:
        rows = ((name, f"{value:.6g}") for name, value in compute().items())
        csv.writer(file, lineterminator="\n").writerows(rows)


if __name__ == "__main__" and "--write" in sys.argv[1:]:
    write()
