"""Share of people without a terrestrial network, by how densely an area is settled.

Of people who live among ρ others per km² the share

    1 / (1 + ρ / ρ0)

has none: half of them at the density ρ0, everybody in the desert, next to nobody in a town. Where
ρ is far above ρ0 the uncovered are ρ0 per km² at whatever ρ: gaps take an area, and people are in
them by chance. The law is a choice of this program; published figures set ρ0, over the packaged
population (`population`). With ρ0 = 1 per km², and with 0.3 and 3:

==================================  ==============  =========
what                                computed        published
==================================  ==============  =========
time without signal, South Korea    0.24 (0.07–0.7) 0.22 %
time without signal, Japan          0.32 (0.1–0.9)  0.46 %
time without signal, France         0.84 (0.3–2.4)  2.14 %
land without network, New Zealand   54 (33–72)      40 %
land without network, Britain       7 (2–16)        9 %
==================================  ==============  =========

Time without signal is that of Opensignal's users (reports of 2022 and 2023; Japan's operators have
0.41 to 0.51 %), who are not always at home. Land is that without any network: New Zealand (NZ
Herald; The Spinoff, 2024), the United Kingdom (Ofcom, Connected Nations 2018). Where a few people
are spread evenly over a desert (`rural`) the law says too much of the land, though not of people:
93 % of Australia and 92 % of Canada, against 60 and 70 % (The Spinoff, 2024).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from capest.geo.population_parameters import PopulationParameters
from capest.geo.settlement_density import BEYOND, core_per_km2


def uncovered_share(per_km2: Any, half_per_km2: float) -> Any:
    """Share of people without a terrestrial network.

    Parameters
    ----------
    per_km2 : float array (n,)
        People per km² where they live.
    half_per_km2 : float
        ρ0, density at which half of them have none.

    Returns
    -------
    float array (n,)
    """
    return 1.0 / (1.0 + per_km2 / half_per_km2)


def uncovered_share_of_places(half_per_km2: float, parameters: PopulationParameters) -> float:
    """Share of the people of a listed place, the same for all of them: a mean over its kernel.

    The density falls from the middle outward; as a part of that in the middle it is uniform among
    the people, from `settlement_density.BEYOND` to 1.
    """
    core = core_per_km2(parameters)
    return half_per_km2 / core * _log_of_ends(half_per_km2, core) / (1.0 - BEYOND)


def uncovered_uniform(
    uniform: Any, half_per_km2: float, parameters: PopulationParameters, xp: Any = np
) -> Any:
    """Turn a uniform into one that places the uncovered of a place: they live farther out.

    Parameters
    ----------
    uniform : float64 array (n,)
        In (0, 1).
    half_per_km2 : float
    parameters : PopulationParameters
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float64 array (n,)
        In (0, 1), for `settlement_density.kernel_radius`.
    """
    core = core_per_km2(parameters)
    # Where so many of them live farther in than at a density of core · part.
    part = ((half_per_km2 + core) * xp.exp(-uniform * _log_of_ends(half_per_km2, core))) / core
    part = xp.clip(part - half_per_km2 / core, BEYOND, 1.0)
    return (1.0 - part) / (1.0 - BEYOND)


def _log_of_ends(half_per_km2: float, core_per_km2: float) -> float:
    return math.log((half_per_km2 + core_per_km2) / (half_per_km2 + core_per_km2 * BEYOND))
