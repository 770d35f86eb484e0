"""Losses of a clear sky along a slant path: one table, for one satellite, for many, for budgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from capest.physics.constants import SCINTILLATION_FROM_GHZ
from capest.physics.propagation import (
    gas_loss_db,
    ionospheric_scintillation_db,
    tropospheric_scintillation_db,
    zenith_gas_loss_db,
)

ClearSky = Mapping[str, Any]
"""Values of the keys of ``[channel]`` that rows of `LOSSES` take, by the keys' names."""


@dataclass(frozen=True)
class SkyLoss:
    """One loss of a clear sky.

    Attributes
    ----------
    key : str
        Key of ``[channel]`` whose value it takes.
    budget_line : str
        Line of the link budget that it is part of.
    loss_db : callable
        Takes the key's value, the carrier's frequency in Hz, sines of elevations in an array and
        its module ``xp``; returns the loss in dB, one for each elevation or one for all.
    in_weather : bool
        Counts in weather too; else the models of weather have a loss of their own in its place.
    """

    key: str
    budget_line: str
    loss_db: Callable[[Any, float, Any, Any], Any]
    in_weather: bool = False


def _gas(counts: bool, frequency_hz: float, sin_elevation: Any, xp: Any) -> Any:
    return gas_loss_db(sin_elevation, zenith_gas_loss_db(frequency_hz)) if counts else 0.0


def _troposphere(counts: bool, frequency_hz: float, sin_elevation: Any, xp: Any) -> Any:
    """TR 38.811 clause 6.6.6: tropospheric scintillation above 6 GHz, ionospheric below."""
    if not counts or frequency_hz < SCINTILLATION_FROM_GHZ * 1e9:
        return 0.0
    return tropospheric_scintillation_db(sin_elevation, xp)


def _ionosphere(latitudes: str, frequency_hz: float, sin_elevation: Any, xp: Any) -> Any:
    return ionospheric_scintillation_db(frequency_hz, latitudes)


LOSSES: tuple[SkyLoss, ...] = (
    SkyLoss("gas_loss", "gas_loss_db", _gas),
    SkyLoss("tropospheric_scintillation", "scintillation_loss_db", _troposphere),
    SkyLoss("ionosphere", "scintillation_loss_db", _ionosphere, in_weather=True),
)
"""All losses, in the order in which they are added."""


def clear_sky(channel: Any, ionosphere: str) -> ClearSky:
    """Values that the losses take of a scenario's ``[channel]``.

    Parameters
    ----------
    channel : Channel
    ionosphere : str
        Zone of the ionosphere, in place of the channel's key, which may leave it to the place.
    """
    return {row.key: getattr(channel, row.key) for row in LOSSES} | {"ionosphere": ionosphere}


def sky_losses_db(
    sky: ClearSky, frequency_hz: float, sin_elevation: Any, xp: Any, *, weather: bool = False
) -> dict[str, Any]:
    """Losses by the lines of a link budget.

    Parameters
    ----------
    sky : mapping
        From `clear_sky`.
    frequency_hz : float
    sin_elevation : float64 array
        Above zero.
    xp : module
        ``numpy`` or ``cupy``.
    weather : bool
        Only those that count in weather.

    Returns
    -------
    dict of str to float64 array or float
        In dB; zero where a loss does not count.
    """
    found: dict[str, Any] = {row.budget_line: 0.0 for row in LOSSES}
    for row in LOSSES:
        if row.in_weather or not weather:
            loss_db = row.loss_db(sky[row.key], frequency_hz, sin_elevation, xp)
            found[row.budget_line] = found[row.budget_line] + loss_db
    return found


def clear_sky_loss_db(
    sky: ClearSky, frequency_hz: float, sin_elevation: Any, xp: Any, *, weather: bool = False
) -> Any:
    """Sum of all losses in dB, float64 array of the elevations or a float; see `sky_losses_db`."""
    return sum(sky_losses_db(sky, frequency_hz, sin_elevation, xp, weather=weather).values())
