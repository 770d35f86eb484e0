"""Sums, shares and conservation in the results of a block."""

import numpy as np
import pytest

from capest.engine.build import build

from .small import compute, quantile, small_scenario


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"users__placement": "uniform", "users__count": 93},
        {"beams__allocation": "random", "satellite__beams_at_once": 5},
        {"beams__allocation": "periodic", "satellite__beams_at_once": 5, "beams__slots": 1},
        {"scheduler__policy": "equal-rate"},
        {"channel__environment": "dense-urban"},
    ],
)
def test_counts_and_totals_agree(changes: dict[str, object]) -> None:
    scenario = small_scenario(**changes)
    block = compute(scenario)
    beam, trial = block.trial_cell, block.trial
    assert beam["cell_users"].sum(axis=1).tolist() == [scenario.users_per_trial] * 40
    inner = slice(0, 7)
    lit = beam["cell_lit"][:, inner]
    assert (trial["lit_users"] == (beam["cell_users"][:, inner] * lit).sum(axis=1)).all()
    assert (trial["served_users"] <= trial["lit_users"]).all()
    assert (trial["lit_users"] <= trial["users"]).all()
    assert (beam["cell_throughput"][beam["cell_lit"] == 0] == 0).all()
    assert (beam["cell_served_users"][beam["cell_lit"] == 0] == 0).all()
    np.testing.assert_allclose(
        trial["throughput"], beam["cell_throughput"][:, inner].sum(axis=1), rtol=1e-6
    )
    for metric in ("snr_db", "sir_db", "sinr_db", "spectral_efficiency", "user_throughput"):
        assert block.histograms[metric].sum() == trial["lit_users"].sum()
    assert block.histograms["beam_throughput"].sum() == trial["lit_beams"].sum() == lit.sum()
    if "beams_at_once" in str(changes):
        assert (beam["cell_lit"].sum(axis=1) <= 5).all()


def test_equal_time_shares_the_bandwidth() -> None:
    scenario = small_scenario(channel__line_of_sight="always")
    block = compute(scenario)
    # 160 resource blocks of 12 subcarriers (TS 38.101-1, 30 MHz), 14 symbols a millisecond.
    bandwidth_mhz = 160 * 12 * 14 * 1e3 / 1e6 * (1 - 0.14)
    served = block.trial_cell["cell_served_users"] > 0
    # Equal time: the beam's rate is the mean efficiency of its users times its bandwidth.
    np.testing.assert_allclose(
        block.trial_cell["cell_throughput"][served],
        block.trial_cell["cell_spectral_efficiency"][served] * bandwidth_mhz,
        rtol=1e-6,
    )


def test_equal_rate_is_never_faster_than_equal_time() -> None:
    # Harmonic mean against arithmetic mean of the efficiencies, the same users.
    one = compute(small_scenario())
    other = compute(small_scenario(scheduler__policy="equal-rate"))
    fair, fast = other.trial_cell["cell_throughput"], one.trial_cell["cell_throughput"]
    assert (fair <= fast * (1 + 1e-6)).all()
    assert (fair < fast * 0.99).any()


def test_coupling_loss_is_the_link_budget() -> None:
    # Closed form at the sub-satellite point: loss 32.45 + 20 lg f + 20 lg d + gas - 30 dBi - 0 dBi.
    scenario = small_scenario(
        channel__line_of_sight="always",
        channel__shadow_fading=False,
        beams__count=1,
        beams__statistics_count=1,
        beams__spacing_uv=1e-4,
    )
    expected = 32.45 + 20 * np.log10(2.0) + 20 * np.log10(600e3) + 0.035 - 30.0
    block = compute(scenario)
    assert quantile(block, "coupling_loss_db", 0.5) == pytest.approx(expected, abs=0.03)
    # One beam alone: no interference, and SINR is SNR.
    assert block.histograms["sir_db"][-1] == block.trial["users"].sum()
    np.testing.assert_array_equal(block.histograms["sinr_db"], block.histograms["snr_db"])


