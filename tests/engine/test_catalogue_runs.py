"""Runs with a catalogue: the same figures however its objects are written and what lies beside."""

import math
from pathlib import Path

import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.build.notes import altitudes_km
from capest.engine.memory import compute_block
from capest.orbits.tle import checksum
from capest.scenario.load import load_scenario

pytest.importorskip("sgp4")


def element_set(number: int, day: float, node_deg: float, mean_deg: float, name: str = "") -> str:
    first = f"1 {number:05d}U 26001A   26{day:012.8f}  .00000000  00000-0  10000-4 0  999"
    second = (
        f"2 {number:05d}  53.0000 {node_deg:8.4f} 0001000   0.0000 {mean_deg:8.4f} 15.05000000    1"
    )
    lines = [line + str(checksum(line)) for line in (first, second)]
    return "\n".join([name or f"OWN-{number - 90000}", *lines]) + "\n"


def shell(day: float) -> str:
    """Forty satellites in eight planes."""
    return "".join(
        element_set(90001 + k, day, 45.0 * (k // 5), (72.0 * k + 9.0 * (k // 5)) % 360.0)
        for k in range(40)
    )


ONE = shell(324.5)
OTHERS = {
    "two epochs": shell(323.5) + ONE,
    "the other way round": ONE + shell(325.0),
    "twice": ONE + ONE,
    "a rocket body": ONE + element_set(91000, 324.5, 20.0, 30.0, "OWN-1 R/B"),
    "header": "8 5\n" + ONE,
}


def scenario_of(folder: Path, text: str, **constellation: object):
    path = folder / "sats.tle"
    path.write_text(text)
    return load_scenario(
        {
            # Enough power for all beams: else a note would say so.
            "satellite": {"preset": "tr38821-set1-leo600-s", "rf_power_w": 5000},
            "constellation": {
                "catalogue": str(path),
                "start": "2026-11-20T00:00:00Z",
                **constellation,
            },
            "region": {"kind": "circle", "latitude_deg": 45, "longitude_deg": 10, "radius_km": 200},
            "users": {"placement": "uniform", "count": 50},
            "run": {"trials": 20},
        }
    )


def figures(scenario) -> list[bytes]:
    block = compute_block(build(scenario), NumpyKernels(), 0, 20)
    parts = (block.trial, block.histograms, block.cell)
    return [array.tobytes() for part in parts for _, array in sorted(part.items())]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    scenario = scenario_of(tmp_path_factory.mktemp("alone"), ONE)
    assert build(scenario).notes == ()
    return figures(scenario)


@pytest.mark.parametrize("other", OTHERS)
def test_the_same_figures_and_a_note(tmp_path: Path, alone: list[bytes], other: str) -> None:
    scenario = scenario_of(tmp_path, OTHERS[other])
    assert len(build(scenario).space) == 40
    assert figures(scenario) == alone
    (note,) = build(scenario).notes
    assert note.startswith(scenario.constellation.catalogue)


def test_select_names_what_takes_part(tmp_path: Path, alone: list[bytes]) -> None:
    ours = scenario_of(tmp_path, ONE, select={"names": ["OWN-1", "OWN-2?"], "numbers": [90030]})
    assert len(build(ours).space) == 12
    everybody = scenario_of(tmp_path, ONE, select={"numbers": "90001-90040"})
    assert figures(everybody) == alone
    far = scenario_of(tmp_path, ONE, select={"height_km": [500, 700]}).replace(
        satellite__altitude_km=1200.0, cells__diameter_km=50.0
    )
    assert len(build(far).space) == 40


def test_cells_are_as_wide_as_the_beams_of_the_lowest_object(tmp_path: Path) -> None:
    """15.05 turns a day are some 560 km, whatever height the payload's preset has."""
    scenario = scenario_of(tmp_path, ONE).replace(rules="0.3")
    world = build(scenario)
    altitude_km = altitudes_km(world.space.positions_m(0.0))
    assert 500.0 < altitude_km.min() < altitude_km.max() < 590.0
    width_km = scenario.beam_spacing_uv * altitude_km.min()
    area_km2 = float(world.layout["cell_area"][0])
    assert math.sqrt(area_km2 * 2.0 / math.sqrt(3.0)) == pytest.approx(width_km, rel=1e-5)
    assert not any(note.startswith("cells are ") for note in world.notes)
