"""Systems that fly, against what was measured of them."""

import math
import tomllib

import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.scenario.starter import starter
from capest.statistics.reduction import Reduction

from ..runs.test_runs import RUNS


def reduced(scenario: Scenario, trials: int = 20) -> Reduction:
    world, reduction = build(scenario), Reduction()
    for trial in range(trials):
        reduction.add(trial, compute_block(world, NumpyKernels(), trial, 1))
    return reduction


def rsrp_dbm(scenario: Scenario, coupling_loss_db: float) -> float:
    """Power of a resource element of 15 kHz at the phone's antenna port."""
    satellite = scenario.satellite
    port_dbm = satellite.eirp_density_dbw_per_mhz - satellite.antenna_gain_dbi + 30.0
    return port_dbm + 10.0 * math.log10(15e3 / 1e6) - coupling_loss_db


@pytest.fixture(scope="module")
def starlink() -> tuple[Scenario, Reduction, Reduction]:
    # What was measured of one satellite is held against its link alone.
    scenario = load_scenario(RUNS / "starlink-dtc-usa.toml", ["rules=0.2"])
    return scenario, reduced(scenario), reduced(scenario.replace(users__count=300))


def test_starlink_is_heard_as_it_was_measured(starlink) -> None:
    # arXiv 2506.00283: median RSRP -121 dBm per 15 kHz.
    scenario, busy, quiet = starlink
    for load in (busy, quiet):
        loss_db = load.interval("coupling_loss_db", "p50").value
        assert rsrp_dbm(scenario, loss_db) == pytest.approx(-121.0, abs=3.0)


def test_starlink_has_the_measured_sinr_and_about_the_estimated_rate(starlink) -> None:
    # Same source: median SINR 0 dB; 3 to 4 Mbit/s in 5 MHz, estimated from measured levels for one
    # user alone; filed peak 18.3 Mbit/s. The network's load was not published: everybody busy on
    # one side, a tenth on the other.
    _, busy, quiet = starlink
    low, high = (load.interval("sinr_db", "p50").value for load in (busy, quiet))
    assert -2.0 < low < 0.0 < high < 2.0
    low, high = (load.interval("beam_throughput", "p50").value for load in (busy, quiet))
    assert 2.0 < low < high < 6.0
    assert quiet.interval("beam_throughput", "p95").value < 18.3


def test_a_starter_promises_no_more_than_the_run(starlink) -> None:
    """The satellite alone, in 30 MHz to a handset of the 3GPP study, has 11 Mbit/s a beam."""
    own = load_scenario(tomllib.loads(starter("starlink-dtc-calibrated")))
    assert own.effective() == load_scenario(RUNS / "starlink-dtc-usa.toml").effective()
    found = reduced(own.replace(run__seed=2)).interval("beam_throughput", "p50")
    # Block errors and control take their part: 0.9 and 0.75 for 0.86.
    share, run = 0.9 * 0.75 / 0.86, starlink[1].interval("beam_throughput", "p50")
    assert max(found.low, share * run.low) < min(found.high, share * run.high)
    assert found.value == pytest.approx(1.7, abs=0.25)


def test_filed_power_would_be_far_too_strong(starlink) -> None:
    # The filed ceiling is 25.7 dB above the calibrated power (and 3 dB of antenna gain apart).
    scenario, busy, _ = starlink
    filed = scenario.replace(satellite__preset="starlink-dtc-filed")
    level_dbm = rsrp_dbm(filed, reduced(filed, 10).interval("coupling_loss_db", "p50").value)
    measured_dbm = rsrp_dbm(scenario, busy.interval("coupling_loss_db", "p50").value)
    assert level_dbm - measured_dbm == pytest.approx(25.7, abs=0.5)


@pytest.mark.parametrize(
    ("run", "low_ms", "high_ms"),
    # One way through a transparent GEO payload: 238.7 ms from zenith to zenith to 270.7 ms at 10
    # degrees at both ends; LEO at 600 km: 4 ms to 12.89 ms.
    [("geo-3gpp-china", 238.7, 270.8), ("guowang-gw-a59-china", 4.0, 12.89)],
)
def test_delay(run: str, low_ms: float, high_ms: float) -> None:
    scenario = load_scenario(RUNS / f"{run}.toml").replace(users__count=1000)
    found = reduced(scenario, 5)
    assert low_ms < found.interval("one_way_delay", "p05").value
    assert found.interval("one_way_delay", "p95").value < high_ms
