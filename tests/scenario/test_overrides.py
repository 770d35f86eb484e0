"""``--set section.key=value``."""

import pytest

from capest.errors import ScenarioError
from capest.scenario.load import load_scenario

FILE = {"satellite": {"preset": "tr38821-set1-leo600-s"}, "run": {"trials": 7}}


def value_of(override: str, key: str):
    hotspots = ["users.placement=hotspots"] if "hotspots" in key else []
    value = load_scenario(FILE, [*hotspots, override])
    for part in key.split("."):
        value = getattr(value, part)
    return value


@pytest.mark.parametrize(
    ("override", "key", "expected"),
    [
        ("run.trials=5", "run.trials", 5),
        (" run.trials = 1_000 ", "run.trials", 1000),
        ("run.seed=0xff", "run.seed", 255),
        ("carrier.bandwidth_mhz=5", "carrier.bandwidth_mhz", 5.0),
        ("carrier.bandwidth_mhz=5e0", "carrier.bandwidth_mhz", 5.0),
        ("channel.gas_loss=false", "channel.gas_loss", False),
        ("link.adaptation=nr-mcs", "link.adaptation", "nr-mcs"),
        ('link.adaptation="nr-mcs"', "link.adaptation", "nr-mcs"),
        ("link.table=256qam", "link.table", "256qam"),
        ("users.hotspots.share=0.5", "users.hotspots.share", 0.5),
        ("title=two words = text", "title", "two words = text"),
        ("title=", "title", ""),
        ("title='1'", "title", "1"),
        ("satellite.preset=tr38821-set1-geo-s", "satellite.altitude_km", 35786.0),
        ("satellite.altitude_km=1000", "satellite.altitude_km", 1000.0),
    ],
)
def test_good(override, key, expected):
    found = value_of(override, key)
    assert found == expected
    assert type(found) is type(expected)


def test_text_cannot_smuggle_in_other_keys():
    assert value_of("title=1\nseed = 5", "title") == "1\nseed = 5"


def test_the_last_of_two_wins():
    assert load_scenario(FILE, ["run.seed=3", "run.seed=4"]).run.seed == 4


def problems_of(*overrides: str):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(FILE, overrides)
    return caught.value.problems


@pytest.mark.parametrize("override", ["run.trials", "=5", "run.=5", ".trials=5", "run..trials=5"])
def test_malformed(override):
    (problem,) = problems_of(override)
    assert problem.key == f"--set {override}"
    assert problem.allowed == "must have the form section.key=value"


@pytest.mark.parametrize("value", ['"open', "[1, 2", "{a = 1", "'"])
def test_broken_value(value):
    (problem,) = problems_of(f"title={value}")
    assert problem.key == f"--set title={value}"
    assert problem.allowed.startswith("broken value: ")


def test_problems_name_the_override():
    overrides = ("run.trial=5", "carrier.bandwidth_mhz=10 MHz", "link.table=64", "user.count=3")
    found = {problem.key: (problem.value, problem.hint) for problem in problems_of(*overrides)}
    assert found == {
        "run.trial": (5, "did you mean trials; see --set run.trial=5"),
        "carrier.bandwidth_mhz": ("10 MHz", "write 10; see --set carrier.bandwidth_mhz=10 MHz"),
        "link.table": (64, "put it in quotes; see --set link.table=64"),
        "user": (None, "did you mean [users]; see --set user.count=3"),
    }


def test_faults_of_the_file_do_not_name_an_override():
    with pytest.raises(ScenarioError) as caught:
        load_scenario(FILE | {"link": {"overhead": 2}}, ["run.trials=5"])
    assert "--set" not in str(caught.value)


def test_rules_name_every_override_they_read():
    (problem,) = problems_of("users.per_beam=10000", "beams.count=127", "run.seed=3")
    assert problem.key == "users.per_beam"
    assert problem.hint.endswith("see --set users.per_beam=10000, --set beams.count=127")
    (problem,) = problems_of("satellite.elevation_deg=20")
    assert problem.key == "beams.count"
    assert problem.hint.endswith("see --set satellite.elevation_deg=20")


def test_key_below_a_value():
    (problem,) = problems_of("run.trials.x=5")
    assert (problem.key, problem.value) == ("run.trials", {"x": 5})
    assert problem.hint == "see --set run.trials.x=5"


def test_unprintable_override_stays_on_one_line():
    (problem,) = problems_of("run\ntrials=5")
    assert "\n" not in str(problem)
