"""When the keys of the channel are read."""

from __future__ import annotations

from capest.physics.constants import SCINTILLATION_FROM_GHZ
from capest.scenario.reading import ReadCondition, Values, carriers_ghz


def _free_space(values: Values) -> str | None:
    clear = values["channel.line_of_sight"] == "always" and not values["channel.shadow_fading"]
    always = 'channel.line_of_sight = "always" without shadow fading leaves nothing of it'
    return always if clear else None


def _no_fading(values: Values) -> str | None:
    return None if values["channel.shadow_fading"] else "channel.shadow_fading = false"


def _no_town(values: Values) -> str | None:
    environment = values["channel.environment"]
    if environment not in ("urban", "by-place"):
        return f'channel.environment = "{environment}"'
    if values["channel.line_of_sight"] == "never":
        return 'channel.line_of_sight = "never"'
    return None


def _no_troposphere(values: Values) -> str | None:
    if values["channel.weather"] != "clear" or max(carriers_ghz(values)) >= SCINTILLATION_FROM_GHZ:
        return None
    return f"under a clear sky only from {SCINTILLATION_FROM_GHZ:g} GHz on"


def _no_ionosphere(values: Values) -> str | None:
    if min(carriers_ghz(values)) < SCINTILLATION_FROM_GHZ:
        return None
    return f"only below {SCINTILLATION_FROM_GHZ:g} GHz"


def _nothing_of_place(values: Values) -> str | None:
    by_latitude = values["channel.ionosphere"] == "by-latitude" and _no_ionosphere(values) is None
    if by_latitude or values["channel.weather"] != "clear":
        return None
    return 'channel.weather = "clear"'


def _not_exceeded(values: Values) -> str | None:
    weather = values["channel.weather"]
    return None if weather == "exceeded" else f'channel.weather = "{weather}"'


SCATTERED = ReadCondition(
    'unless `channel.line_of_sight` = "always" without shadow fading', _free_space, neutral=True
)
FADING = ReadCondition("with `channel.shadow_fading` = true", _no_fading, neutral=True)
IN_TOWN = ReadCondition(
    'with `channel.environment` = "urban" or "by-place", unless `channel.line_of_sight` = "never"',
    _no_town,
    neutral=True,
)
OF_PLACE = ReadCondition(
    'with `channel.weather` other than "clear", or `channel.ionosphere` = "by-latitude" '
    "below 6 GHz",
    _nothing_of_place,
    neutral=True,
)
TROPOSPHERE = ReadCondition("from 6 GHz on, or in weather", _no_troposphere, neutral=True)
IONOSPHERE = ReadCondition("below 6 GHz", _no_ionosphere, neutral=True)
EXCEEDED = ReadCondition('with `channel.weather` = "exceeded"', _not_exceeded, neutral=True)
