"""Report ITU-R M.2514: definitions, the figures required, and the command."""

import json
import math

import pytest
from click.testing import CliRunner

from capest.cli import cli
from capest.engine.build import build
from capest.statistics.intervals import Interval
from capest.validation import m2514
from capest.validation.cases import LINKS, handheld_leo600_cases
from capest.validation.requirements import Evaluation, EvaluationTask, evaluate, evaluated_case

# One beam, nobody disturbs, and far more power than the highest step needs: every user is served
# with the same efficiency.
ALL_ALIKE = (
    "beams.count=1",
    "beams.statistics_count=1",
    "satellite.eirp_density_dbw_per_mhz=60",
    "handset.transmit_power_dbm=60",
)
HIGHEST = 5.5547  # CQI 15 of TS 38.214 Table 5.2.2.1-2


def test_required_figures() -> None:
    # Downlink and uplink.
    wanted = {
        "average_spectral_efficiency": (0.5, 0.1, "bit/s/Hz"),
        "user_spectral_efficiency_p05": (0.03, 0.003, "bit/s/Hz"),
        "user_experienced_rate": (1.0, 0.1, "Mbit/s"),
        "area_traffic_capacity": (8.0, 1.5, "kbit/s/km2"),
        "peak_spectral_efficiency": (3.0, 1.5, "bit/s/Hz"),
        "peak_data_rate": (70.0, 2.0, "Mbit/s"),
    }
    assert wanted.keys() == m2514.QUANTITIES.keys()
    assert m2514.requirements() == {
        (name, link): m2514.Requirement(figures[LINKS.index(link)], figures[2])
        for name, figures in wanted.items()
        for link in LINKS
    }


def test_definitions() -> None:
    # 2 beams of 1000 km2, 30 MHz, 10 users each; every user has 3 +- 0.3 Mbit/s.
    average = m2514.average_spectral_efficiency(Interval(60.0, 54.0, 66.0), 30.0, 2)
    user = m2514.user_spectral_efficiency(Interval(3.0, 2.7, 3.3), 30.0)
    rate = m2514.user_experienced_rate(user, 30.0)
    capacity = m2514.area_traffic_capacity(average, 30.0, 1000.0)
    for found, wanted in ((average, 1.0), (user, 0.1), (rate, 3.0), (capacity, 30.0)):
        limits = (wanted, 0.9 * wanted, 1.1 * wanted)
        assert (found.value, found.low, found.high) == pytest.approx(limits)


