"""Where the cells of a result lie on the ground, and which of them holds a place."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from capest.errors import InputError
from capest.geo.country_names import find_country, split_countries
from capest.geo.fibonacci import nearest_point
from capest.geo.footprint import footprint
from capest.geo.sphere import EARTH_AREA_KM2, unit_vectors
from capest.geo.standpoint import standpoint
from capest.physics.beam_grid import BeamGrid
from capest.physics.beam_spacing import spacing_from_hpbw
from capest.plot.map_view import MapView, view_of
from capest.results.layouts import has_layout
from capest.results.stored import Stored

_NONE = -1


@dataclass(frozen=True)
class CellPlaces:
    """Cells on the ground.

    Attributes
    ----------
    lat_deg, lon_deg : float64 array (cells,)
        Their middles.
    area_km2 : float64 array (cells,)
    is_counted : bool array (cells,)
        False for guard cells, and for beams that only interfere.
    of_beams : bool
        Cells are beams of one satellite.
    cell_at : callable
        From unit vectors (3, n) to cells, int64 array (n,); -1 for none.
    """

    lat_deg: np.ndarray
    lon_deg: np.ndarray
    area_km2: np.ndarray
    is_counted: np.ndarray
    of_beams: bool
    cell_at: Callable[[np.ndarray], np.ndarray]

    def view(self) -> MapView:
        """The part of the Earth with all cells that are shown."""
        shown = self.is_shown
        return view_of(self.lat_deg[shown], self.lon_deg[shown], float(self.area_km2.max()))

    @property
    def is_shown(self) -> np.ndarray:
        """Cells to be shown: guard cells of a region are not; bool array (cells,)."""
        return np.ones(len(self.lat_deg), dtype=bool) if self.of_beams else self.is_counted


def no_places(stored: Stored) -> str:
    """Why cells of a result have no place on a map; empty where they have."""
    if "cell" not in stored.sizes:
        return "one cell is selected: there is no map of it"
    if not {"cell_latitude", "cell_longitude", "cell_area"} <= stored.names:
        return (
            "nobody knows where its satellite stands: satellite.latitude_deg and longitude_deg are "
            "not given; the picture beams shows its cells as the satellite sees them"
        )
    if not stored.sizes["cell"]:
        return "it has no cells"
    places = places_of(stored)
    found = places.cell_at(unit_vectors(places.lat_deg, places.lon_deg))
    if (found != np.arange(len(found))).any():
        return "its cells are not where cells of this version are"
    return "" if places.is_shown.any() else "all its cells are guard cells"


def places_of(stored: Stored) -> CellPlaces:
    """Find where the cells of a result lie.

    Parameters
    ----------
    stored : Stored
        With latitude, longitude and area of its cells.
    """
    lat, lon, area = (
        stored.values(f"cell_{name}").astype(np.float64)
        for name in ("latitude", "longitude", "area")
    )
    counted = np.ones(len(lat), dtype=bool)
    # Files of regions up to 0.2 do not say: all cells count.
    if "cell_counted" in stored.names:
        counted = stored.values("cell_counted") != 0
    of_beams = has_layout(stored.names)
    cell_at = _of_layout(stored) if of_beams else _of_lattice(lat, lon, float(area.mean()))
    return CellPlaces(lat, lon, area, counted, of_beams, cell_at)


def cell_raster(view: MapView, places: CellPlaces, columns: int) -> np.ndarray:
    """Number of the cell in each pixel of a map.

    Parameters
    ----------
    view : MapView
    places : CellPlaces
    columns : int

    Returns
    -------
    int64 array (rows, columns)
        From north to south; -1 where there is no cell that is shown.
    """
    lat, lon = view.grid(columns)
    on_earth = np.isfinite(lat)
    raster = np.full(lat.shape, _NONE)
    cell = places.cell_at(unit_vectors(lat[on_earth], lon[on_earth]))
    shown = (cell != _NONE) & places.is_shown[cell]
    raster[on_earth] = np.where(shown, cell, _NONE)
    return raster


def countries_of(stored: Stored) -> tuple[int, ...]:
    """Countries whose outline a map draws bolder, indices into ``data.countries``.

    Those that the scenario names as its region; of any other region there are none.
    """
    region = scenario_of(stored).get("region", {})
    if region.get("kind") != "country":
        return ()
    try:
        return tuple(find_country(name) for name in split_countries(str(region["country"])))
    except InputError:
        return ()  # of another version, which knows other names


def is_selection(stored: Stored) -> bool:
    """Whether somebody chose some cells of a result: its figures are of all of them then."""
    if "cell" not in stored.names:
        return False
    return not np.array_equal(stored.values("cell"), np.arange(stored.sizes["cell"]))


def scenario_of(stored: Stored) -> dict[str, dict[str, object]]:
    """Every section of a result's scenario."""
    found: dict[str, dict[str, object]] = tomllib.loads(str(stored.attributes["scenario_toml"]))
    return found


def spacing_uv(stored: Stored) -> float:
    """Distance of neighbouring beams of one satellite in direction cosines."""
    scenario = scenario_of(stored)
    given = scenario.get("beams", {}).get("spacing_uv")
    if given is not None:
        return float(str(given))
    return spacing_from_hpbw(float(str(scenario["satellite"]["hpbw_deg"])))


def _of_lattice(lat: np.ndarray, lon: np.ndarray, area_km2: float) -> Callable[..., np.ndarray]:
    """Cells of a region: the nearest point of a lattice that covers the Earth."""
    count = max(1, round(EARTH_AREA_KM2 / area_km2))
    point = nearest_point(unit_vectors(lat, lon), count)
    order = np.argsort(point)
    there = point[order]

    def cell_at(unit: np.ndarray) -> np.ndarray:
        wanted = nearest_point(unit, count)
        place = np.minimum(np.searchsorted(there, wanted), len(there) - 1)
        return np.where(there[place] == wanted, order[place], _NONE)

    return cell_at


def _of_layout(stored: Stored) -> Callable[..., np.ndarray]:
    """Beams of a satellite over a place: hexagons in its view."""
    satellite = {
        name: float(str(value))
        for name, value in scenario_of(stored)["satellite"].items()
        if name in _STANDPOINT
    }
    over = standpoint(
        satellite["latitude_deg"],
        satellite["longitude_deg"],
        satellite["altitude_km"] * 1e3,
        satellite["elevation_deg"],
        satellite["azimuth_deg"],
    )
    uv = np.stack([stored.values("cell_u"), stored.values("cell_v")], axis=1).astype(np.float64)
    spacing = spacing_uv(stored)
    along = (uv - uv[0]) / spacing
    j = np.rint(along[:, 1] / np.sqrt(0.75))
    i = np.rint(along[:, 0] - 0.5 * j)
    lattice = np.stack([i, j], axis=1).astype(np.int64)
    found = footprint(over, BeamGrid(lattice, uv, spacing))

    def cell_at(unit: np.ndarray) -> np.ndarray:
        return np.asarray(found.cell_at(unit), dtype=np.int64)

    return cell_at


_STANDPOINT = ("latitude_deg", "longitude_deg", "altitude_km", "elevation_deg", "azimuth_deg")
