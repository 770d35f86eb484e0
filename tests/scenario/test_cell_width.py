"""Cells to which nobody gave a width: whose height makes them, and what that leaves unread."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from capest.errors import ScenarioError
from capest.scenario.fingerprint import fingerprint
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario

SPACING_UV = math.sqrt(3.0) * math.sin(math.radians(4.4127 / 2.0))


def network(rules: str = "0.3", **changes: Any) -> Scenario:
    """Satellites at 525 and 530 km with the payload of a preset for 600 km."""
    raw: dict[str, Any] = {
        "rules": rules,
        "satellite": {"preset": "tr38821-set1-leo600-s"},
        "constellation": {"shells": "53: 1008/14/1 @ 530, 43: 1008/14/1 @ 525"},
        "region": {"kind": "circle", "latitude_deg": 50, "longitude_deg": 8, "radius_km": 200},
        "users": {"placement": "uniform", "count": 10},
    }
    return load_scenario(raw).replace(**changes)


def test_the_lowest_satellites_make_the_cells() -> None:
    assert network().cell_diameter_km == pytest.approx(SPACING_UV * 525.0, rel=1e-9)
    assert network("0.2").cell_diameter_km == pytest.approx(SPACING_UV * 600.0, rel=1e-9)
    assert network("0.2", cells__diameter_from="constellation").cell_diameter_km == (
        network().cell_diameter_km
    )


def test_a_spacing_of_beams_makes_them_too() -> None:
    assert network(beams__spacing_uv=0.1).cell_diameter_km == pytest.approx(52.5)


def test_slots_are_35793_km_high() -> None:
    high = {"constellation__shells": None, "constellation__geostationary": "8"}
    assert network(**high).cell_diameter_km == pytest.approx(SPACING_UV * 35_793.17)
    both = network(constellation__geostationary="8")
    assert both.cell_diameter_km == network().cell_diameter_km


def test_a_width_that_is_given_stays() -> None:
    assert network(cells__diameter_km=31.0).cell_diameter_km == 31.0
    noted = network().replace(cells__diameter_km=31.0, cells__diameter_from="satellite").notes
    assert noted == ("cells.diameter_from is not read: cells.diameter_km says how wide cells are",)


def test_the_height_of_the_preset_is_read_where_it_makes_the_cells() -> None:
    assert network("0.2", satellite__altitude_km=700.0).notes == ()
    (note,) = network(satellite__altitude_km=700.0).notes
    assert note.startswith("satellite.altitude_km is not read: the constellation says how high")
    same = network(satellite__altitude_km=700.0)
    assert fingerprint(same) == fingerprint(network())


def test_only_the_width_enters_the_fingerprint() -> None:
    own = network("0.2", cells__diameter_from="constellation")
    written = network("0.2", cells__diameter_km=own.cell_diameter_km)
    assert fingerprint(written) == fingerprint(own) != fingerprint(network("0.2"))


def test_a_catalogue_says_how_high_only_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "objects.tle"
    path.write_text("", encoding="utf-8")
    flying = {"constellation__shells": None, "constellation__catalogue": str(path)}
    assert network(**flying).cell_diameter_km is None
    assert "diameter_km" not in network(**flying).effective()["cells"]
    assert "# diameter_km" not in network(**flying).to_toml()
    assert network("0.2", **flying).effective()["cells"]["diameter_km"] == pytest.approx(
        SPACING_UV * 600.0
    )


def test_the_text_shows_the_width_and_loads_again(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text(network().to_toml(), encoding="utf-8")
    assert f"# diameter_km = {network().cell_diameter_km!r}  (automatic)" in path.read_text()
    assert load_scenario(path) == network()


def test_another_choice_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r'one of "satellite", "constellation"'):
        network(cells__diameter_from="preset")
