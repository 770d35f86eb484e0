"""Study cases and published figures, from the data files."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario

METRICS = {
    "coupling_loss_db": "coupling loss",
    "snr_db": "SNR",
    "sir_db": "SIR",
    "sinr_db": "SINR",
}
"""Calibration metrics of TR 38.821, for both links, and what people call them."""

PERCENTILES = (5, 50, 95)
LINKS = ("DL", "UL")


@dataclass(frozen=True)
class Published:
    """A published percentile.

    Attributes
    ----------
    value_db : float
    quality : {"A", "B", "S"}
        How well it could be read, see ``capest.validation.reference``.
    """

    value_db: float
    quality: str


def case_numbers() -> list[int]:
    """Numbers of the study cases, ascending."""
    return sorted(_study_cases())


def handheld_leo600_cases() -> list[int]:
    """Numbers of the study cases of handheld terminals under LEO at 600 km, S band."""
    return [
        number
        for number, row in sorted(_study_cases().items())
        if row["satellite"].endswith("leo600-s") and row["handset"] == "3gpp-handheld"
    ]


def study_case(number: int, trials: int, seed: int = 1, overrides: Sequence[str] = ()) -> Scenario:
    """Scenario of a study case, both links.

    Users are uniform on the ground, as in R1-1913224, which drops them on a grid of latitudes and
    longitudes.

    Parameters
    ----------
    number : int
    trials, seed : int
    overrides : sequence of str
        ``section.key=value`` each.

    Returns
    -------
    Scenario
    """
    row = _study_cases()[number]
    return load_scenario(
        {
            "title": f"TR 38.821 study case {number}",
            # The study has no retransmissions, no power cap, no steering loss, and one phone of
            # 0 dBi; M.2514 takes TS 38.306's overhead. Rules of a network are none of its figures.
            "rules": "0.2",
            "satellite": {"preset": row["satellite"]},
            "handset": {"preset": row["handset"]},
            "beams": {
                "count": int(row["beams"]),
                "frequency_reuse": int(row["frequency_reuse"]),
                "polarisation_reuse": row["polarisation_reuse"] == "true",
                "beyond_earth": "discard",
            },
            "carrier": {"bandwidth_mhz": float(row["downlink_bandwidth_mhz"])},
            "users": {"placement": "uniform"},
            "channel": {"line_of_sight": "always", "elevation_lookup": "nearest"},
            "uplink": {
                "interference": "full-buffer",
                "bandwidth_mhz": float(row["uplink_bandwidth_mhz"]),
                "scheduled": "all",
            },
            "run": {"trials": trials, "seed": seed},
        },
        overrides,
    )


@cache
def published() -> dict[tuple[int, str, str, int], Published]:
    """Published percentiles by case, link, metric and percentile.

    Where several sources print one, the contribution's own curve comes before the average.
    """
    found: dict[tuple[int, str, str, int], Published] = {}
    for row in read_reference("percentiles"):
        key = (int(row["case"]), row["link"], row["metric"], int(row["percentile"]))
        found.setdefault(key, Published(float(row["value_db"]), row["quality"]))
    return found


@cache
def curves() -> dict[tuple[int, str, str], tuple[list[float], list[float]]]:
    """Published distributions: values in dB and probabilities, by case, link and metric."""
    found: dict[tuple[int, str, str], tuple[list[float], list[float]]] = {}
    for row in read_reference("curves"):
        key = (int(row["case"]), row["link"], row["metric"])
        values_db, probabilities = found.setdefault(key, ([], []))
        values_db.append(float(row["value_db"]))
        probabilities.append(float(row["probability"]))
    return found


@cache
def _study_cases() -> dict[int, dict[str, str]]:
    return {int(row["case"]): row for row in read_reference("study_cases")}


def read_reference(name: str) -> list[dict[str, str]]:
    """Rows of a file of published figures."""
    text = (files("capest.validation.reference") / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
