"""The layout of beams is the file's, and says which count and what frequency each has."""

import matplotlib
import numpy as np
import pytest
from matplotlib.collections import LineCollection, PolyCollection

from capest.physics.beam_grid import hexagonal_grid, hexagonal_lattice
from capest.plot.beam_layout import border_of, layout_of
from capest.plot.map_image import scale_of
from capest.plot.map_values import cell_values
from capest.results.stored import OfDataset
from tests.plot.map_runs import drawn, run_of_beams, run_of_calls, why_not


def test_hexagons_fill_the_plane() -> None:
    layout = layout_of(OfDataset(run_of_beams()))
    grid = hexagonal_grid(hexagonal_lattice(19), layout.spacing_uv, (0.0, 0.0))
    np.testing.assert_allclose(layout.uv, grid.uv, atol=1e-12)
    x, y = layout.hexagons[..., 0], layout.hexagons[..., 1]
    area = 0.5 * np.abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1))
    np.testing.assert_allclose(area, np.sqrt(0.75) * layout.spacing_uv**2, rtol=1e-9)
    # TR 38.821, table 6.1.1.1-4: beams stand √3 · sin(HPBW / 2) apart, contours meet at corners.
    assert layout.half_power_uv == pytest.approx(layout.spacing_uv / np.sqrt(3.0), rel=1e-9)
    # At 600 km the Earth fills a half angle of 66.1°.
    assert np.degrees(np.arcsin(layout.limb_uv)) == pytest.approx(66.1, abs=0.05)


def test_border_goes_round_the_beams_that_count() -> None:
    layout = layout_of(OfDataset(run_of_beams()))
    edges = border_of(layout)
    # Seven hexagons have 42 edges, of which 12 are within.
    assert len(edges) == 18
    np.testing.assert_allclose(
        np.linalg.norm(edges[:, 0] - edges[:, 1], axis=1), layout.spacing_uv / np.sqrt(3.0)
    )


def test_colours_are_of_the_values() -> None:
    dataset = run_of_beams()
    figure = drawn("beams", dataset, of="cell_sinr_db").figure
    (cells,) = [each for each in figure.axes[0].collections if isinstance(each, PolyCollection)]
    shown = cell_values(OfDataset(dataset), "cell_sinr_db", per_area=False)
    norm, colours = scale_of(shown)
    np.testing.assert_allclose(cells.get_facecolor(), colours(norm(shown.values)), atol=1e-9)
    np.testing.assert_allclose(shown.values, dataset.cell_sinr_db.mean("trial"), rtol=1e-5)
    assert [each for each in figure.axes[0].collections if isinstance(each, LineCollection)]


def test_numbers_are_frequencies() -> None:
    dataset = run_of_beams()
    shown = drawn("beams", dataset)
    texts = [each.get_text() for each in shown.figure.axes[0].texts]
    assert texts == [str(each + 1) for each in dataset.cell_colour.values]
    assert "numbers: which of 3 frequency colours" in shown.words.subtitle
    assert "in the inner 7 of 19 beams" in shown.words.title
    assert len(shown.content("svg")) < 200e3


def test_ground_stands_beside_where_it_is_known() -> None:
    figure = drawn("beams", run_of_beams(True)).figure
    titles = {each.get_text() for each in figure.findobj(matplotlib.text.Text)}
    assert {"in the satellite's view", "on the ground"} <= titles
    assert not [each for each in drawn("beams", run_of_beams()).figure.axes if each.images]


def test_odd_selections() -> None:
    dataset = run_of_beams()
    assert drawn("beams", dataset.isel(cell=[5])).content("svg")
    assert drawn("beams", dataset.isel(cell=[9, 17])).content("svg")
    assert "1 of the 4 trials" in why_not("beams", dataset.isel(trial=[0]))
    dark = dataset.copy(deep=True)
    dark["cell_sinr_db"][:] = np.nan
    assert "none of the beams has a value" in drawn("beams", dark, of="sinr_db").words.title


def test_why_not() -> None:
    assert "fixed to the Earth" in why_not("beams", run_of_calls())
    assert "one beam is selected" in why_not("beams", run_of_beams().isel(cell=3))
