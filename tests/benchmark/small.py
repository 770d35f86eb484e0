"""A benchmark of few and small figures."""

import pytest

from capest.benchmark import downlink, suite, uplink
from capest.benchmark.cases import GEO, NINETEEN_BEAMS, TrialCase, WholeCase

SMALL_TRIALS = (TrialCase("one satellite", GEO, 2, 1),)
SMALL_RUNS = (WholeCase("19 beams", NINETEEN_BEAMS, 0.1, "plain_beams.py"),)


def make_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make all figures of ``suite.measure`` small."""
    monkeypatch.setattr(suite, "LAYOUTS", ((19, 1),))
    monkeypatch.setattr(suite, "TRIAL_CASES", SMALL_TRIALS)
    monkeypatch.setattr(suite, "WHOLE_CASES", SMALL_RUNS)
    monkeypatch.setattr(suite, "CONSTELLATION_USERS", 200)
    for module in (downlink, uplink):
        for backend in ("numpy", "native"):
            monkeypatch.setitem(module._PAIRS_OF_CALL, backend, 2**16)
