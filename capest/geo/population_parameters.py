"""Numbers of the population model, each with its source or marked as an assumption."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PopulationParameters:
    """How people are spread around places and over the land.

    Attributes
    ----------
    city_density_per_km2 : float
        People per km² of a place, which gives its size. Assumption: 3,000.
    spread : float
        Standard deviation of people around a place's centre along each axis, in radii of a disc
        of that density. Assumption: 1/2, so that 86 % live within the disc, and the density in
        the centre is twice the one above.
    city_share_cap : float
        Most of a country's people that may live in listed places; where the list counts suburbs
        twice it holds up to 1.4 (Singapore, Hong Kong: more) times the country's people.
        Assumption: 0.9, about what countries with such lists report as urban (Australia 86 %,
        Japan 92 %, United Nations, World Urbanization Prospects 2018).
    rural_near_places : float
        Share of rural people who live around places; the others are spread evenly over their
        country's land. Assumption: 0.95, by comparison with published figures, see `rural`;
        0 spreads all of them evenly.
    rural_reach_km : float
        Standard deviation of their distance from a place along each axis. Assumption.
    urban_per_km2, urban_people : float
        Urban: at least so many per km², in a place of at least so many people. The urban centre
        of the Degree of Urbanisation (United Nations Statistical Commission, 2020).
    suburban_per_km2, suburban_people : float
        Suburban: likewise; the urban cluster of the Degree of Urbanisation.
    dense_urban_per_km2, dense_urban_people : float
        Dense urban: likewise. Assumption: the inner half of places of a million people.
    """

    city_density_per_km2: float = 3000.0
    spread: float = 0.5
    city_share_cap: float = 0.9
    rural_near_places: float = 0.95
    rural_reach_km: float = 50.0
    urban_per_km2: float = 1500.0
    urban_people: float = 50_000.0
    suburban_per_km2: float = 300.0
    suburban_people: float = 5000.0
    dense_urban_per_km2: float = 3000.0
    dense_urban_people: float = 1e6