@pytest.mark.parametrize(("case", "reuse"), [(9, 1), (10, 3)])
def test_users_who_are_all_alike(case: int, reuse: int) -> None:
    found = {
        (one.quantity, one.link): one
        for one in evaluate(EvaluationTask(case, 20, "numpy", ALL_ALIKE))
    }
    blocks = {1: 160, 3: 52}[reuse]  # of 30 and of 10 MHz, TS 38.101-1 Table 5.3.2-1
    area_km2 = m2514.mean_beam_area_km2(build(evaluated_case(case, 20, ALL_ALIKE)))
    # Ten users cannot share 52 blocks evenly: 2 of them are left over in the uplink.
    for link, used, overhead in (("DL", blocks, 0.14), ("UL", blocks // 10 * 10, 0.08)):
        data_mhz = used * 0.18 * 14 / 15 * (1 - overhead)
        efficiency = HIGHEST * data_mhz / 30
        wanted = {
            "average_spectral_efficiency": efficiency,
            "user_spectral_efficiency_p05": efficiency / 10,
            "user_experienced_rate": efficiency / 10 * 30,
            "area_traffic_capacity": efficiency * 30e3 / area_km2,
            "peak_spectral_efficiency": efficiency * reuse,
            "peak_data_rate": efficiency * reuse * 30,
        }
        for name, value in wanted.items():
            # Bins of user throughput are 0.5 % wide.
            off = 0.005 if "user" in name else 1e-4
            assert found[name, link].value == pytest.approx(value, rel=off)


def test_area_of_a_beam() -> None:
    # A hexagon whose neighbours are sqrt(3) sin(HPBW / 2) away in the u-v plane, seen from 600 km;
    # the ground curves away, which makes it larger.
    spacing_km = 600 * math.sqrt(3) * math.sin(math.radians(4.4127 / 2))
    flat_km2 = math.sqrt(0.75) * spacing_km**2
    centre = build(evaluated_case(9, 20, ["beams.count=1", "beams.statistics_count=1"]))
    assert flat_km2 < m2514.mean_beam_area_km2(centre) < 1.002 * flat_km2
    # 3GPP agreed on 1415 km2 for its own evaluation.
    layout = build(evaluated_case(9, 20))
    assert m2514.mean_beam_area_km2(layout) == pytest.approx(1415, rel=0.01)


@pytest.mark.parametrize("case", [9, 10])
def test_ten_users_of_a_beam_fill_its_uplink(case: int) -> None:
    scenario = evaluated_case(case, 20)
    assert (scenario.users.placement, scenario.users.per_beam) == ("beam", 10)
    uplink = build(scenario).radio.uplink
    assert uplink is not None
    assert uplink.access.users_at_once == 10
    # What is asked for with --set wins.
    narrow = evaluated_case(case, 20, ["uplink.bandwidth_mhz=0.36", "users.placement=uniform"])
    assert narrow.uplink.bandwidth_mhz == 0.36
    assert narrow.users.placement == "uniform"


def one(value: float, low: float, high: float) -> Evaluation:
    return Evaluation(9, 1, "peak_data_rate", "DL", "Mbit/s", value, low, high, 2.0)


def test_margin_and_verdict() -> None:
    assert one(3.0, 2.5, 3.5).margin == 0.5
    assert (one(3.0, 2.5, 3.5).passed, one(3.0, 2.5, 3.5).certain) == (True, True)
    assert (one(2.1, 1.9, 2.3).passed, one(2.1, 1.9, 2.3).certain) == (True, False)
    assert (one(1.9, 1.7, 2.1).passed, one(1.9, 1.7, 2.1).certain) == (False, False)
    assert (one(1.5, 1.4, 1.6).passed, one(1.5, 1.4, 1.6).certain) == (False, True)


def test_command_line() -> None:
    arguments = ["validate", "--m2514", "--trials", "40"]
    result = CliRunner().invoke(cli, [*arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    rows = json.loads(result.stdout)["requirements"]
    assert {row["case"] for row in rows} == {9, 10}
    assert len(rows) == 2 * len(m2514.requirements())
    for row in rows:
        assert row["ci95"][0] <= row["value"] <= row["ci95"][1]
        assert row["pass"] == (row["value"] >= row["required"])
    table = CliRunner().invoke(cli, arguments, catch_exceptions=False).stdout
    assert "DL average spectral efficiency" in table
    assert "frequency reuse 3" in table
    assert "of 12 requirements met" in table
    assert "one receive antenna" in table
    assert max(map(len, table.splitlines())) <= 80
    assert "…" not in table


def test_what_the_documentation_says() -> None:
    def passed(*overrides: str) -> list[str]:
        task = EvaluationTask(10, 40, "numpy", overrides)
        return [f"{row.quantity} {row.link}" for row in evaluate(task) if not row.passed]

    assert passed() == ["average_spectral_efficiency DL"]
    assert passed("link.adaptation=nr-mcs") == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--m2514", "--case", "11"], "--case 11: handheld cases under LEO-600 are 9, 10, 24, 25"),
        (["--m2514", "--budget"], "one of --budget and --m2514"),
        (["--m2514", "--plot", "p.png"], "--m2514 does not go with --plot"),
        (["--set", "carrier.bandwidth_mhz=20"], "--set goes with --m2514 only"),
        (["--m2514", "--set", "link.adaption=nr-mcs"], "link.adaption"),
        (["--m2514", "--set", "uplink.interference=off"], "one satellite with both links"),
    ],
)
def test_bad_input(words: list[str], said: str) -> None:
    result = CliRunner().invoke(cli, ["validate", *words])
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_handheld_cases() -> None:
    assert handheld_leo600_cases() == [9, 10, 24, 25]
