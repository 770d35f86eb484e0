"""The nearest beam that is looked up is the one that a search through all beams finds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from capest.engine.build.satellite import layout_around
from capest.engine.nearest_beam import NearestBeam
from capest.engine.world import Layout
from capest.physics.beam_grid import hexagonal_lattice
from capest.scenario.load import load_scenario


def layout_of(beams: int, colours: int, centre: tuple[float, float] = (0.0, 0.0)) -> Layout:
    changes = {"beams": {"count": 61, "frequency_reuse": colours, "spacing_uv": 0.03}}
    scenario = load_scenario({"satellite": {"preset": "tr38821-set1-leo600-s"}, **changes})
    return layout_around(scenario, hexagonal_lattice(beams), centre)


def with_gaps(layout: Layout) -> Layout:
    """The same layout without some of its beams, the centre among them."""
    kept = np.arange(len(layout.colour)) % 5 > 0
    grid = replace(layout.grid, lattice=layout.grid.lattice[kept], uv=layout.grid.uv[kept])
    order = np.argsort(layout.colour[kept], kind="stable")
    return replace(layout, grid=grid, colour=layout.colour[kept], order=order)


LAYOUTS = {
    "one beam": layout_of(1, 1),
    "seven beams": layout_of(7, 3),
    "61 beams": layout_of(61, 1),
    "127 beams in seven colours, aside": layout_of(127, 7, (0.1, -0.05)),
    "with gaps": with_gaps(layout_of(61, 4, (-0.02, 0.3))),
}


def brute_force(layout: Layout, u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    uv = layout.grid.uv[layout.order]
    squared = (u[:, None] - uv[:, 0]) ** 2 + (v[:, None] - uv[:, 1]) ** 2
    return squared.argmin(axis=1), squared.min(axis=1)


def directions(layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """Directions in and around the layout, far away, and where several beams are as near."""
    rng = np.random.default_rng(7)
    uv, spacing = layout.grid.uv, layout.grid.spacing_uv
    span = np.abs(uv - uv.mean(axis=0)).max() + 2.5 * spacing
    anywhere = uv.mean(axis=0) + rng.uniform(-span, span, (20_000, 2))
    far = rng.uniform(-1.0, 1.0, (500, 2))
    turn = np.radians(30.0 * np.arange(12))
    round_about = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    corners = [uv[:, None] + share * spacing * round_about for share in (0.5, 1.0 / 3.0**0.5, 1.0)]
    several = np.concatenate([uv[:, None], *corners], axis=1).reshape(-1, 2)
    u, v = np.concatenate([anywhere, far, several]).T
    return np.ascontiguousarray(u), np.ascontiguousarray(v)


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_same_as_a_search(name: str) -> None:
    layout = LAYOUTS[name]
    u, v = directions(layout)
    beam, squared = NearestBeam(layout, np)(u, v)
    best, least = brute_force(layout, u, v)
    corner_squared = layout.grid.spacing_uv**2 / 3.0
    near = least <= corner_squared
    assert 0.02 < near.mean() < 0.98
    # To the last bit, ties included.
    np.testing.assert_array_equal(squared <= corner_squared, near)
    np.testing.assert_array_equal(beam[near], best[near])
    np.testing.assert_array_equal(squared[near], least[near])
    tied = ((u[:, None] - layout.grid.uv[:, 0]) ** 2 + (v[:, None] - layout.grid.uv[:, 1]) ** 2)[
        near
    ]
    ties = (tied == tied.min(axis=1, keepdims=True)).sum(axis=1) > 1
    assert ties.any() == (len(layout.colour) > 1)


def test_some_stand_outside_all_hexagons_and_inside_a_circle() -> None:
    layout = LAYOUTS["61 beams"]
    u, v = directions(layout)
    _, least = brute_force(layout, u, v)
    bigger = replace(layout, grid=layout_of(127, 1).grid, order=np.arange(127))
    owner, _ = brute_force(bigger, u, v)
    beyond = (owner >= 61) & (least < layout.grid.spacing_uv**2 / 3.0 * (1.0 - 1e-9))
    assert beyond.sum() > 20
    beam, _ = NearestBeam(layout, np)(u[beyond], v[beyond])
    np.testing.assert_array_equal(beam, brute_force(layout, u[beyond], v[beyond])[0])
