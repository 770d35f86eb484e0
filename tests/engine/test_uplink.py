"""The uplink of a trial: turns, power and conservation."""

import numpy as np
import pytest

from capest.allocation.uplink_turns import uplink_turns
from capest.physics.uplink_budget import UplinkBudget
from capest.statistics.quantities import AXES

from .small import compute, quantile, small_scenario

UPLINK = {"uplink__interference": "full-buffer"}


def test_every_user_takes_turns_within_his_own_beam_and_trial() -> None:
    rng = np.random.default_rng(1)
    trials, beams, users = 4, 7, 70
    trial = np.repeat(np.arange(trials, dtype=np.int32), users)
    serving = rng.integers(0, beams - 1, trials * users).astype(np.int32)  # the last has nobody
    number = trial.astype(np.int64) * beams + serving
    users = np.bincount(number, minlength=trials * beams)
    turns = uplink_turns(number, users, trials, 12, np).reshape(trials, 12, beams)
    assert turns.dtype == np.int32
    assert (turns[:, :, -1] == -1).all()
    for t in range(trials):
        for b in range(beams - 1):
            own = np.flatnonzero((trial == t) & (serving == b))
            turn = np.arange(12) * len(own) // 12
            expected = own[turn] if len(own) else np.full(12, -1)
            assert turns[t, :, b].tolist() == expected.tolist()


def test_power_control_follows_its_formula() -> None:
    # TS 38.213 clause 7.1.1: min(Pcmax, P0 + alpha PL), in dBW here.
    control = UplinkBudget(-7.0, 0.0, 1.1, 30.0, 0.36e6, p0_dbw=-110.0, alpha=0.8)
    got = control.power_dbw(np.array([100.0, 125.0, 140.0]), np)
    assert got == pytest.approx([-30.0, -10.0, -7.0])
    full = UplinkBudget(-7.0, 0.0, 1.1, 30.0, 0.36e6, p0_dbw=None, alpha=1.0)
    assert full.power_dbw(np.array([100.0, 140.0]), np).tolist() == [-7.0, -7.0]


def test_snr_is_the_link_budget() -> None:
    # TR 38.821 Table 6.1.3.3-1, case 9: 23 dBm, 1.1 dB/K, 0.36 MHz, losses of 164.4 dB: 2.8 dB.
    budget = UplinkBudget(-7.0, 0.0, 1.1, 30.0, 0.36e6, p0_dbw=None, alpha=1.0)
    snr_db = budget.peak_snr_db(-7.0, 159.1 + 0.1 + 3.0 + 2.2)
    assert snr_db == pytest.approx(2.8, abs=0.07)
    # Coupling loss has both antenna gains in it: 164.4 - 30 - 0 dBi.
    assert budget.coupling_loss_db(-7.0, snr_db) == pytest.approx(164.4 - 30.0)


def test_counts_and_consistency() -> None:
    block = compute(small_scenario(**UPLINK, uplink__scheduled="all"))
    assert block.histograms["uplink_sinr_db"].sum() == 10 * block.trial["lit_users"].sum()
    assert (block.trial["uplink_users"] == block.trial["lit_users"]).all()
    # One band, one loss: both directions have the same coupling loss (up to who is drawn).
    for p in (0.05, 0.5, 0.95):
        assert quantile(block, "uplink_coupling_loss_db", p) == pytest.approx(
            quantile(block, "coupling_loss_db", p), abs=0.15
        )
    assert quantile(block, "uplink_sinr_db", 0.5) < quantile(block, "uplink_snr_db", 0.5)
    # The downlink does not notice.
    without = compute(small_scenario())
    for metric, counts in without.histograms.items():
        np.testing.assert_array_equal(counts, block.histograms[metric])


def test_one_beam_alone_hears_no_interference() -> None:
    scenario = small_scenario(
        beams__count=1, beams__statistics_count=1, beams__spacing_uv=0.01, **UPLINK
    )
    block = compute(scenario)
    np.testing.assert_array_equal(
        block.histograms["uplink_sinr_db"], block.histograms["uplink_snr_db"]
    )


def test_dark_beams_are_silent() -> None:
    scenario = small_scenario(beams__allocation="random", satellite__beams_at_once=4, **UPLINK)
    block = compute(scenario)
    assert block.histograms["uplink_sinr_db"].sum() == 10 * block.trial["uplink_users"].sum()
    every = compute(small_scenario(**UPLINK))
    assert every.trial["uplink_users"].sum() > 2 * block.trial["uplink_users"].sum()
    assert quantile(block, "uplink_sir_db", 0.5) > quantile(every, "uplink_sir_db", 0.5) + 3.0


def test_full_compensation_evens_out_what_is_received() -> None:
    # With alpha = 1 and power to spare everybody arrives with P0: the SNR is one number.
    scenario = small_scenario(
        uplink__power_control="fractional",
        uplink__p0_dbm=-125.0,
        uplink__alpha=1.0,
        uplink__scheduled="all",
        **UPLINK,
    )
    block = compute(scenario)
    spread_db = quantile(block, "uplink_snr_db", 0.95) - quantile(block, "uplink_snr_db", 0.05)
    assert spread_db < 0.1
    # P0 over the noise behind a 30 dBi antenna of 1.1 dB/K: -155 - (-228.6 + 55.56 + 28.9).
    assert quantile(block, "uplink_snr_db", 0.5) == pytest.approx(-10.86, abs=0.06)


