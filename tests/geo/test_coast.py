"""Coast lines, borders and cities are where they are."""

import numpy as np
import pytest

from capest.geo import data
from capest.geo.coast import cities, map_lines
from capest.geo.sphere import great_circle_km


def distance_km(lat_deg: float, lon_deg: float) -> float:
    lines = map_lines()
    return float(great_circle_km(lat_deg, lon_deg, lines.lat_deg, lines.lon_deg).min())


# Positions of lighthouses and marks at capes; the map's scale leaves some kilometres.
@pytest.mark.parametrize(
    ("lat_deg", "lon_deg"),
    [
        (-34.357, 18.473),  # Cape of Good Hope
        (38.781, -9.501),  # Cabo da Roca
        (66.083, -169.652),  # Cape Dezhnev, beside the date line
        (71.169, 25.784),  # North Cape
        (83.633, -33.367),  # Cape Morris Jesup
        (50.066, -5.715),  # Land's End
        (-34.417, 172.683),  # Cape Reinga
        (-10.687, 142.531),  # Cape York
    ],
)
def test_capes_are_on_the_coast(lat_deg: float, lon_deg: float) -> None:
    assert distance_km(lat_deg, lon_deg) < 8.0


# Far from any coast and border: poles of inaccessibility, the middle of countries.
@pytest.mark.parametrize(("lat_deg", "lon_deg"), [(-48.88, -123.39), (-90.0, 0.0), (39.8, -98.6)])
def test_nothing_is_drawn_where_nothing_is(lat_deg: float, lon_deg: float) -> None:
    assert distance_km(lat_deg, lon_deg) > 500.0


def test_lines_are_those_of_the_source() -> None:
    lines = map_lines()
    # countries-50m.json of world-atlas 2.0.2 has 1,959 arcs, counting what only cuts the map.
    assert len(lines.side) == 1958
    assert lines.is_coast.sum() == 1596
    assert (np.diff(lines.line) >= 0).all()
    assert np.abs(lines.lon_deg).max() <= 180.0
    assert lines.lat_deg.min() > -86.0


def test_no_line_goes_round_the_earth_but_over_the_date_line() -> None:
    lines = map_lines()
    same = np.diff(lines.line) == 0
    step = np.abs(np.diff(lines.lon_deg))[same]
    over = step > 180.0
    assert 0 < over.sum() < 20
    assert step[over].min() > 355.0
    assert step[~over].max() < 10.0
    # Nothing runs along the date line, where polygons of other maps are cut.
    at = np.abs(lines.lon_deg) > 179.985
    assert not (same & at[1:] & at[:-1]).any()


def test_neighbours_share_a_border() -> None:
    lines = map_lines()
    code = {name: i for i, name in enumerate(data.countries().alpha2)}

    def neighbours(name: str) -> set[int]:
        sides = lines.side[~lines.is_coast]
        touching = sides[(sides == code[name]).any(axis=1)]
        return set(touching.ravel().tolist()) - {code[name]}

    assert neighbours("PT") == {code["ES"]}
    assert neighbours("MN") == {code["RU"], code["CN"]}
    assert neighbours("IS") == set()
    # Andorra has no coast: what is around it are its borders.
    around = lines.around((code["AD"],))
    assert around.any()
    assert not lines.is_coast[around].any()
    # Of Spain and Portugal together, the border between them is not around them.
    between = ((lines.side == code["PT"]).any(axis=1)) & ((lines.side == code["ES"]).any(axis=1))
    assert between.any()
    assert not lines.around((code["ES"], code["PT"]))[between].any()
    chosen = lines.chosen(around)
    assert len(chosen.side) == around.sum()
    assert np.array_equal(np.unique(chosen.line), np.arange(len(chosen.side)))
    assert great_circle_km(42.5, 1.5, chosen.lat_deg, chosen.lon_deg).max() < 40.0


def test_cities() -> None:
    listed = cities()
    assert (np.diff(listed.people) <= 0.0).all()
    for name, lat_deg, lon_deg in (
        ("Beijing", 39.91, 116.40), ("São Paulo", -23.55, -46.64), ("Ürümqi", 43.80, 87.60),
    ):  # fmt: skip
        place = listed.name.index(name)
        away = great_circle_km(lat_deg, lon_deg, listed.lat_deg[place], listed.lon_deg[place])
        assert away < 5.0
    # Every one of them stands in the table of places, rounded.
    places = data.places()
    near = [
        great_circle_km(lat, lon, places.lat_deg, places.lon_deg).min()
        for lat, lon in zip(listed.lat_deg[::500], listed.lon_deg[::500], strict=True)
    ]
    assert max(near) < 1.0
