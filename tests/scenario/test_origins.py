"""Where every value of a scenario comes from."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from capest.cli.options import settings
from capest.scenario.fingerprint import fingerprint
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario

SATELLITE = "tr38821-set1-leo600-s"
TEXT = f"""
[satellite]
preset = "{SATELLITE}"
hpbw_deg = 4.0
[beams]
count = 7
statistics_count = 7
[run]
trials = 2
"""


def loaded(folder: Path, *overrides: str, text: str = TEXT) -> Scenario:
    path = folder / "s.toml"
    path.write_text(text)
    return load_scenario(path, overrides)


def test_each_key_says_where_its_value_comes_from(tmp_path: Path) -> None:
    options = settings(trials=3, until=("sinr_db.p05±0.1",))
    scenario = loaded(tmp_path, "users.per_beam=4", "handset.transmit_gain_dbi=-3", *options)
    origins = scenario.origins

    assert origins["satellite.hpbw_deg"] == origins["beams.count"] == "file"
    assert origins["satellite.antenna_gain_dbi"] == f"preset {SATELLITE}"
    assert origins["handset.noise_figure_db"] == "preset 3gpp-handheld"
    assert origins["users.per_beam"] == "--set users.per_beam=4"
    assert origins["run.trials"] == "--trials 3"
    assert origins["run.until"] == "--until sinr_db.p05±0.1"
    assert origins["handset.antenna_gain_dbi"] == "follows handset.transmit_gain_dbi"
    assert origins["link.overhead"] == "rules 0.3"
    assert origins["channel.weather"] == "default"
    assert origins.keys() == dict(scenario.items()).keys()
    assert loaded(tmp_path, "rules=0.2").origins["link.overhead"] == "rules 0.2"


def test_a_section_given_whole_and_one_taken_out(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, "beams={count = 19, statistics_count = 7}")
    assert scenario.origins["beams.count"] == "--set beams={count = 19, statistics_count = 7}"

    from capest.scenario.overrides import Removal

    scenario = loaded(tmp_path, Removal("satellite.hpbw_deg"))
    assert scenario.origins["satellite.hpbw_deg"] == f"preset {SATELLITE}"


def test_a_call_of_replace_keeps_what_it_does_not_touch(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, "users.per_beam=4")
    changed = scenario.replace(beams__count=19, link__overhead=0.3)

    assert changed.origins["beams.count"] == changed.origins["link.overhead"] == "given"
    assert changed.origins["satellite.hpbw_deg"] == "file"
    assert changed.origins["users.per_beam"] == "--set users.per_beam=4"
    assert changed.origins["satellite.antenna_gain_dbi"] == f"preset {SATELLITE}"
    other = changed.replace(satellite__preset="tr38821-set1-leo1200-s")
    assert other.origins["satellite.hpbw_deg"] == "preset tr38821-set1-leo1200-s"
    assert other.origins["satellite.preset"] == "given"
    old = changed.replace(rules="0.2")
    assert old.origins["uplink.overhead"] == "rules 0.2"
    assert old.origins["link.overhead"] == "given"
    gain = scenario.replace(handset__antenna_gain_dbi=-2.0)
    assert gain.origins["handset.transmit_gain_dbi"] == "follows handset.antenna_gain_dbi"


def test_a_mapping_is_given_in_python() -> None:
    raw = {"satellite": {"preset": SATELLITE}, "beams": {"count": 7, "statistics_count": 7}}
    assert load_scenario(raw).origins["beams.count"] == "given"


def test_of_the_file_of_a_result_values_tell(tmp_path: Path) -> None:
    text = loaded(tmp_path, "users.per_beam=4").to_toml()
    again = loaded(tmp_path, "beams.count=19", text=text)

    assert again.origins["satellite.hpbw_deg"] == again.origins["users.per_beam"] == "file"
    assert again.origins["satellite.antenna_gain_dbi"] == f"preset {SATELLITE}"
    assert again.origins["link.overhead"] == "rules 0.3"
    assert again.origins["channel.weather"] == "default"
    assert again.origins["beams.count"] == "--set beams.count=19"


def test_tables_of_shells_have_origins_of_their_own(tmp_path: Path) -> None:
    scenario = loaded(
        tmp_path,
        "constellation.shell.2.beams_at_once=9",
        text=f'[satellite]\npreset = "{SATELLITE}"\n[region]\nkind = "country"\ncountry = "LU"\n'
        '[users]\ncount = 10\nplacement = "uniform"\n'
        '[[constellation.shell]]\norbit = "53: 8/2/1 @ 550"\npreset = "tr38821-set1-leo1200-s"\n'
        '[[constellation.shell]]\norbit = "60: 8/2/1 @ 600"\nhpbw_deg = 4.0\n',
    )
    origins = scenario.origins

    assert origins["constellation.shell"] == "file"
    assert origins["constellation.shell.1.hpbw_deg"] == "preset tr38821-set1-leo1200-s"
    assert origins["constellation.shell.1.orbit"] == "file"
    assert origins["constellation.shell.2.hpbw_deg"] == "file"
    assert origins["constellation.shell.2.beams_at_once"] == (
        "--set constellation.shell.2.beams_at_once=9"
    )


def test_origins_change_neither_fingerprint_nor_equality_and_travel(tmp_path: Path) -> None:
    in_file = loaded(tmp_path, text=TEXT + "[users]\nper_beam = 4\n")
    by_option = loaded(tmp_path, "users.per_beam=4")

    assert in_file == by_option
    assert fingerprint(in_file) == fingerprint(by_option)
    assert in_file.origins != by_option.origins
    assert pickle.loads(pickle.dumps(by_option)).origins == by_option.origins
    with pytest.raises(TypeError):
        by_option.origins["users.per_beam"] = "x"  # type: ignore[index]
