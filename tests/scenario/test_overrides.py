"""``--set section.key=value``."""

import pickle

import pytest
from click.testing import CliRunner

from capest.cli import cli
from capest.cli.options import settings
from capest.errors import OldNameWarning, ScenarioError
from capest.runner.sweep_points import parse_axis, points_of
from capest.scenario.load import load_scenario
from capest.scenario.overrides import OptionValue, Removal

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


@pytest.mark.parametrize(
    ("taken_out", "key", "expected"),
    [
        ("run.trials", "run.trials", 1000),
        ("run", "run.trials", 1000),
        ("satellite.altitude_km", "satellite.altitude_km", 600.0),  # the preset's again
        ("users.hotspots.share", "users.hotspots.share", 0.8),
    ],
)
def test_what_is_taken_out_is_as_if_the_file_had_it_not(taken_out, key, expected):
    file = {
        "satellite": {**FILE["satellite"], "altitude_km": 700.0},
        "run": {"trials": 7},
        "users": {"placement": "hotspots", "hotspots": {"share": 0.3}},
    }
    scenario = load_scenario(file, [Removal(taken_out)])
    assert dict(scenario.items())[key] == expected
    assert key not in scenario.written


def test_a_key_that_set_makes_idle_can_be_taken_out():
    """Every key of a file that an override leaves unread, whatever the section."""
    file = {"satellite": {"preset": "tr38821-set1-leo600-s"}, "users": {"per_beam": 4}}
    placed = ["users.placement=uniform", "users.count=50"]
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file, placed)
    (problem,) = caught.value.problems
    assert problem.hint == "remove it, as with --unset users.per_beam"
    assert load_scenario(file, [*placed, Removal("users.per_beam")]).users.count == 50
    # What an override itself gives is not to be taken out by another one.
    with pytest.raises(ScenarioError) as caught:
        load_scenario(FILE, ["users.per_beam=4", *placed])
    assert caught.value.problems[0].hint == "remove it; see --set users.per_beam=4"


def test_the_last_of_set_and_removal_wins():
    assert load_scenario(FILE, [Removal("run"), "run.trials=3"]).run.trials == 3
    found = load_scenario(FILE, ["run.trials=3", Removal("run")])
    assert (found.run.trials, found.written) == (1000, {"satellite.preset"})


@pytest.mark.parametrize(
    ("taken_out", "said"),
    [
        ("run.trial", "no such key or section; did you mean trials"),
        ("users.per_baem", "no such key or section; did you mean per_beam"),
        ("user", "no such key or section; did you mean users"),
        ("run.trials=5", "must have the form section.key or section; such as --unset region.file"),
        ("", "must have the form section.key or section; such as --unset region.file"),
        ("run..trials", "must have the form section.key or section; such as --unset region.file"),
    ],
)
def test_what_cannot_be_taken_out(taken_out, said):
    (problem,) = problems_of(Removal(taken_out))
    assert str(problem) == f"--unset {taken_out}: {said}"


OLD, NEW = "beams.active_count=4", "satellite.beams_at_once=5"


@pytest.mark.parametrize("overrides", [(OLD, NEW), (NEW, OLD), (OLD, "run.trials=3", NEW)])
@pytest.mark.filterwarnings("error")
def test_a_key_by_two_names_is_one_error(overrides):
    problems = problems_of("beams.allocation=random", *overrides)
    assert [str(each) for each in problems] == [
        f"--set {OLD}: beams.active_count is now called satellite.beams_at_once, which "
        f"--set {NEW} gives too; remove one of them"
    ]


def test_by_one_of_its_names_the_last_wins():
    random = "beams.allocation=random"
    with pytest.warns(OldNameWarning):
        twice = load_scenario(FILE, [random, OLD, "beams.active_count=6"])
    assert twice.satellite.beams_at_once == 6
    with pytest.warns(OldNameWarning):
        again = load_scenario(FILE, [random, NEW, Removal("satellite.beams_at_once"), OLD])
    assert again.satellite.beams_at_once == 4
    with pytest.warns(OldNameWarning):
        none = load_scenario(FILE, [NEW, Removal("beams.active_count")])
    assert none.satellite.beams_at_once is None


@pytest.mark.parametrize(
    ("override", "said"),
    [
        (settings(trials=2_000_000_000)[0], "see --trials 2000000000"),
        (settings(seed=2**64)[0], f"see --seed {2**64}"),
        (settings(until=("sinr.p05±0.1",))[0], "see --until sinr.p05±0.1"),
        (settings(until=("x.p05±1", "y.p05±1"))[0], "see --until x.p05±1 --until y.p05±1"),
    ],
)
def test_problems_name_the_option(override, said):
    (problem,) = problems_of(override)
    assert problem.hint.endswith(said)
    assert "--set" not in str(problem)


def test_a_value_of_a_sweep_names_vary():
    with pytest.raises(ScenarioError) as caught:
        points_of(FILE, ["run.trials=0"], [parse_axis("link.overhead=0,2")])
    assert [each.hint for each in caught.value.problems] == ["see --set run.trials=0"]
    with pytest.raises(ScenarioError) as caught:
        points_of(FILE, [], [parse_axis("link.overhead=0,2")])
    assert caught.value.problems[0].hint == "see --vary link.overhead=2"


def test_an_override_survives_the_way_to_another_process():
    for made in (Removal("run"), OptionValue("run.trials=3", "--trials 3")):
        copy = pickle.loads(pickle.dumps(made))
        assert (type(copy), copy, copy.given) == (type(made), made, made.given)


def test_the_command_line_takes_keys_out(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text('[satellite]\npreset = "tr38821-set1-leo600-s"\naltitude_km = 700\n')
    runner = CliRunner()
    plain, back = (
        runner.invoke(cli, ["budget", str(path), "--json", *options])
        for options in (
            ["--set", "satellite.altitude_km=600"],
            ["--unset", "satellite.altitude_km"],
        )
    )
    assert back.output == plain.output
    wrong = runner.invoke(cli, ["budget", str(path), "--unset", "satelite"])
    assert wrong.exit_code == 2
    assert wrong.stderr.endswith("no such key or section; did you mean satellite\n")


def test_a_section_that_is_not_there_is_answered_with_the_sections():
    (problem,) = problems_of(Removal("foo.bar"))
    assert problem.hint.startswith("sections are ")
    assert {"satellite", "beams", "users"} <= {*problem.hint[len("sections are ") :].split(", ")}