@pytest.mark.parametrize(
    ("environment", "probability"), [("rural", 0.998), ("urban", 0.992), ("dense-urban", 0.981)]
)
def test_line_of_sight_probability_at_zenith(environment: str, probability: float) -> None:
    # All users within a degree of the zenith: 90 degrees in TR 38.811 Table 6.6.1-1. Without
    # line of sight the clutter (16.3 dB and more) sets users apart when fading is off.
    scenario = small_scenario(
        channel__environment=environment,
        channel__shadow_fading=False,
        beams__count=1,
        beams__statistics_count=1,
        beams__spacing_uv=1e-3,
        users__per_beam=2000,
    )
    counts = compute(scenario, trials=20).histograms["coupling_loss_db"]
    cluttered = counts[np.flatnonzero(counts)[0] + 100 :].sum()
    expected = (1 - probability) * 40_000
    assert abs(cluttered - expected) < 4 * np.sqrt(expected)


def test_shadow_fading_has_the_published_deviation() -> None:
    scenario = small_scenario(
        channel__line_of_sight="always",
        beams__count=1,
        beams__statistics_count=1,
        beams__spacing_uv=1e-4,
        users__per_beam=2000,
    )
    block = compute(scenario, trials=20)
    spread = quantile(block, "snr_db", 0.8413) - quantile(block, "snr_db", 0.1587)
    assert spread / 2 == pytest.approx(0.72, abs=0.03)  # TR 38.811 Table 6.6.2-3, S band, 90 deg


def test_hopping_never_raises_interference() -> None:
    every = compute(small_scenario())
    some = compute(small_scenario(beams__allocation="random", satellite__beams_at_once=6))
    lit = some.trial_cell["cell_lit"] > 0
    one, other = every.trial_cell["cell_sinr_db"][lit], some.trial_cell["cell_sinr_db"][lit]
    assert (other >= one - 1e-4).all()
    assert np.median(other - one) > 2.0


def test_layout_coordinates() -> None:
    layout = build(small_scenario(beams__frequency_reuse=3)).layout
    assert {name: len(values) for name, values in layout.items()} == dict.fromkeys(
        ["cell_u", "cell_v", "cell_colour", "cell_counted"], 19
    )
    assert layout["cell_counted"].tolist() == [1] * 7 + [0] * 12


@pytest.mark.parametrize(
    "changes",
    [
        {"satellite__altitude_km": 100_000.0, "beams__spacing_uv": 1e-3},
        {"beams__count": 1261, "beams__spacing_uv": 0.02, "users__per_beam": 1},
        {"satellite__eirp_density_dbw_per_mhz": -100.0},
        {"satellite__eirp_density_dbw_per_mhz": 100.0},
        {
            "satellite__elevation_deg": 12.0,
            "beams__spacing_uv": 0.002,
            "channel__environment": "urban",
        },
        {
            "satellite__frequency_ghz": 50.0,
            "satellite__antenna_diameter_m": 3.0,
            "beams__spacing_uv": 0.01,
        },
        {"carrier__bandwidth_mhz": 0.2},
    ],
)
def test_extreme_scenarios_stay_finite(changes: dict[str, object]) -> None:
    with np.errstate(all="raise", under="ignore"):
        block = compute(small_scenario(**changes), trials=2)
    assert np.isfinite(block.trial["throughput"]).all()
    assert block.histograms["sinr_db"].sum() == block.trial["lit_users"].sum()


@pytest.mark.parametrize(
    ("payload", "expected_ms"),
    [  # straight down 600 km, and with a feeder link of 1,932 km (10 degrees, TR 38.821)
        ("regenerative", 2.0014),
        ("transparent", 2.0014 + 6.4434),
    ],
)
def test_one_way_delay_under_the_satellite(payload: str, expected_ms: float) -> None:
    scenario = small_scenario(
        satellite__payload=payload,
        beams__count=1,
        beams__statistics_count=1,
        beams__spacing_uv=1e-3,
    )
    assert quantile(compute(scenario), "one_way_delay", 0.5) == pytest.approx(
        expected_ms, rel=0.002
    )


def test_losses_at_the_handset_shift_both_links() -> None:
    one = compute(small_scenario(uplink__interference="full-buffer"))
    other = compute(
        small_scenario(
            uplink__interference="full-buffer",
            handset__body_loss_db=4.0,
            handset__polarisation_loss_db=3.0,
        )
    )
    for prefix in ("", "uplink_"):
        for metric, shift_db in (("snr_db", -7.0), ("coupling_loss_db", 7.0), ("sir_db", 0.0)):
            name = prefix + metric
            assert quantile(other, name, 0.5) - quantile(one, name, 0.5) == pytest.approx(
                shift_db, abs=0.01
            )
