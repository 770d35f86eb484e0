"""Published link budgets, line by line."""

import json
import math

import pytest
from click.testing import CliRunner

from capest.cli import cli
from capest.engine.budget import budget, budget_notes
from capest.errors import InputError
from capest.scenario.load import load_scenario
from capest.validation.budgets import BudgetComparison, compare_budgets

FOUND = compare_budgets()


def test_all_published_rows_are_compared() -> None:
    # TR 38.821 Table 6.1.3.3-1: cases 6 and 9; R1-1913224: cases 1, 4 and 10; both links, 7 lines.
    assert len(FOUND) == 5 * 2 * 7
    assert {one.case for one in FOUND} == {1, 4, 6, 9, 10}


@pytest.mark.parametrize("one", FOUND, ids=lambda one: f"{one.case}-{one.link}-{one.line}")
def test_within_a_tenth_of_a_decibel(one: BudgetComparison) -> None:
    assert abs(one.difference) < 0.1


def test_command_line() -> None:
    result = CliRunner().invoke(cli, ["validate", "--budget", "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    rows = json.loads(result.stdout)["budgets"]
    (cnr,) = [row for row in rows if (row["case"], row["link"], row["line"]) == (9, "DL", "cnr_db")]
    assert cnr["reference"] == 6.6
    assert cnr["value"] == pytest.approx(6.6, abs=0.1)
    table = CliRunner().invoke(cli, ["validate", "--budget"], catch_exceptions=False).stdout
    assert "worst:" in table
    assert max(map(len, table.splitlines())) <= 80


def test_budget_of_a_scenario(tmp_path) -> None:
    path = tmp_path / "s.toml"
    path.write_text('[satellite]\npreset = "tr38821-set1-leo600-s"\n')
    arguments = ["budget", str(path), "--elevation", "30", "--elevation", "90", "--json"]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    found = json.loads(result.stdout)["budgets"]
    assert [(one["link"], one["elevation_deg"]) for one in found] == [
        ("DL", 30.0), ("UL", 30.0), ("DL", 90.0), ("UL", 90.0),
    ]  # fmt: skip
    # Overhead: 20 lg(1075.2 km / 600 km) = 5.07 dB less loss, and half the gas.
    assert found[2]["cnr_db"] - found[0]["cnr_db"] == pytest.approx(5.07 + 0.035, abs=0.01)
    assert "CNR, dB" in CliRunner().invoke(cli, arguments[:-1]).stdout


def test_uplink_without_figures() -> None:
    scenario = load_scenario(
        {
            "satellite": {
                "altitude_km": 600, "frequency_ghz": 2, "eirp_density_dbw_per_mhz": 34,
                "antenna_gain_dbi": 30, "antenna_diameter_m": 2, "hpbw_deg": 4.4,
            }
        }
    )  # fmt: skip
    assert budget(scenario, "DL", 90.0).cnr_db > 0
    with pytest.raises(InputError, match=r"satellite\.uplink_frequency_ghz"):
        budget(scenario, "UL", 90.0)


def test_losses_at_the_handset_are_lines_of_the_budget() -> None:
    scenario = load_scenario(
        {
            "satellite": {"preset": "tr38821-set1-leo600-s"},
            "handset": {"body_loss_db": 4, "polarisation_loss_db": 3},
        }
    )
    plain = load_scenario({"satellite": {"preset": "tr38821-set1-leo600-s"}})
    for link in ("DL", "UL"):
        one, other = budget(plain, link, 45.0), budget(scenario, link, 45.0)
        assert (other.body_loss_db, other.polarisation_loss_db) == (4.0, 3.0)
        assert one.cnr_db - other.cnr_db == pytest.approx(7.0)


def test_losses_left_out_are_left_out_of_the_budget_too() -> None:
    scenario = load_scenario(
        {
            "satellite": {"preset": "tr38821-set1-leo600-ka"},
            "channel": {"gas_loss": False, "tropospheric_scintillation": False},
        }
    )
    found = budget(scenario, "DL", 30.0)
    assert (found.gas_loss_db, found.scintillation_loss_db) == (0.0, 0.0)


def test_bad_options(tmp_path) -> None:
    path = tmp_path / "s.toml"
    path.write_text('[satellite]\npreset = "tr38821-set1-leo600-s"\n')
    for words in (
        ["budget", str(path), "--elevation", "nan"],
        ["validate", "--budget", "--case", "9"],
    ):
        result = CliRunner().invoke(cli, words)
        assert result.exit_code == 2
        assert "Traceback" not in result.output


def test_weather_in_a_budget() -> None:
    pytest.importorskip("itur")
    raw = {
        "satellite": {"preset": "tr38821-set1-leo600-ka"},
        "handset": {"preset": "3gpp-vsat"},
    }
    clear = budget(load_scenario(raw), "DL", 30.0)
    place = {"latitude_deg": 31.2, "longitude_deg": 121.5}
    rainy = {"weather": "exceeded", "exceeded_percent": 0.1, **place}
    wet = budget(load_scenario(raw | {"channel": rainy}), "DL", 30.0)
    assert clear.weather_loss_db == 0.0
    assert wet.scintillation_loss_db == 0.0
    losses_db = wet.gas_loss_db + wet.weather_loss_db
    clear_db = clear.gas_loss_db + clear.scintillation_loss_db
    assert wet.cnr_db == pytest.approx(clear.cnr_db - losses_db + clear_db)
    assert wet.weather_loss_db > 5.0


def test_a_lacking_uplink_is_said(tmp_path) -> None:
    path = tmp_path / "s.toml"
    path.write_text(
        "[satellite]\naltitude_km = 600\nfrequency_ghz = 2\neirp_density_dbw_per_mhz = 34\n"
        "antenna_gain_dbi = 30\nantenna_diameter_m = 2\nhpbw_deg = 4.4\n"
    )
    result = CliRunner().invoke(cli, ["budget", str(path)], catch_exceptions=False)
    assert result.exit_code == 0
    assert "no uplink" in result.stderr
    assert "satellite.g_over_t_db_per_k" in result.stderr


def test_a_budget_of_a_region_says_that_it_is_under_a_clear_sky():
    path = "tests/golden/scenarios/net-weather.toml"
    rain, clear = (
        CliRunner().invoke(cli, ["budget", path, *more, "--json"], catch_exceptions=False)
        for more in ((), ("--set", "channel.weather=clear"))
    )
    assert "under a clear sky: weather is that of a cell" in rain.stderr
    assert "under a clear sky" not in clear.stderr
    assert rain.stdout == clear.stdout
    assert json.loads(rain.stdout)["budgets"][0]["gas_loss_db"] > 0.0


SET1 = {"satellite": {"preset": "tr38821-set1-leo600-s"}}
POLAND = {
    **SET1,
    "rules": "0.3",
    "constellation": {"shells": "53: 1584/72/17 @ 550"},
    "region": {"kind": "country", "country": "PL"},
    "users": {"placement": "population", "count": 5000},
    "beams": {"frequency_reuse": 3},
}
VIDEO = {"service": {"preset": "video-call-480p"}}


@pytest.mark.parametrize("elevation_deg", [30.0, 60.0, 90.0])
@pytest.mark.parametrize("link", ["DL", "UL"])
def test_the_steering_loss_is_that_of_the_angle_off_the_nadir(
    link: str, elevation_deg: float
) -> None:
    steered = load_scenario(POLAND)
    plain = steered.replace(satellite__steering_loss_exponent=0.0)
    found, without = (budget(each, link, elevation_deg) for each in (steered, plain))
    sine = 6371.0 / (6371.0 + 550.0) * math.cos(math.radians(elevation_deg))
    expected_db = -13.0 * math.log10(math.sqrt(1.0 - sine * sine))
    assert found.steering_loss_db == pytest.approx(expected_db, abs=1e-3)
    assert without.cnr_db - found.cnr_db == pytest.approx(expected_db, abs=1e-3)
    assert without.steering_loss_db == 0.0
    # One satellite's own layout has the EIRP that is given.
    assert budget(load_scenario({**SET1, "rules": "0.3"}), link, 30.0).steering_loss_db == 0.0


def test_a_constellation_has_the_height_of_its_lowest_shell() -> None:
    scenario = load_scenario(POLAND)
    found = budget(scenario, "DL", 90.0)
    # 20 lg(4 pi d f / c), straight below; 3GPP's constant is 32.45 dB of 32.448.
    expected_db = 20.0 * math.log10(4.0 * math.pi * 550e3 * 2e9 / 299_792_458.0)
    assert found.altitude_km == 550.0
    assert found.free_space_loss_db == pytest.approx(expected_db, abs=0.003)
    two = scenario.replace(constellation__shells="53: 1584/72/17 @ 550, 50: 40/4/1 @ 1200")
    assert budget(two, "DL", 90.0).altitude_km == 550.0
    assert any("550 km high; the highest stand at 1200 km" in each for each in budget_notes(two))
    assert budget(load_scenario(SET1), "DL", 90.0).altitude_km == 600.0


def test_all_beams_share_the_radiated_power() -> None:
    scenario = load_scenario({**SET1, "rules": "0.3"})
    free = scenario.replace(satellite__rf_power_w=10_000.0)
    # 61 beams of 30 MHz at 34 dBW/MHz - 30 dBi = 2.512 W/MHz.
    expected_db = 10.0 * math.log10(61 * 30 * 10.0**0.4 / 500.0)
    assert budget(scenario, "DL", 30.0).rf_power_reduction_db == pytest.approx(expected_db)
    fall_db = budget(free, "DL", 30.0).cnr_db - budget(scenario, "DL", 30.0).cnr_db
    assert fall_db == pytest.approx(expected_db)
    assert budget(scenario, "UL", 30.0).rf_power_reduction_db == 0.0
    assert any("61 beams lit 4,597 W" in each for each in budget_notes(scenario))
    assert budget_notes(free) == ()


def test_a_width_for_each_call_is_told_for_one_block() -> None:
    calls = load_scenario({**POLAND, **VIDEO})
    found = budget(calls, "UL", 30.0)
    assert found.bandwidth_mhz == pytest.approx(0.18)  # 12 subcarriers of 15 kHz
    (note,) = [each for each in budget_notes(calls) if "uplink.width" in each]
    assert "0.18 MHz" in note
    fixed = calls.replace(uplink__width="fixed", uplink__bandwidth_mhz=0.72)
    wide = budget(fixed, "UL", 30.0)
    assert wide.bandwidth_mhz == 0.72
    assert found.cnr_db - wide.cnr_db == pytest.approx(10.0 * math.log10(4.0))
    assert not [each for each in budget_notes(fixed) if "uplink.width" in each]


def test_payloads_of_shells_are_not_in_a_budget(tmp_path) -> None:
    path = tmp_path / "s.toml"
    tables = [{"orbit": "53: 1584/72/17 @ 550", "rf_power_w": 60.0}]
    scenario = load_scenario({**POLAND, "constellation": {"shell": tables}})
    path.write_text(scenario.to_toml())
    done = CliRunner().invoke(cli, ["budget", str(path)], catch_exceptions=False)
    assert "for the payload of [satellite]: those of [[constellation.shell]]" in done.stderr
    assert "steering loss, dB" in done.stdout
    assert "turned down by RF power limit, dB" in done.stdout
    assert not [each for each in budget_notes(load_scenario(POLAND)) if "payload" in each]
