"""Scenarios that the benchmark times, as files that every version since 0.2 reads."""

from __future__ import annotations

from dataclasses import dataclass

CASE_9 = """
[satellite]
preset = "tr38821-set1-leo600-s"
[users]
per_beam = 10
[run]
trials = 1000
"""

BOTH_LINKS = (
    CASE_9
    + """
[uplink]
enabled = true
[service]
mix = "voice 50%, best-effort 50%"
"""
)

NINETEEN_BEAMS = """
[satellite]
preset = "tr38821-set1-leo600-s"
[beams]
count = 19
statistics_count = 19
[channel]
line_of_sight = "always"
shadow_fading = false
gas_loss = false
[link]
adaptation = "truncated-shannon"
[users]
per_beam = 10
[run]
trials = 1000
"""

CHINA = """
[satellite]
preset = "tr38821-set1-leo600-s"
[constellation]
preset = "guowang-gw-a59"
[region]
kind = "country"
country = "CN"
[cells]
assignment = "greedy-demand"
[beams]
frequency_reuse = 3
[carrier]
bandwidth_mhz = 30
[users]
placement = "population"
count = 20000
[handset]
preset = "3gpp-handheld"
[channel]
environment = "by-place"
[service]
preset = "video-call-480p"
[uplink]
bandwidth_mhz = 0.72
[run]
trials = 20
"""

SATELLITE_FIXED = """
[satellite]
preset = "tr38821-set1-leo600-s"
[constellation]
shells = "55: 1584/72/39 @ 600"
minimum_elevation_deg = 20.0
[cells]
layout = "satellite-fixed"
[region]
kind = "circle"
latitude_deg = 35.0
longitude_deg = 105.0
radius_km = 1000.0
[carrier]
bandwidth_mhz = 30
[users]
placement = "uniform"
count = 2000
[handset]
preset = "3gpp-handheld"
[channel]
line_of_sight = "always"
shadow_fading = false
gas_loss = false
[link]
adaptation = "truncated-shannon"
[run]
trials = 20
"""

_GEO = """
[satellite]
preset = "tr38821-set1-geo-s"
[beams]
count = 61
"""

GEO = (
    _GEO
    + """
statistics_count = 61
[users]
per_beam = 10
[run]
trials = 1000
"""
)

CONSTELLATION_OF_ONE = (
    _GEO
    + """
[cells]
layout = "satellite-fixed"
[constellation]
geostationary = "0"
[region]
kind = "circle"
latitude_deg = 0.0
longitude_deg = 0.0
radius_km = 1400.0
[users]
placement = "uniform"
count = 610
[run]
trials = 1000
"""
)


@dataclass(frozen=True)
class TrialCase:
    """Trials that are timed without start and files.

    Attributes
    ----------
    name : str
    scenario : str
        TOML.
    trials, blocks : int
        Trials of a block, and blocks.
    changes : tuple of str
        Keys that version 0.2 has not: it does not compute the case.
    """

    name: str
    scenario: str
    trials: int
    blocks: int
    changes: tuple[str, ...] = ()


TRIAL_CASES = (
    TrialCase("case 9", CASE_9, 100, 5),
    TrialCase("case 9, both links, a mix of services", BOTH_LINKS, 100, 3),
    TrialCase("19 beams, free space", NINETEEN_BEAMS, 200, 5),
    TrialCase("Guowang over China, 20,000 users", CHINA, 1, 3),
    TrialCase("the same, load in its uplink", CHINA, 1, 2, ("uplink.interference=load",)),
    TrialCase("GEO, 61 beams, 610 users", GEO, 100, 3),
    TrialCase("the same as a constellation of one", CONSTELLATION_OF_ONE, 100, 3),
)


@dataclass(frozen=True)
class WholeCase:
    """A run that is timed from the start of Python to the file.

    Attributes
    ----------
    name : str
    scenario : str
        TOML.
    trials : float
        As a multiple of what is asked for.
    plain : str or None
        Script of this package that computes the same in plain NumPy.
    """

    name: str
    scenario: str
    trials: float
    plain: str | None = None


WHOLE_CASES = (
    WholeCase("case 9", CASE_9, 1.0),
    WholeCase("19 beams, free space", NINETEEN_BEAMS, 1.0, "plain_beams.py"),
    WholeCase("the same, a hundredth of it", NINETEEN_BEAMS, 0.01, "plain_beams.py"),
    WholeCase("constellation, 2,000 users", SATELLITE_FIXED, 0.001, "plain_constellation.py"),
    WholeCase("Guowang over China, 20,000 users", CHINA, 0.0004),
)
