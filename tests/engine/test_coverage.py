"""Coverage first leaves no cell dark that a frame could light."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

import capest
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.gateways import fed_only
from capest.engine.memory import compute_block
from capest.engine.payloads import figures_of
from capest.engine.sky import draw_sky
from capest.engine.users import draw_users
from capest.engine.world import World
from capest.errors import InputError
from capest.sampling.draws import Draws
from capest.scenario.choices import HOPPING
from capest.scenario.fingerprint import fingerprint

from .small_network import network_scenario

COVERAGE = {
    "cells__objective": "coverage", "users__count": 1500, "satellite__beams_at_once": 2,
}  # fmt: skip
TRIALS = 2


def scene(**changes: Any) -> World:
    return build(network_scenario(**{**COVERAGE, **changes}))


def asking_and_lightable(
    world: World, slots: int, *, all_cells: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Cells that ask and have a candidate, and the most that can be lit, by trial.

    With ``all_cells``, cells where nobody asks count as well.
    """
    kernels = NumpyKernels()
    draws = Draws(kernels, world.seed, 0, TRIALS)
    whole = draw_sky(world, draws)
    sky, view = fed_only(world, whole, world.ground.cells.view(world, whole))
    users = draw_users(world, draws, sky)
    cells, pairs = len(world.ground.colour), view.candidates
    room = np.broadcast_to(figures_of(world, "beams_at_once", sky, world.beams.beams_at_once),
                           len(sky)) * slots  # fmt: skip
    found = []
    for trial in range(TRIALS):
        own = (users.trial == trial) & (users.cell >= 0)
        asks = np.bincount(users.cell[own], minlength=cells) > 0
        some = pairs.cell // cells == trial
        sees = np.zeros((cells, len(sky)), dtype=bool)
        sees[pairs.cell[some] - trial * cells, pairs.satellite[some]] = True
        sees &= asks[:, None] | all_cells
        copies = csr_matrix(np.repeat(sees, room, axis=1))
        matched = maximum_bipartite_matching(copies, perm_type="column")
        found.append((sees.any(axis=1).sum(), (matched >= 0).sum()))
    asking, lightable = np.array(found).T
    return asking, lightable


@pytest.mark.parametrize("allocation", ["all-on", *HOPPING])
@pytest.mark.parametrize("slots", [2, 9])
def test_as_many_cells_are_lit_as_can_be(allocation: str, slots: int) -> None:
    world = scene(beams__allocation=allocation, beams__slots=slots)
    trial = compute_block(world, NumpyKernels(), 0, TRIALS).trial
    asking, lightable = asking_and_lightable(world, 1 if allocation == "all-on" else slots)
    assert (asking > 40).all()
    assert trial["lit_beams"].tolist() == lightable.tolist()
    assert trial["cells_dark_in_view"].tolist() == (asking - lightable).tolist()
    if slots == 9 and allocation != "all-on":
        assert not trial["cells_dark_in_view"].any()


@pytest.mark.parametrize(
    "changes",
    [
        {"run__seed": 11, "constellation__minimum_elevation_deg": 45.0},
        {"run__seed": 12, "constellation__gateways": "50.0 10.0 x 3"},
        {"run__seed": 13, "cells__assignment": "greedy-demand", "cells__lit": "all"},
        {"run__seed": 14, "region__guard_km": 200.0, "cells__assignment": "solved"},
        {
            "run__seed": 15,
            "constellation__shells": None,
            "constellation__shell": [
                {"orbit": "60: 100/10/1 @ 600", "beams_at_once": 1},
                {"orbit": "50: 40/4/1 @ 1200", "beams_at_once": 3},
            ],
        },
    ],
)
def test_so_it_is_in_other_networks(changes: dict[str, Any]) -> None:
    world = scene(beams__allocation="random", beams__slots=3, **changes)
    trial = compute_block(world, NumpyKernels(), 0, TRIALS).trial
    asking, lightable = asking_and_lightable(world, 3)
    if "region__guard_km" not in changes:
        assert trial["cells_dark_in_view"].tolist() == (asking - lightable).tolist()
    if (asking == lightable).all():
        assert not trial["cells_dark_in_view"].any()


