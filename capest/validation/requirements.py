"""Study cases held against the requirements of Report ITU-R M.2514."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from capest.backend import choose
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.engine.world import World
from capest.errors import InputError, OldNameWarning
from capest.physics import resource_grid
from capest.runner.plan import Plan
from capest.scenario.model import Scenario
from capest.statistics.intervals import Interval
from capest.statistics.reduction import Reduction
from capest.validation import m2514
from capest.validation.cases import LINKS, study_case

DEFAULT_CASES = (9, 10)
"""LEO at 600 km, handheld, set 1: all beams on one frequency, and a third of the band each."""

_RESOURCE_BLOCK_MHZ = 0.18


@dataclass(frozen=True)
class Evaluation:
    """One requirement held against one study case.

    Attributes
    ----------
    case, frequency_reuse : int
    quantity : str
        A name of ``m2514.QUANTITIES``.
    link : {"DL", "UL"}
    unit : str
    value, low, high : float
        Ours with its 95 % confidence interval, in ``unit``; limits are the value where it is
        worked out without chance.
    required : float
    """

    case: int
    frequency_reuse: int
    quantity: str
    link: str
    unit: str
    value: float
    low: float
    high: float
    required: float

    @property
    def margin(self) -> float:
        """How far ours is above the requirement, as a share of the requirement."""
        return self.value / self.required - 1.0

    @property
    def passed(self) -> bool:
        """Whether ours reaches the requirement."""
        return self.value >= self.required

    @property
    def certain(self) -> bool:
        """Whether the requirement lies outside the interval, so that more trials tell the same."""
        return self.low >= self.required or self.high < self.required


@dataclass(frozen=True)
class EvaluationTask:
    """What a worker is asked for."""

    case: int
    trials: int
    backend: str
    overrides: tuple[str, ...] = ()


def evaluated_case(number: int, trials: int, overrides: Sequence[str] = ()) -> Scenario:
    """Study case as M.2514 evaluates it: ten users in each beam, who fill its uplink.

    The calibration drops users anywhere, so that beams have more or fewer than ten, and gives every
    handset two resource blocks in the uplink, which would leave most of the band idle although
    everybody has something to send.

    Parameters
    ----------
    number, trials : int
    overrides : sequence of str
        ``section.key=value``, as of ``--set``.

    Raises
    ------
    InputError
        If the overrides leave no single satellite with both links.
    """
    ten = "users.placement=beam"
    case = study_case(number, trials, overrides=[ten, *overrides])
    if not case.uplink_takes_turns:
        raise InputError("M.2514 is evaluated for one satellite with both links; see --set")
    blocks = max(1, round(_beam_blocks(case)) // case.users.per_beam)
    full = f"uplink.bandwidth_mhz={blocks * _RESOURCE_BLOCK_MHZ:.2f}"
    return study_case(number, trials, overrides=[ten, full, *overrides])


def _beam_blocks(scenario: Scenario) -> float:
    """Resource blocks of a beam's uplink."""
    satellite = scenario.satellite
    beam_mhz = _beam_mhz(scenario)
    frequency_ghz = satellite.uplink_frequency_ghz or satellite.frequency_ghz
    share = resource_grid.occupied_share(beam_mhz * 1e6, frequency_ghz * 1e9)
    return beam_mhz * share / _RESOURCE_BLOCK_MHZ


def _beam_mhz(scenario: Scenario) -> float:
    return scenario.carrier.bandwidth_mhz / scenario.beams.frequency_reuse


def evaluate(task: EvaluationTask) -> list[Evaluation]:
    """Compute a study case and hold it against every requirement. Runs on a worker."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OldNameWarning)  # the client has told of them
        scenario = evaluated_case(task.case, task.trials, task.overrides)
    world, kernels = build(scenario), choose.kernels(task.backend)
    plan, reduction = Plan(scenario.run.trials, scenario.run.block_trials), Reduction()
    for block in range(plan.blocks):
        first, count = plan.first_trial(block), plan.block_size(block)
        reduction.add(block, compute_block(world, kernels, first, count))
    found = {link: quantities(scenario, world, reduction, link) for link in LINKS}
    return [
        Evaluation(
            task.case,
            scenario.beams.frequency_reuse,
            quantity,
            link,
            one.unit,
            ours.value,
            ours.low,
            ours.high,
            one.required,
        )
        for (quantity, link), one in m2514.requirements().items()
        for ours in (found[link][quantity],)
    ]


def quantities(
    scenario: Scenario, world: World, reduction: Reduction, link: str
) -> dict[str, Interval]:
    """Every quantity of M.2514 from a run.

    Parameters
    ----------
    scenario : Scenario
    world : World
    reduction : Reduction
        Of the run's blocks.
    link : {"DL", "UL"}

    Returns
    -------
    dict of str to Interval
        By the names of ``m2514.QUANTITIES``.
    """
    prefix = "" if link == "DL" else "uplink_"
    bandwidth_mhz = scenario.carrier.bandwidth_mhz
    average = m2514.average_spectral_efficiency(
        reduction.interval(f"{prefix}throughput", "mean"),
        bandwidth_mhz,
        int(world.ground.counted.sum()),
    )
    user = m2514.user_spectral_efficiency(
        reduction.interval(f"{prefix}user_throughput", "p05"), bandwidth_mhz
    )
    peak = peak_spectral_efficiency(world, _beam_mhz(scenario), link)
    return {
        "average_spectral_efficiency": average,
        "user_spectral_efficiency_p05": user,
        "user_experienced_rate": m2514.user_experienced_rate(user, bandwidth_mhz),
        "area_traffic_capacity": m2514.area_traffic_capacity(
            average, bandwidth_mhz, m2514.mean_beam_area_km2(world)
        ),
        "peak_spectral_efficiency": Interval(peak, peak, peak),
        "peak_data_rate": m2514.scaled(Interval(peak, peak, peak), bandwidth_mhz),
    }


def peak_spectral_efficiency(world: World, beam_mhz: float, link: str) -> float:
    """Rate of a beam at the highest step of link adaptation over its bandwidth, bit/s/Hz.

    Without errors, all resources to one user (M.2410 clause 4.2): what the format allows, however
    strong the signal is.
    """
    constants, uplink = world.radio.link, world.radio.uplink
    adaptation = constants.adaptation
    highest = adaptation.shannon[3] if adaptation.mode == 1 else adaptation.rate_table[-1, 1]
    if link == "DL":
        data_mhz = constants.bandwidth_mhz
    else:
        assert uplink is not None
        access = uplink.access
        data_mhz = access.user_bandwidth_mhz * access.users_at_once
    return float(highest) * data_mhz / beam_mhz
