"""Coordinates of a result's cells and satellites, given by the world: how a file has them."""

from __future__ import annotations

from collections.abc import Collection, Hashable

from capest.results.variable import Variable, flags

_PLACE = {"coordinates": "cell_latitude cell_longitude"}

ONE_SATELLITE: dict[str, Variable] = {
    "cell_u": Variable(("cell",), "f8", "1", "direction cosine u of the beam centre"),
    "cell_v": Variable(("cell",), "f8", "1", "direction cosine v of the beam centre"),
    "cell_colour": Variable(("cell",), "i4", "1", "colour of the beam in the reuse pattern"),
    "cell_counted": Variable(
        ("cell",),
        "i1",
        None,
        "whether the beam counts in the statistics",
        attributes=flags("guard counted"),
    ),
}
"""The beam layout of one satellite: a beam is its cell."""

CONSTELLATION: dict[str, Variable] = {
    "cell_latitude": Variable(
        ("cell",), "f8", "degrees_north", "latitude of the cell's centre", "latitude"
    ),
    "cell_longitude": Variable(
        ("cell",), "f8", "degrees_east", "longitude of the cell's centre", "longitude"
    ),
    "cell_area": Variable(("cell",), "f8", "km2", "area of the cell", attributes=_PLACE),
    "cell_people": Variable(
        ("cell",),
        "f8",
        "1",
        "people living in the cell (for uncovered users: without a network), places counted "
        "where their centre is",
        attributes=_PLACE,
    ),
    "cell_residents": Variable(
        ("cell",),
        "f8",
        "1",
        "people living in the cell (for uncovered users: without a network), spread over the "
        "ground as users are",
        attributes=_PLACE,
    ),
    "cell_colour": Variable(
        ("cell",), "i4", "1", "colour of the cell in the reuse pattern", attributes=_PLACE
    ),
    "cell_counted": Variable(
        ("cell",),
        "i1",
        None,
        "whether the cell counts; users of guard cells are served, and counted nowhere",
        attributes=_PLACE | flags("guard counted"),
    ),
    "cell_country": Variable(
        ("cell",),
        "str",
        None,
        "country of the cell's centre, ISO 3166 alpha-2, -- for none",
        attributes=_PLACE,
    ),
    "satellite_group": Variable(
        ("satellite",), "i4", "1", "number of the satellite's shell, slot or catalogue, from 0"
    ),
}
"""Earth-fixed cells, and the satellites of a constellation."""

_OF_BEAM = {"cell": Variable(("cell",), "i4", "1", "number of the beam in the layout")}
_OF_EARTH = {
    "cell": Variable(("cell",), "i4", "1", "number of the Earth-fixed cell, from north to south"),
    "satellite": Variable(("satellite",), "i4", "1", "number of the satellite"),
}


def has_layout(names: Collection[Hashable]) -> bool:
    """Whether the cells of a file, by the names of its variables, are beams of one satellite.

    They have a place in its view then, and one on the Earth only where the satellite has.
    """
    return "cell_u" in names


def layout_variables(names: Collection[str]) -> dict[str, Variable]:
    """Coordinates of cells and satellites by name, with those of their dimensions.

    Parameters
    ----------
    names : collection of str
        Coordinates that the world gives.
    """
    dimensions, known = _OF_EARTH, CONSTELLATION
    if has_layout(names):
        # Where the satellite stands over a known place, its cells have one.
        dimensions, known = _OF_BEAM, CONSTELLATION | ONE_SATELLITE
    return dimensions | {name: known[name] for name in known if name in names}


def where(dim: str, names: Collection[str]) -> str:
    """Coordinates that say where a cell or satellite is, for the attribute ``coordinates``."""
    if dim == "satellite":
        return "satellite_group"
    chosen = ONE_SATELLITE if has_layout(names) else ("cell_latitude", "cell_longitude")
    return " ".join(chosen)