@pytest.mark.parametrize("assignment", ["demand-first", "highest-elevation", "max-sinr"])
@pytest.mark.parametrize("slots", [1, 3, 9])
def test_cells_that_ask_come_before_empty_ones(assignment: str, slots: int) -> None:
    """Few users, more cells than beams: the most cells that ask, then the most of all."""
    world = scene(
        cells__assignment=assignment, cells__lit="all", users__count=60,
        beams__allocation="random", beams__slots=slots,
    )  # fmt: skip
    trial = compute_block(world, NumpyKernels(), 0, TRIALS).trial
    asking, lightable = asking_and_lightable(world, slots)
    assert trial["cells_dark_in_view"].tolist() == (asking - lightable).tolist()
    seen, most = asking_and_lightable(world, slots, all_cells=True)
    assert (seen > asking).all()
    assert trial["lit_beams"].tolist() == most.tolist()
    if slots == 1:
        assert (most < seen).all()


def test_a_moment_lights_what_it_can() -> None:
    world = scene(beams__allocation="random")
    trial = compute_block(world, NumpyKernels(), 0, TRIALS).trial
    asking, lightable = asking_and_lightable(world, 1)
    assert trial["cells_dark_in_view"].tolist() == (asking - lightable).tolist()


def test_a_result_says_how_many_are_dark_and_who_holds_the_minimum(tmp_path: Any) -> None:
    scenario = network_scenario(
        **COVERAGE, service__preset="voice", beams__allocation="periodic", beams__slots=8,
        run__trials=2,
    )  # fmt: skip
    text = str(capest.run(scenario, backend="numpy").capest.summary())
    assert "cells with users left dark" in text
    assert "callers with the minimum alone" in text
    assert "not known ()" not in text


def test_where_a_beam_has_no_turns_it_is_said() -> None:
    def notes_with(**changes: Any) -> list[str]:
        return [note for note in scene(**changes).notes if "no turns of beams" in note]

    (note,) = notes_with()
    assert "a satellite lights 2 cells and no more; where cells stay dark" in note
    assert not notes_with(beams__allocation="periodic", beams__slots=8)
    # One satellite lights the whole region.
    assert not notes_with(satellite__beams_at_once=5000)


BAD = [
    (
        {"cells__objective": "calls"},
        '"calls" counts calls, and no service has a guaranteed rate; remove it, or write '
        '"throughput"',
    ),
    (
        {"cells__refinement": "local-search", "cells__layout": "satellite-fixed"},
        'nothing to choose; remove it, or write cells.layout = "earth-fixed"',
    ),
    (
        {"cells__refinement": "local-search", "beams__allocation": "proportional"},
        'less than one beam; remove it, or write beams.allocation = "all-on"',
    ),
    ({"cells__objective": "throughput"}, "is what a search maximises"),
    ({"cells__minimum_share": 0.3}, "only with cells.objective"),
    ({"cells__objective": "coverage", "cells__minimum_share": 0.3}, "scheduler.policy"),
    ({"cells__objective": "coverage", "cells__minimum_share": 1.5}, "at most 1"),
    ({"cells__objective": "coverage", "cells__refinement": "local-search"}, "darkens cells"),
]


@pytest.mark.parametrize(("changes", "said"), BAD)
def test_bad_input_is_one_line(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        network_scenario(**changes)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_fingerprints_follow_what_is_read() -> None:
    calls = {"service__preset": "voice", "beams__allocation": "periodic", "beams__slots": 4}
    first = network_scenario(**calls)
    covered = first.replace(cells__objective="coverage")
    marks = [fingerprint(each) for each in (first, covered)]
    marks.append(fingerprint(covered.replace(cells__minimum_share=0.2)))
    marks.append(fingerprint(covered.replace(beams__slots=5)))
    assert len(set(marks)) == 4
    assert fingerprint(first.replace(cells__objective="calls")) == marks[0]