def test_throughput_is_the_resource_grid_times_the_efficiency() -> None:
    # 0.36 MHz are two resource blocks: 24 subcarriers of 14 symbols a millisecond, 8 % overhead.
    user_mhz = 24 * 14e3 / 1e6 * (1 - 0.08)
    scenario = small_scenario(
        **UPLINK, channel__line_of_sight="always", channel__shadow_fading=False
    )
    block = compute(scenario)
    beam = block.trial_cell
    # Five users a beam, 80 pairs of resource blocks in 30 MHz: all of them always transmit.
    np.testing.assert_allclose(
        beam["cell_uplink_throughput"],
        beam["cell_uplink_spectral_efficiency"] * beam["cell_users"] * user_mhz,
        rtol=2e-6,
    )
    np.testing.assert_allclose(
        block.trial["uplink_throughput"],
        beam["cell_uplink_throughput"][:, :7].sum(axis=1, dtype=np.float64),
        rtol=1e-6,
    )
    efficiency = quantile(block, "uplink_spectral_efficiency", 0.5)
    assert quantile(block, "uplink_user_throughput", 0.5) == pytest.approx(
        efficiency * user_mhz, rel=0.01
    )
    assert block.histograms["uplink_beam_throughput"].sum() == 7 * 40


def test_more_users_than_fit_take_turns() -> None:
    # 160 users in 80 places of the band: half the time each, and the beam is full.
    user_mhz = 24 * 14e3 / 1e6 * (1 - 0.08)
    scenario = small_scenario(
        **UPLINK, users__per_beam=160, channel__line_of_sight="always",
        channel__shadow_fading=False, beams__frequency_reuse=7,
        carrier__bandwidth_mhz=210.0, run__trials=4,
    )  # fmt: skip
    block = compute(scenario, trials=4)
    beam = block.trial_cell
    users = beam["cell_users"]
    full = users >= 80
    assert full.any()
    np.testing.assert_allclose(
        beam["cell_uplink_throughput"][full],
        beam["cell_uplink_spectral_efficiency"][full] * 80 * user_mhz,
        rtol=2e-6,
    )
    ratio = quantile(block, "uplink_user_throughput", 0.5) / (
        quantile(block, "uplink_spectral_efficiency", 0.5) * user_mhz
    )
    assert ratio == pytest.approx(0.5, abs=0.03)


def test_users_that_nobody_hears_change_nothing_for_the_others() -> None:
    # The same users with and without as many again behind walls of 100 dB.
    plain = small_scenario(
        **UPLINK, channel__line_of_sight="always", channel__shadow_fading=False,
        users__per_beam=40, uplink__drops=40,
    )  # fmt: skip
    mixed = plain.replace(
        users__per_beam=80, users__vehicle_share=0.5, channel__vehicle_loss_db=100.0
    )
    alone, among = compute(plain), compute(mixed)
    share = among.trial["uplink_users"].sum() / among.trial["lit_users"].sum()
    assert share == pytest.approx(0.5, abs=0.02)
    assert among.trial["uplink_throughput"].mean() == pytest.approx(
        alone.trial["uplink_throughput"].mean(), rel=0.03
    )
    assert quantile(among, "uplink_sinr_db", 0.5) == pytest.approx(
        quantile(alone, "uplink_sinr_db", 0.5), abs=0.15
    )
    counts = among.histograms["uplink_user_throughput"]
    assert counts[0] / counts.sum() >= 0.5 - 0.02


@pytest.mark.parametrize("drops", [1, 3, 30])
def test_drops_change_the_precision_and_not_the_mean(drops: int) -> None:
    scenario = small_scenario(
        **UPLINK, users__indoor_share=0.6, users__per_beam=30, uplink__drops=drops
    )
    throughput = compute(scenario, trials=150).trial["uplink_throughput"]
    many = compute(scenario.replace(uplink__drops=60), trials=150).trial["uplink_throughput"]
    error = np.hypot(throughput.std(), many.std()) / np.sqrt(150)
    assert throughput.mean() == pytest.approx(many.mean(), abs=4 * error)


def test_every_user_weighs_the_same() -> None:
    # Crowded and empty beams: users times their mean throughput is what the beams yield.
    scenario = small_scenario(
        **UPLINK, users__placement="hotspots", users__count=600, users__hotspots__count=2,
        users__hotspots__share=0.9, uplink__drops=60,
    )  # fmt: skip
    block = compute(scenario)
    counts = block.histograms["uplink_user_throughput"]
    edges = AXES["uplink_user_throughput"].edges()
    centres = np.concatenate([[0.0], np.sqrt(edges[:-1] * edges[1:]), [edges[-1]]])
    mean = (counts * centres).sum() / counts.sum()
    users = block.trial["lit_users"].sum()
    assert counts.sum() == users * 60
    assert mean * users == pytest.approx(block.trial["uplink_throughput"].sum(), rel=0.01)
