"""What satellites radiate, what reaches the ground and what limits take, as lines of a summary."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.results.figures import percent_text, plain
from capest.results.stored import Stored

_WORST = "pfd_worst_dbw_per_m2_mhz"
_AGGREGATE = "out_of_band_pfd_aggregate_dbw_per_m2_mhz"
_PFD_UNIT = "dBW/m²/MHz"

_LIMITS = {
    "pfd": ("the PFD limit", "pfd_limit_dbw_per_m2_mhz"),
    "rf_power": ("the RF power limit", "rf_power_w"),
    "out_of_band_pfd": ("the out-of-band limit", "out_of_band_pfd_limit_dbw_per_m2_mhz"),
}
"""Words of each limit in the order in which they apply, and its key of a satellite."""


@dataclass(frozen=True)
class TurnedDown:
    """What one limit takes, over all trials.

    Attributes
    ----------
    share : float
        Of lit beams.
    mean_db, largest_db : float
        Mean over trials of the mean over lit beams; largest of any beam and trial.
    """

    share: float
    mean_db: float
    largest_db: float


@dataclass(frozen=True)
class EmissionsSummary:
    """Extremes over all trials, and means.

    Attributes
    ----------
    pfd_dbw, elevation_deg : float
        Largest power-flux density in band of one beam of one satellite, and how it arrives.
    out_of_band_dbw : float
        Of that beam in neighbouring bands.
    aggregate_dbw : float or None
        Largest in neighbouring bands of all satellites together; ``None`` without a limit on it.
    radiated_w, largest_w : float
        Of a satellite in use, mean; and largest.
    turned_down : dict of str to TurnedDown
        By the names of limits.
    limits : dict of str to float
        By the same names, those of ``[satellite]``.
    mixed : bool
        Some satellites have limits of their own.
    """

    pfd_dbw: float
    elevation_deg: float
    out_of_band_dbw: float
    aggregate_dbw: float | None
    radiated_w: float
    largest_w: float
    turned_down: dict[str, TurnedDown]
    limits: dict[str, float]
    mixed: bool

    def lines(self) -> list[str]:
        """At most three lines of a summary."""
        found = [
            f"power-flux density on the ground, the largest of one beam at its cell's centre: "
            f"{self.pfd_dbw:.1f} {_PFD_UNIT} in band{self._limit('pfd', '.4g')}, arriving at "
            f"{self.elevation_deg:.0f}° elevation; {self.out_of_band_dbw:.1f} out of band"
            f"{self._together()}",
            f"radiated: {_watts(self.radiated_w)} W by a satellite in use, on average; "
            f"{_watts(self.largest_w)} W at most{self._limit('rf_power', ',.6g')}",
        ]
        words = [
            f"{percent_text(each.share)} of lit beams by {_LIMITS[limit][0]} "
            f"({each.mean_db:.1f} dB on average over all, {each.largest_db:.1f} dB at most)"
            if each.share > 0.0
            else f"none by {_LIMITS[limit][0]}"
            for limit, each in self.turned_down.items()
        ]
        return found + ([f"turned down: {'; '.join(words)}"] if words else [])

    def _limit(self, name: str, form: str) -> str:
        if self.mixed:
            return " (limits differ)" if name in self.turned_down else ""
        return f" (limit {self.limits[name]:{form}})" if name in self.limits else ""

    def _together(self) -> str:
        if self.aggregate_dbw is None:
            return ""
        found = f", {self.aggregate_dbw:.1f} of all satellites together"
        limit_dbw = self.limits.get("out_of_band_pfd")
        return found if limit_dbw is None else f"{found} (limit {limit_dbw:.4g})"

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values that JSON can hold."""
        named = {
            "pfd_dbw_per_m2_mhz": self.pfd_dbw,
            "elevation_deg": self.elevation_deg,
            "out_of_band_pfd_dbw_per_m2_mhz": self.out_of_band_dbw,
            "out_of_band_pfd_aggregate_dbw_per_m2_mhz": self.aggregate_dbw,
            "radiated_w": self.radiated_w,
            "radiated_w_largest": self.largest_w,
        }
        return {
            **{name: plain(value) for name, value in named.items() if value is not None},
            **({"limits": self.limits} if self.limits else {}),
            "turned_down": {
                limit: {name: plain(value) for name, value in vars(each).items()}
                for limit, each in self.turned_down.items()
            },
        }


def emissions_summary(stored: Stored, scenario: Mapping[str, Any]) -> EmissionsSummary | None:
    """Look at what satellites radiate in all trials of a result.

    Parameters
    ----------
    stored : Stored
    scenario : mapping
        As the result has it.

    Returns
    -------
    EmissionsSummary or None
        ``None`` where no beam is lit in any trial, and for files of versions that do not say.
    """
    if _WORST not in stored.names:
        return None
    worst_dbw = stored.values(_WORST)
    radiating = int(stored.values("beams_radiating").sum())
    if radiating == 0:
        return None
    place = int(np.nanargmax(worst_dbw))
    pfd_dbw = float(worst_dbw[place])
    satellite = scenario.get("satellite", {})
    return EmissionsSummary(
        pfd_dbw,
        float(stored.values("pfd_worst_elevation_deg")[place]),
        float(np.nanmax(stored.values("out_of_band_pfd_worst_dbw_per_m2_mhz"))),
        _largest(stored, _AGGREGATE) if _AGGREGATE in stored.names else None,
        float(np.nanmean(stored.values("radiated_w"))),
        _largest(stored, "radiated_w_largest"),
        {
            limit: TurnedDown(
                int(stored.values(f"beams_turned_down_by_{limit}").sum()) / radiating,
                float(np.nanmean(stored.values(f"turned_down_by_{limit}_db"))),
                _largest(stored, f"turned_down_by_{limit}_largest_db"),
            )
            for limit in _LIMITS
            if f"turned_down_by_{limit}_db" in stored.names
        },
        {
            limit: float(satellite[key])
            for limit, (_, key) in _LIMITS.items()
            if satellite.get(key) is not None
        },
        any(
            satellite.get(key) != table[key]
            for table in scenario.get("constellation", {}).get("shell", [])
            for _, key in _LIMITS.values()
            if key in table
        ),
    )


def _largest(stored: Stored, name: str) -> float:
    values = stored.values(name)
    return float(np.nanmax(values)) if np.isfinite(values).any() else math.nan


def _watts(watts: float) -> str:
    """Three digits, all of what stands before the point."""
    return f"{watts:,.0f}" if watts >= 100.0 else f"{watts:.3g}"
