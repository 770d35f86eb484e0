"""Tables of shells: loading, overriding, writing, and what is refused in one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from capest.errors import ScenarioError
from capest.scenario.fingerprint import fingerprint
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.scenario.overrides import Removal

ONE, TWO = "53: 100/10/1 @ 530", "43: 100/10/1 @ 525"
NETWORK: dict[str, Any] = {
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "region": {"kind": "circle", "latitude_deg": 50, "longitude_deg": 8, "radius_km": 200},
    "users": {"placement": "uniform", "count": 10},
}
TABLES = [{"orbit": ONE}, {"orbit": TWO, "preset": "tr38821-set2-leo600-s", "beams_at_once": 4}]


def load(*overrides: str, tables: object = TABLES, **constellation: Any) -> Scenario:
    keys = constellation | ({} if tables is None else {"shell": tables})
    return load_scenario(NETWORK | {"constellation": keys}, overrides)


def test_a_table_takes_what_it_lacks_from_its_preset_and_its_satellite() -> None:
    one, two = load().constellation.shell or ()
    assert one.antenna_gain_dbi is None
    assert (two.eirp_density_dbw_per_mhz, two.antenna_gain_dbi) == (28.0, 24.0)
    assert (two.antenna_diameter_m, two.hpbw_deg, two.beams_at_once) == (1.0, 8.832, 4)
    assert load().has_constellation


def test_the_text_loads_to_an_equal_scenario(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text(load().to_toml(), encoding="utf-8")
    again = load_scenario(path)
    assert again == load()
    assert hash(again) == hash(load())
    assert fingerprint(again) == fingerprint(load())
    assert again.to_toml() == load().to_toml()


def test_keys_of_tables_are_set_and_taken_out_by_number() -> None:
    eight = load("constellation.shell.2.beams_at_once=8").constellation.shell or ()
    assert eight[1].beams_at_once == 8
    none = load(Removal("constellation.shell.2.beams_at_once")).constellation.shell or ()
    assert none[1].beams_at_once is None
    (left,) = load(Removal("constellation.shell.1")).constellation.shell or ()
    assert left.orbit == TWO
    whole = load('constellation.shell=[{orbit = "53: 100/10/1 @ 530"}]').constellation.shell
    assert whole == (load().constellation.shell or ())[:1]


def test_replace_changes_a_key_of_a_table() -> None:
    changed = load().replace(constellation__shell__1__eirp_density_dbw_per_mhz=30.0)
    one, two = changed.constellation.shell or ()
    assert (one.eirp_density_dbw_per_mhz, two) == (30.0, (load().constellation.shell or ())[1])
    assert changed.replace(constellation__shell=TABLES) == load()
    other = load().replace(constellation__shell__2__preset="tr38821-set1-leo600-s")
    assert (other.constellation.shell or ())[1].antenna_gain_dbi == 30.0
    with pytest.raises(ScenarioError, match=r"shell.3.beams_at_once: names no table: there are 2"):
        load().replace(constellation__shell__3__beams_at_once=3)


def test_equal_payloads_are_what_shells_are() -> None:
    tables = load(tables=[{"orbit": ONE, "antenna_gain_dbi": 30.0}, {"orbit": TWO}])
    assert fingerprint(tables) == fingerprint(load(tables=None, shells=f"{ONE}, {TWO}"))
    other = load(tables=[{"orbit": ONE, "antenna_gain_dbi": 31.0}, {"orbit": TWO}])
    assert fingerprint(other) != fingerprint(tables)


def test_the_narrowest_beam_makes_the_cells() -> None:
    wide = load("rules=0.3").cell_diameter_km
    assert wide == pytest.approx(530.0 * 3.0**0.5 * 0.0384996, rel=1e-4)
    narrow = load("rules=0.3", "constellation.shell.2.hpbw_deg=1.0").cell_diameter_km
    assert narrow == pytest.approx(525.0 * 3.0**0.5 * 0.0087265, rel=1e-4)


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("constellation.shell.3.beams_at_once=8", "names no table: there are 2 tables"),
        ("constellation.shell.2.beams_at_onc=8", r"shell.2.beams_at_onc = 8: unknown key; did you"),
        ("constellation.shell.2.frequency_ghz=2", r"shell.2.frequency_ghz = 2: is common to all"),
        ("constellation.shell.2.altitude_km=600", r"altitude_km = 600: stands in orbit, behind"),
        ("constellation.shell.1.rf_power_w=-1", r"shell.1.rf_power_w = -1: must be a number, in W"),
        ('constellation.shell={orbit = "53: 9/3/1 @ 530"}', "shell = .*: must be tables, at least"),
        ("constellation.shell.2.hpbw_deg=800", r"shell.2.hpbw_deg = 800: must be a number, in de"),
        ("constellation.shell=[]", "constellation.shell = .*: must be tables, at least one"),
        ("constellation.shell=3", "constellation.shell = 3: must be tables, at least one"),
        ("constellation.shell.1=3", r"constellation.shell.1 = 3: must be a table, \[\[const"),
        (f"constellation.shells={ONE}", "not beside constellation.shells"),
        (
            "constellation.shell.1.preset=tr38821-set1-leo600-x",
            "did you mean tr38821-set1-leo600-s",
        ),
        ("constellation.shell.1.preset=ast-bluebird-filed", "its frequency_ghz is 0.88, that of"),
        ("constellation.shell.1.orbit=53 @ 4", r"shell.1.orbit = '53 @ 4': shell '53 @ 4' is not"),
        ("constellation.shell.1.geostationary=east", r"shell.1: must have one of orbit and geo"),
        ("cells.layout=satellite-fixed", r"shell.2.hpbw_deg = 8.832: satellite-fixed beams lie in"),
    ],
)
@pytest.mark.parametrize("placement", ["uniform", "population"])
def test_what_is_wrong_is_said_in_one_line(override: str, said: str, placement: str) -> None:
    with pytest.raises(ScenarioError, match=said) as caught:
        load(override, f"users.placement={placement}")
    assert len(caught.value.problems) == 1


def test_every_faulty_table_is_named() -> None:
    tables = [
        {"orbit": ONE, "rf_power_w": -1},
        {"orbit": "foo"},
        {"orbit": TWO, "beams_at_once": 0},
        {},
        {"geostationary": "east"},
        {"orbit": 3},
    ]
    with pytest.raises(ScenarioError) as caught:
        load(tables=tables)
    found = [problem.key.removeprefix("constellation.shell.") for problem in caught.value.problems]
    assert sorted(found) == [
        "1.rf_power_w", "2.orbit", "3.beams_at_once", "4", "5.geostationary", "6.orbit",
    ]  # fmt: skip


def test_a_number_of_no_tables_says_how_they_are_made() -> None:
    one = load(tables=None, shells=ONE)
    with pytest.raises(ScenarioError, match=r"has no \[\[constellation.shell\]\]") as caught:
        one.replace(constellation__shell__1__beams_at_once=4)
    (problem,) = caught.value.problems
    assert "shell.1.beams_at_once" not in problem.hint
    assert 'orbit = "53' in problem.hint


def test_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(load().to_toml().replace("beams_at_once = 4", "beams_at_once = 0.5"))
    with pytest.raises(
        ScenarioError, match=r"mine.toml: constellation.shell.2.beams_at_once = 0.5"
    ):
        load_scenario(path)


UNLIKE = {
    "constellation.shell.1.antenna_diameter_m=4": "shell.1.antenna_diameter_m = 4 is not that of "
    "[satellite], but hpbw_deg = 4.4127, antenna_gain_dbi = 30 still are; 2.21 degree, 36.0 dBi",
    "constellation.shell.1.hpbw_deg=8.83": "shell.1.hpbw_deg = 8.83 is not that of [satellite], "
    "but antenna_diameter_m = 2, antenna_gain_dbi = 30 still are; 0.999 m, 24.0 dBi would fit",
    # Half the preset's aperture: twice its width, 6 dB less.
    "constellation.shell.2.antenna_diameter_m=0.5": "shell.2.antenna_diameter_m = 0.5 is not the "
    "preset's, but hpbw_deg = 8.832, antenna_gain_dbi = 24 still are; 17.7 degree, 18.0 dBi",
    "constellation.shell.2.beams_at_once=8": "",
}


@pytest.mark.parametrize("override", UNLIKE)
def test_figures_of_a_beam_that_do_not_fit_are_named(override: str) -> None:
    found = load(override).notes
    named = [each for each in found if "still are" in each]
    assert len(named) == bool(UNLIKE[override])
    assert not named or UNLIKE[override] in named[0]
    # In the words of a satellite of one's own.
    if "shell.1" in override:
        own = override.replace("constellation.shell.1.", "satellite.")
        satellite = load(own, tables=None, shells=ONE)
        (one,) = [each for each in satellite.notes if " still " in each]
        assert named[0].partition(" would fit")[0].endswith("dBi")
        assert "would fit" in one
