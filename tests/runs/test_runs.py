"""Every scenario that ships is ready to run."""

from pathlib import Path

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.batch import compute_block
from capest.network.scene import build_network_scene
from capest.scenario.load import load_scenario
from capest.scene import build_scene

RUNS = Path(__file__).parents[2] / "runs"
SCENARIOS = sorted(RUNS.glob("*.toml"))


def test_every_system_of_the_story_is_there() -> None:
    names = {path.stem for path in SCENARIOS}
    assert names >= {
        *("guowang-gw-a59-china", "guowang-gw-2-china", "guowang-complete-china"),
        *("guowang-test-satellite-china", "starlink-dtc-usa", "starlink-dtc-2016-usa"),
        *("starlink-dtc-15000-usa", "ast-bluebird-usa", "lynk-usa", "geo-3gpp-china"),
        *("tiantong-china", "tr38821-case9", "tr38821-case10"),
    }


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_it_loads_and_computes(path: Path) -> None:
    assert f"capest run runs/{path.name}" in path.read_text(encoding="utf-8")
    scenario = load_scenario(path)
    assert scenario.title
    if scenario.has_constellation:
        scene = build_network_scene(scenario.replace(users__count=200))
        block = compute_block(scene, NumpyKernels(), 0, 3)
        assert block.trial["users"].tolist() == [200] * 3
        assert np.isfinite(block.trial["throughput"]).all()
        if path.stem not in ("guowang-test-satellite-china", "lynk-usa"):
            assert block.trial["served_users"].sum() > 0
    else:
        block = compute_block(build_scene(scenario), NumpyKernels(), 0, 3)
        assert (block.trial["throughput"] > 0.0).all()
