"""``capest explain``: what a key means, as the reference page has it, and parts of overheads."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from capest.cli import cli
from capest.physics.overhead import OVERHEAD, parts_of
from capest.scenario.default_figures import default_figures
from capest.scenario.model import fields
from capest.scenario.network_rules import RULES
from capest.scenario.presets import load_preset, preset_names
from capest.scenario.problems import allowed_text
from capest.scenario.reading_table import READ_WHEN
from capest.scenario.reference_page import key_reference, known_keys
from capest.scenario.sections import ShellSettings
from capest.scenario.units import unit_of


def said(*words: str) -> str:
    done = CliRunner().invoke(cli, ["explain", *words], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def in_lines(key: str) -> str:
    """What is said of a key, without the breaks within a line."""
    return re.sub(r"\n(?!  \S|\Z) *", " ", said(key))


def test_it_knows_every_key():
    assert list(known_keys()) == list(fields())
    for key, field in fields().items():
        found = key_reference(key)
        assert (found.unit, found.allowed) == (unit_of(key), allowed_text(key, field))
        assert found.meaning.endswith(".")
        assert "](" not in found.meaning
        words = "; ".join(each.words for each in READ_WHEN.get(key, ())) or "always"
        assert found.read == words.replace("`", "")
        rows = {"0.2": RULES[key].of_02, "0.3": RULES[key].of_03} if key in RULES else {}
        assert found.by_rules == rows


def test_a_key_in_lines():
    lines = in_lines("uplink.bandwidth_mhz").splitlines()
    assert lines[0].startswith("uplink.bandwidth_mhz: Bandwidth in which one user transmits")
    assert [line.split()[-1] for line in lines[1:5]] == ["MHz", "beam", "0.36", "keys"]
    assert [line.split(":")[0].strip() for line in lines[-2:]] == ["read", "kind"]


def test_no_link_is_cut_to_a_word():
    assert 'source:          "gateways" in docs/scenario.md' in in_lines("constellation.gateways")
    assert 'services ("rates that adapt" in docs/services.md)' in in_lines(
        "service.least_downlink_kbps"
    )
    for key in known_keys():
        found = key_reference(key)
        assert "below" not in found.default.split()[-1]
        assert "](" not in f"{found.meaning} {found.source} {found.default}"


def test_it_tells_what_presets_supply_by_the_rules():
    assert "presets:         0.5 of voice; not with rules" in in_lines("service.talk_share")
    watts = {
        each["value"]: each["names"]
        for each in json.loads(said("satellite.rf_power_w", "--json"))["presets"]
    }
    for value, names in watts.items():
        for name in names:
            assert load_preset(name).figures_of_rules["rf_power_w"].value == value
    assert "tr38821-set1-leo600-s" in watts[500]
    assert "presets:" not in said("run.seed")


@pytest.mark.parametrize("name", list(ShellSettings.model_fields))
def test_it_knows_keys_of_tables_of_shells(name: str):
    key = f"constellation.shell.2.{name}"
    found = key_reference(key)
    of_model = ShellSettings.model_fields[name]
    assert (found.key, found.unit) == (key, unit_of(key))
    assert found.allowed == allowed_text(key, of_model)
    assert in_lines(key).startswith(f"{key}: Of the satellites of one table: ")


def test_a_wrong_key_of_a_table_gets_a_near_one_of_it():
    done = CliRunner().invoke(cli, ["explain", "constellation.shell.2.hpbw"])
    assert done.exit_code == 2
    assert "did you mean constellation.shell.2.hpbw_deg" in done.stderr


def test_the_same_in_json():
    found = json.loads(said("link.overhead", "--json"))
    assert found["schema"] == 1
    assert (found["default"], found["rules"]) == ("0.25", {"0.2": 0.14, "0.3": 0.25})
    assert sum(part["share"] for part in found["parts"]) == pytest.approx(42 / 168)


def test_it_says_how_far_off_a_figure_may_be():
    lines = in_lines("link.overhead").splitlines()[-5:]
    assert [line.split(":")[0].strip() for line in lines] == [
        *("kind", "confidence", "range", "shape", "reason"),
    ]
    row = default_figures()["link.overhead"]
    assert row.range is not None
    low, high = row.range
    for line, words in zip(lines, (row.kind, row.confidence, f"{low} to {high}", row.shape,
                                   row.reason), strict=True):  # fmt: skip
        assert line.partition(":")[2].strip().startswith(words)


def test_it_lists_options_with_their_weights():
    assert "options:         bessel, taylor, 50 % each" in in_lines("satellite.pattern")
    options = json.loads(said("satellite.pattern", "--json"))["stated"]["options"]
    assert options == [{"value": "bessel", "weight": 1}, {"value": "taylor", "weight": 1}]
    # Nothing draws a decision.
    assert "options:         efficient, random\n" in in_lines("scheduler.admission")


@pytest.mark.parametrize("key", list(fields()))
def test_it_says_what_tables_state(key: str):
    """Of every key: default, presets and followers, as the tables themselves have them."""
    found = json.loads(said(key, "--json"))
    default = default_figures().get(key)
    if default is None:
        assert found["stated"] is None
    else:
        stated = found["stated"]
        assert (stated["kind"], stated["confidence"]) == (default.kind, default.confidence)
        assert stated["value"] == default.value
        assert (stated["reason"], stated["range"] is None) == (default.reason, not default.range)
    followers, of_presets = set(), {}
    for preset in map(load_preset, preset_names()):
        starter = {k: row.figure for k, row in preset.starter.items() if row.figure is not None}
        tables = (preset.figures, preset.figures_of_rules, preset.stand_ins, starter)
        for table in tables:
            rows = {preset.dotted(name): figure for name, figure in table.items()}
            followers |= {name for name, figure in rows.items() if figure.follows == key}
            if key in rows:
                of_presets.setdefault(preset.name, []).append(rows[key].value)
    assert found["followed_by"] == sorted(followers)
    told: dict[str, list[object]] = {}
    for each in found["stated_by_presets"]:
        for name in each["names"]:
            told.setdefault(name, []).append(each["value"])
    assert told == of_presets


def test_presets_that_state_another_range_are_named():
    words = in_lines("handset.body_loss_db")
    of_a_hand = load_preset("smartphone-typical").figures["body_loss_db"]
    assert of_a_hand.range is not None
    low, high = of_a_hand.range
    (line,) = re.findall(r"presets state: .*", words)
    assert f"4 dB ({low:g} to {high:g} dB, {of_a_hand.shape}; not known, assumed): " in line
    assert "smartphone-worst" in line
    assert "followed by:     handset.antenna_gain_dbi, " in words
    words = in_lines("handset.antenna_gain_dbi")
    assert "follows handset.body_loss_db, linearly; not known, assumed)" in words


def test_a_key_of_a_table_of_shells_has_what_satellites_state():
    of_table = json.loads(said("constellation.shell.2.rf_power_w", "--json"))
    of_all = json.loads(said("satellite.rf_power_w", "--json"))
    assert of_table["stated_by_presets"] == of_all["stated_by_presets"] != []
    assert of_table["stated"] is None


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_lines_fit_the_terminal(columns: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", columns)
    most = min(int(columns), 100)
    for key in ("link.overhead", "satellite.pattern", "satellite.antenna_gain_dbi"):
        for line in said(key).splitlines():
            assert len(line) <= most or len(line.split()) == 1, line


@pytest.mark.parametrize("key", OVERHEAD)
def test_parts_of_an_overhead_are_its_value(key: str):
    """R.PDSCH.1-1.1 FDD has 126 of 168 elements left; two of 14 symbols are reference signals."""
    value = RULES[key].of_03
    assert sum(part.share for part in parts_of(key, value)) == pytest.approx(value, abs=0.005)
    assert parts_of(key, value + 0.1) == ()
    for part in OVERHEAD[key]:
        assert part.name in in_lines(key)
        assert part.source in in_lines(key)


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("link.overhed", "did you mean link.overhead"),
        ("overhead", "did you mean link.overhead"),
        ("uplink.bandwith_mhz", "did you mean uplink.bandwidth_mhz"),
        ("nothing.like_it", "sections are"),
    ],
)
def test_a_wrong_key_gets_a_near_one(wrong: str, near: str):
    done = CliRunner().invoke(cli, ["explain", wrong])
    assert done.exit_code == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"Error: {wrong}: there is no such key; ")
    assert near in line


def test_a_budget_lists_the_parts(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text('rules = "0.3"\n[satellite]\npreset = "tr38821-set1-leo600-s"\n')
    done = CliRunner().invoke(cli, ["budget", str(path)], catch_exceptions=False)
    for key, parts in OVERHEAD.items():
        assert f"{key} = {RULES[key].of_03:g}" in done.stdout
        assert all(part.name in done.stdout.replace("\n", " ") for part in parts)
    done = CliRunner().invoke(cli, ["budget", str(path), "--set", "rules=0.2", "--json"])
    found = json.loads(done.stdout)["overhead"]
    assert found["link.overhead"] == {"value": 0.14, "parts": []}


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("satellite", "is a section, with the keys satellite.preset, "),
        ("nonsense", "there is no such key; sections are satellite, "),
        ("", "no name: there is no such key"),
    ],
)
def test_what_is_no_key_gets_a_way_to_one(word, said):
    refused = CliRunner().invoke(cli, ["explain", word])
    assert refused.exit_code == 2
    assert said in refused.output


def test_marks_of_code_stay_in_a_text_of_several():
    assert (
        "automatic: `per_beam` × `beams.count`"
        in CliRunner().invoke(cli, ["explain", "users.count"]).output
    )
