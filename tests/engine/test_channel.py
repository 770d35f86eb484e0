"""Walls, cars, weather, ionosphere and handsets in whole trials, against closed forms."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.physics import weather
from capest.physics.entry_loss import building_entry_loss_db
from capest.sampling.draws import Draws
from capest.sampling.whereabouts import INDOOR, OUTDOOR, VEHICLE, draw_whereabouts
from capest.scenario.model import Scenario
from capest.statistics.block import BlockResult

from .small import assert_same_bits, compute, quantile, small_scenario

AT_NADIR_DB = 32.45 + 20 * np.log10(2.0) + 20 * np.log10(600e3) + 0.035 - 30.0


def below_the_satellite(**changes: Any) -> Scenario:
    """One beam so narrow that all its users have the same loss, but for what ``changes`` adds."""
    return small_scenario(
        **{
            "channel__line_of_sight": "always",
            "channel__shadow_fading": False,
            "beams__count": 1,
            "beams__statistics_count": 1,
            "beams__spacing_uv": 1e-4,
            "users__per_beam": 500,
        }
        | changes
    )


def spread_db(block: BlockResult, metric: str = "coupling_loss_db") -> float:
    return quantile(block, metric, 0.99) - quantile(block, metric, 0.01)


def test_shares_of_whereabouts() -> None:
    draws = Draws(NumpyKernels(), seed=1, first_trial=0, trials=20)
    found = draw_whereabouts(draws, 5000, 0.3, 0.1, 0.25)
    users = 100_000
    for place, share in ((INDOOR, 0.3), (VEHICLE, 0.1), (OUTDOOR, 0.6)):
        error = np.sqrt(share * (1 - share) / users)
        assert np.mean(found.place == place) == pytest.approx(share, abs=4 * error)
    efficient = found.thermally_efficient[found.place == INDOOR]
    assert np.mean(efficient) == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / len(efficient)))
    assert found.normal.std() == pytest.approx(1.0, abs=0.01)
    assert abs(np.corrcoef(found.normal, found.place)[0, 1]) < 4 / np.sqrt(users)


@pytest.mark.parametrize("efficient", [False, True])
def test_loss_indoors_is_that_of_p2109(efficient: bool) -> None:
    block = compute(
        below_the_satellite(
            users__indoor_share=1.0, channel__thermally_efficient_share=float(efficient)
        )
    )
    users = block.histograms["coupling_loss_db"].sum()
    for p in (0.1, 0.5, 0.9):
        normal = norm.ppf([p - 0.005, p, p + 0.005])
        low, loss, high = AT_NADIR_DB + building_entry_loss_db(
            2e9, np.full(3, 90.0), normal, np.full(3, efficient), np
        )
        # Four standard errors of a quantile of that many users.
        slope = (high - low) / 0.01
        tolerance = 4 * np.sqrt(p * (1 - p) / users) * slope + 0.03
        assert quantile(block, "coupling_loss_db", p) == pytest.approx(loss, abs=tolerance)


def test_loss_in_cars_is_normal() -> None:
    block = compute(below_the_satellite(users__vehicle_share=1.0, channel__vehicle_loss_db=20.0))
    for p in (0.1, 0.5, 0.9):
        expected = AT_NADIR_DB + 20.0 + 5.0 * norm.ppf(p)
        assert quantile(block, "coupling_loss_db", p) == pytest.approx(expected, abs=0.25)


def test_who_is_outdoors_notices_nothing_of_the_others() -> None:
    # The same draws: where everybody happens to be outdoors, all is as without the mix.
    alone = compute(small_scenario())
    assert_same_bits(compute(small_scenario(users__indoor_share=1e-12)), alone)
    mixed = compute(small_scenario(users__indoor_share=0.5))
    assert mixed.trial["served_users"].sum() < 0.8 * alone.trial["served_users"].sum()


def test_a_wall_is_the_same_in_both_directions() -> None:
    block = compute(
        below_the_satellite(
            users__indoor_share=1.0,
            uplink__interference="full-buffer",
            uplink__scheduled="all",
            uplink__drops=500,
        )
    )
    for p in (0.05, 0.5, 0.95):
        assert quantile(block, "uplink_coupling_loss_db", p) == pytest.approx(
            quantile(block, "coupling_loss_db", p), abs=0.06
        )


def test_every_carrier_has_its_own_entry_loss() -> None:
    scenario = below_the_satellite(
        satellite__preset="tr38821-set1-leo600-ka",
        handset__preset="3gpp-vsat",
        users__indoor_share=1.0,
        uplink__interference="full-buffer",
        uplink__scheduled="all",
        uplink__drops=500,
    )
    block, outside = compute(scenario), compute(scenario.replace(users__indoor_share=0.0))
    for metric, frequency_hz in (("coupling_loss_db", 20e9), ("uplink_coupling_loss_db", 30e9)):
        loss_db = quantile(block, metric, 0.5) - quantile(outside, metric, 0.5)
        expected = building_entry_loss_db(
            frequency_hz, np.array([90.0]), np.zeros(1), np.zeros(1, bool), np
        )
        assert loss_db == pytest.approx(expected[0], abs=0.4)


def test_ionosphere() -> None:
    # TR 38.821 Table 6.1.3.2-1: 2.2 dB at 2 GHz, in both directions.
    block = compute(
        below_the_satellite(channel__ionosphere="equatorial", uplink__interference="full-buffer")
    )
    assert quantile(block, "coupling_loss_db", 0.5) == pytest.approx(AT_NADIR_DB + 2.2, abs=0.03)
    assert quantile(block, "uplink_coupling_loss_db", 0.5) == pytest.approx(
        AT_NADIR_DB + 2.2, abs=0.03
    )


def test_handset_figures_add_up() -> None:
    # -5.5 dBi against 0 dBi, 9 dB against 7 dB, 4 dB of body and 3 dB of polarisation.
    ideal = compute(below_the_satellite(uplink__interference="full-buffer"))
    worst = compute(
        below_the_satellite(uplink__interference="full-buffer", handset__preset="smartphone-worst")
    )
    assert quantile(ideal, "snr_db", 0.5) - quantile(worst, "snr_db", 0.5) == pytest.approx(
        5.5 + 2.0 + 4.0 + 3.0, abs=0.06
    )
    assert quantile(ideal, "uplink_snr_db", 0.5) - quantile(
        worst, "uplink_snr_db", 0.5
    ) == pytest.approx(5.5 + 4.0 + 3.0, abs=0.06)


class TestWeather:
    """Needs the library for Recommendation ITU-R P.618."""

    @pytest.fixture(autouse=True)
    def library(self) -> None:
        pytest.importorskip("itur")

    def scenario(self, **changes: Any) -> Scenario:
        return below_the_satellite(
            **{
                "satellite__preset": "tr38821-set1-leo600-ka",
                "handset__preset": "3gpp-vsat",
                "channel__latitude_deg": 31.2,
                "channel__longitude_deg": 121.5,
            }
            | changes
        )

    def expected_db(self, percent: float) -> float:
        diameter_m = weather.antenna_diameter_m(39.7, 20e9)
        place = weather.Place(31.2, 121.5, diameter_m, True, True)
        sky_db = weather.losses_db(place, 20e9, np.array([90.0]), percent)[1][0]
        free_space_db = 32.45 + 20 * np.log10(20.0) + 20 * np.log10(600e3)
        return float(free_space_db + sky_db - 38.5 - 39.7)

    def test_exceeded(self) -> None:
        block = compute(self.scenario(channel__weather="exceeded", channel__exceeded_percent=0.1))
        assert quantile(block, "coupling_loss_db", 0.5) == pytest.approx(
            self.expected_db(0.1), abs=0.05
        )
        assert spread_db(block) < 0.1

    def test_random_moments_have_the_distribution_of_a_year(self) -> None:
        scenario = self.scenario(channel__weather="random", users__per_beam=1)
        block = compute(scenario, trials=4000)
        for percent, share in ((30.0, 0.7), (10.0, 0.9), (3.0, 0.97)):
            error = 4 * np.sqrt(share * (1 - share) / 4000)
            low, high = (
                self.expected_db(percent + 100 * error),
                self.expected_db(percent - 100 * error),
            )
            assert low - 0.05 <= quantile(block, "coupling_loss_db", share) <= high + 0.05

    def test_users_of_a_trial_share_a_moment(self) -> None:
        scenario = self.scenario(channel__weather="random")
        assert spread_db(compute(scenario, trials=1)) < 0.1
        assert spread_db(compute(scenario)) > 0.5

    def test_a_clear_sky_reads_no_place(self) -> None:
        clear = self.scenario(channel__weather="clear")
        plain = clear.replace(channel__latitude_deg=None, channel__longitude_deg=None)
        assert_same_bits(compute(clear), compute(plain))

    def test_slices_do_not_matter(self) -> None:
        scenario = self.scenario(channel__weather="random", users__indoor_share=0.5)
        world = build(scenario)
        whole = compute_block(world, NumpyKernels(), 0, 12)
        assert_same_bits(whole, compute_block(world, NumpyKernels(), 0, 12, slice_trials=5))
