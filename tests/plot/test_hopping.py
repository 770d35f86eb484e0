"""The frame of the first trial: the one that the result had."""

import tomllib

import numpy as np
import pytest
import xarray as xr

import capest
from capest.plot import picture
from capest.studies.first_frame import first_frame
from tests.engine.small_network import network_scenario
from tests.plot.readable import assert_readable
from tests.plot.small_results import beams, calls, source


@pytest.fixture(scope="module")
def of_one() -> xr.Dataset:
    return beams(beams__allocation="proportional", beams__slots=12, users__demand_mbps=1.0)


@pytest.fixture(scope="module")
def of_many() -> xr.Dataset:
    scenario = network_scenario(
        beams__allocation="proportional", beams__slots=6, users__demand_mbps=1.0, run__trials=3
    )
    return capest.run(scenario, backend="numpy")


def test_a_frame_of_one_satellite_is_that_of_the_result(of_one: xr.Dataset) -> None:
    frame = first_frame(tomllib.loads(of_one.attrs["scenario_toml"]))
    assert frame is not None
    assert frame.lit.shape == (12, 19)
    np.testing.assert_array_equal(frame.lit.any(axis=0), of_one["cell_lit"].values[0] > 0)
    assert (frame.lit.sum(axis=1) == 5).all()
    np.testing.assert_allclose(frame.served_mbps, of_one["cell_throughput"].values[0], rtol=1e-5)
    users = of_one["cell_users"].values[0]
    np.testing.assert_allclose(frame.wanted_mbps, users * 1.0, rtol=1e-6)


def test_a_frame_of_many_satellites_is_that_of_the_result(of_many: xr.Dataset) -> None:
    frame = first_frame(tomllib.loads(of_many.attrs["scenario_toml"]))
    assert frame is not None
    assert frame.beams_lit == int(of_many["lit_beams"][0])
    assert frame.satellites == int(of_many["satellites_in_use"][0])
    assert frame.served_in_all_mbps == pytest.approx(float(of_many["throughput"][0]), rel=1e-5)
    # What is never lit serves nothing, and no satellite lights more beams than it has.
    assert not frame.served_mbps[~frame.lit.any(axis=0)].any()
    assert frame.lit.sum(axis=1).max() <= 12
    assert len(set(frame.cell.tolist())) == len(frame.cell)


def test_cells_by_slots(of_one: xr.Dataset) -> None:
    drawn = picture.draw("hopping", [source(of_one)])
    assert_readable(drawn)
    frame = first_frame(tomllib.loads(of_one.attrs["scenario_toml"]))
    assert frame is not None
    (image,) = drawn.figure.axes[0].images
    order = np.argsort(-frame.wanted_mbps, kind="stable")
    np.testing.assert_array_equal(np.asarray(image.get_array()), frame.lit[:, order].T)
    labels = [label.get_text() for label in drawn.figure.axes[0].get_yticklabels()]
    assert labels == [str(each) for each in frame.cell[order]]
    share = frame.served_mbps.sum() / frame.wanted_mbps.sum()
    assert f"serves {100.0 * share:.0f} % of the 100 Mbit/s" in drawn.words.title
    assert drawn.words.title.startswith("5 of 19 cells lit at a time")


def test_many_satellites_are_drawn(of_many: xr.Dataset) -> None:
    drawn = picture.draw("hopping", [source(of_many)])
    assert_readable(drawn)
    assert "The satellite whose users want most" in drawn.words.subtitle


def test_another_result_is_not_taken_for_the_frame(of_one: xr.Dataset) -> None:
    changed = of_one.assign(throughput=of_one["throughput"] * 1.01)
    drawn = picture.draw("hopping", [source(changed)])
    assert_readable(drawn)
    assert "not play the frame as the result's did" in drawn.words.subtitle
    share = of_one["cell_lit_share"].mean("trial").values
    most = float(share.max())
    assert f"up to {100.0 * most:.0f} %" in drawn.words.title
    (points,) = drawn.figure.axes[0].collections
    np.testing.assert_allclose(np.asarray(points.get_offsets())[:, 1], share, rtol=1e-6)


def test_a_result_is_not_told_to_mend_its_scenario() -> None:
    """What no version can change in a file that is written is no advice."""
    written = 'rules = "0.2"\n[constellation]\nbeams_per_satellite = 3\n'
    other = beams().assign_attrs(scenario_toml=f"{written}[satellite]\naltitude_km = 600.0\n")
    reason = picture.why_not("hopping", [source(other)])
    assert "this version of capest does not read its scenario" in reason
    assert "remove" not in reason


def test_what_does_not_hop() -> None:
    assert "all beams are lit all the time" in picture.why_not("hopping", [source(calls())])
    assert "beams.slots gives a frame" in picture.why_not("hopping", [source(beams())])
