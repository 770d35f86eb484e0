"""What is measured, and on what."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from capest.physics import antenna
from capest.scenario.plain_scenario import PlainScenario

if TYPE_CHECKING:
    from capest.scenario.model import Scenario

LAYOUTS = ((61, 1), (127, 3), (331, 1))
"""Beams and frequency reuse of the pair kernels' figures."""

PEAK_SNR = 64.0
"""Linear, about that of a handset under a LEO satellite."""


def bench_scenario(**changes: Any) -> Scenario:
    """Sixty-one beams of a LEO-600 S-band satellite on one frequency, ten users a beam.

    Where Pydantic is not installed, what it was when it was checked: ``case9.json``.
    """
    if importlib.util.find_spec("pydantic") is None:
        text = Path(__file__).with_name("case9.json").read_text(encoding="utf-8")
        return cast("Scenario", PlainScenario(json.loads(text)).replace(**changes))
    from capest.scenario.load import load_scenario

    scenario = load_scenario(
        {
            "rules": "0.2",  # figures of all versions are of the same cases
            "title": "benchmark: LEO-600, S band, 61 beams, 10 users a beam",
            "satellite": {"preset": "tr38821-set1-leo600-s"},
            "channel": {"line_of_sight": "always"},
        }
    )
    return scenario.replace(**changes)


def plainest_scenario() -> Scenario:
    """Nineteen beams on one frequency, free space, truncated Shannon: 3,610 pairs a trial.

    The same as ``runs/leo600-19-beams.toml``.
    """
    from capest.scenario.load import load_scenario

    return load_scenario(
        {
            "rules": "0.2",
            "title": "benchmark: LEO-600, S band, 19 beams, free space",
            "satellite": {"preset": "tr38821-set1-leo600-s"},
            "beams": {"count": 19, "statistics_count": 19},
            "channel": {
                "line_of_sight": "always",
                "shadow_fading": False,
                "gas_loss": False,
            },
            "link": {"adaptation": "truncated-shannon"},
        }
    )


def exact_pattern(sine: np.ndarray, ka: float) -> np.ndarray:
    """Gain relative to the peak, in double precision by Bessel's function."""
    flat = antenna.bessel_amplitude(ka * sine.ravel())
    return (flat * flat).reshape(sine.shape)
