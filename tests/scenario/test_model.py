"""Derived values, changes and the way to TOML and back."""

import math
import pickle
import tomllib
from typing import Any

import numpy as np
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capest.errors import ScenarioError
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario

PRESET = {"preset": "tr38821-set1-leo600-s"}
OWN_SATELLITE = {
    "altitude_km": 600,
    "frequency_ghz": 2,
    "eirp_density_dbw_per_mhz": 34,
    "antenna_gain_dbi": 30,
    "antenna_diameter_m": 2,
    "hpbw_deg": 4.4127,
}


def load(**sections: Any) -> Scenario:
    return load_scenario({"satellite": PRESET, **sections})


def test_defaults_are_those_of_the_study():
    """TR 38.821 Tables 6.1.1.1-4 and -5: 61 beams, 19 for statistics, 10 users each, 30 MHz."""
    scenario = load()
    assert (scenario.beams.count, scenario.beams.statistics_count) == (61, 19)
    assert scenario.users_per_trial == 610
    assert scenario.beam_bandwidth_hz == 30e6
    assert scenario.beam_spacing_uv == pytest.approx(0.0668, abs=2e-4)
    assert scenario.handset.noise_figure_db == 7.0


@pytest.mark.parametrize(
    ("reuse", "polarisation", "colours", "bandwidth_hz"),
    [
        (1, False, 1, 30e6),
        (2, True, 4, 15e6),
        (3, False, 3, 10e6),
        (4, False, 4, 7.5e6),
        (7, False, 7, 30e6 / 7),
    ],
)
def test_colours_and_bandwidth(reuse, polarisation, colours, bandwidth_hz):
    scenario = load(beams={"frequency_reuse": reuse, "polarisation_reuse": polarisation})
    assert scenario.colours == colours
    assert scenario.beam_bandwidth_hz == bandwidth_hz


def test_users_per_trial():
    assert load(users={"placement": "uniform"}).users_per_trial == 610
    assert load(users={"placement": "hotspots", "count": 7}).users_per_trial == 7
    assert load(users={"per_beam": 3}).users_per_trial == 183


def test_given_spacing_wins_over_the_beamwidth():
    assert load(beams={"spacing_uv": 0.05}).beam_spacing_uv == 0.05
    assert load().beam_spacing_uv == math.sqrt(3) * math.sin(math.radians(4.4127) / 2)


def test_presets_fill_and_written_keys_win():
    scenario = load_scenario({"satellite": PRESET | {"altitude_km": 500}})
    assert scenario.satellite.altitude_km == 500.0
    assert scenario.satellite.eirp_density_dbw_per_mhz == 34.0
    assert load_scenario({"satellite": OWN_SATELLITE}).satellite.elevation_deg == 90.0
    assert (
        load_scenario({"satellite": {"preset": "tr38821-set1-geo-s"}}).satellite.elevation_deg
        == 45.0
    )


def test_whole_numbers_become_floats_and_nothing_else_is_converted():
    scenario = load_scenario({"satellite": OWN_SATELLITE, "carrier": {"bandwidth_mhz": 30}})
    assert type(scenario.carrier.bandwidth_mhz) is float
    assert type(scenario.satellite.altitude_km) is float
    assert type(scenario.beams.count) is int


def test_frozen_hashable_and_picklable():
    scenario = load()
    with pytest.raises(pydantic.ValidationError):
        scenario.beams.count = 7
    with pytest.raises(pydantic.ValidationError):
        scenario.title = "x"
    assert len({scenario, load()}) == 1
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_the_model_itself_obeys_the_rules():
    raw = load().model_dump()
    raw["beams"]["count"] = 60
    with pytest.raises(pydantic.ValidationError, match="centred hexagonal"):
        Scenario.model_validate(raw)


def test_replace():
    scenario = load(title="a")
    changed = scenario.replace(beams__frequency_reuse=3, run__trials=5, title="b")
    assert (changed.beams.frequency_reuse, changed.run.trials, changed.title) == (3, 5, "b")
    assert scenario.beams.frequency_reuse == 1
    assert changed.replace(beams__frequency_reuse=1, run__trials=1000, title="a") == scenario
    nested = scenario.replace(users__placement="hotspots", users__hotspots__share=1)
    assert nested.users.hotspots.share == 1.0
    assert scenario.replace() == scenario


def test_replace_takes_numpy_scalars():
    changed = load().replace(
        beams__count=np.int64(37),
        satellite__altitude_km=np.float64(700),
        channel__gas_loss=np.False_,
    )
    assert changed == load().replace(
        beams__count=37, satellite__altitude_km=700.0, channel__gas_loss=False
    )
    assert type(changed.satellite.altitude_km) is float


def test_replace_of_a_preset_takes_all_it_supplies():
    scenario = load_scenario({"satellite": PRESET | {"altitude_km": 550}})
    geo = scenario.replace(satellite__preset="tr38821-set1-geo-s")
    assert geo.satellite == load_scenario({"satellite": {"preset": "tr38821-set1-geo-s"}}).satellite
    own = scenario.replace(satellite__preset="tr38821-set1-geo-s", satellite__elevation_deg=60)
    assert (own.satellite.altitude_km, own.satellite.elevation_deg) == (35786.0, 60.0)


def test_replace_validates():
    with pytest.raises(ScenarioError) as caught:
        load().replace(beams__count=60, run__trails=5)
    assert [p.key for p in caught.value.problems] == ["run.trails", "beams.count"]
    assert caught.value.problems[0].hint == "did you mean trials"


@pytest.mark.parametrize(
    "sections",
    [
        {"beams": {"count": 1, "statistics_count": 1}, "users": {"per_beam": 1}},
        {"beams": {"count": 1, "statistics_count": 1}, "users": {"per_beam": 2**20}},
        {"beams": {"count": 1261, "statistics_count": 1261, "spacing_uv": 0.04}},
        {"satellite": {**OWN_SATELLITE, "altitude_km": 100_000, "hpbw_deg": 0.1}},
        {"satellite": {**OWN_SATELLITE, "altitude_km": 0.001, "hpbw_deg": 0.1}},
        {"run": {"trials": 10**9, "seed": 2**64 - 1, "block_trials": 1000}},
        {"run": {"trials": 1, "seed": 0}},
        {"users": {"placement": "uniform", "count": 1}},
        {
            "satellite": {**PRESET, "elevation_deg": 0.2},
            "beams": {"count": 1, "statistics_count": 1, "spacing_uv": 1e-7},
        },
        {"title": 'quotes " \\ \t\n\r\x00\x7f\u2028 é 星 \U0001f6f0'},
    ],
)
def test_extreme_but_legal(sections):
    scenario = load(**sections)
    assert load_scenario(tomllib.loads(scenario.to_toml())) == scenario
    for section, keys in sections.items():
        for key, value in keys.items() if isinstance(keys, dict) else ():
            assert getattr(getattr(scenario, section), key) == value


def test_toml_is_complete_and_survives_presets_that_change(monkeypatch):
    scenario = load()
    text = scenario.to_toml()
    monkeypatch.setattr("capest.scenario.presets.preset_names", lambda: ())
    assert load_scenario(tomllib.loads(text)) == scenario


def test_toml_says_what_is_automatic():
    text = load(users={"placement": "uniform"}, run={"trials": 100}).to_toml()
    assert "# count = 610  (automatic)\n" in text
    assert "# spacing_uv = 0.0666" in text


SCENARIOS = st.fixed_dictionaries(
    {
        "title": st.text(st.characters(exclude_categories=["Cs"])),
        "satellite": st.fixed_dictionaries(
            {
                "altitude_km": st.floats(100, 36_000),
                "elevation_deg": st.floats(60, 90),
                "frequency_ghz": st.floats(0.1, 50),
                "eirp_density_dbw_per_mhz": st.floats(-100, 100),
                "antenna_gain_dbi": st.integers(-100, 100),
                "antenna_diameter_m": st.floats(0.01, 30),
                "hpbw_deg": st.floats(0.001, 0.2),
            }
        ),
        "beams": st.one_of(
            st.fixed_dictionaries(
                {
                    "count": st.sampled_from([19, 37, 61]),
                    "frequency_reuse": st.sampled_from([1, 3, 4]),
                },
                optional={"spacing_uv": st.floats(1e-6, 0.005)},
            ),
            st.fixed_dictionaries(
                {
                    "frequency_reuse": st.just(2),
                    "polarisation_reuse": st.just(True),
                    "allocation": st.sampled_from(["random", "periodic"]),
                    "beams_at_once": st.integers(1, 61),
                }
            ),
        ),
        "users": st.one_of(
            st.fixed_dictionaries({"per_beam": st.integers(1, 10_000)}),
            st.fixed_dictionaries(
                {"placement": st.just("uniform")}, optional={"count": st.integers(1, 2**20)}
            ),
            st.fixed_dictionaries(
                {
                    "placement": st.just("hotspots"),
                    "hotspots": st.fixed_dictionaries({"share": st.floats(0, 1)}),
                },
                optional={"count": st.integers(1, 2**20)},
            ),
        ),
        "channel": st.fixed_dictionaries(
            {}, optional={"gas_loss": st.booleans(), "shadow_fading": st.booleans()}
        ),
        "run": st.fixed_dictionaries(
            {"seed": st.integers(0, 2**64 - 1), "trials": st.integers(1, 10**9)},
            optional={"block_trials": st.integers(1000, 10**6)},
        ),
    }
)


def lit(raw: dict) -> dict:
    """Beams lit at once belong to the satellite."""
    beams = dict(raw.get("beams", {}))
    at_once = {"beams_at_once": beams.pop("beams_at_once")} if "beams_at_once" in beams else {}
    return {**raw, "beams": beams, "satellite": {**raw["satellite"], **at_once}}


@given(raw=SCENARIOS.map(lit))
def test_toml_loads_to_an_equal_scenario(raw):
    scenario = load_scenario(raw)
    again = load_scenario(tomllib.loads(scenario.to_toml()))
    assert again == scenario
    assert again.to_toml() == scenario.to_toml()


def test_a_section_in_replace_keeps_its_other_keys():
    one = load_scenario(
        {
            "satellite": {"preset": "tr38821-set1-leo600-s"},
            "beams": {"count": 7, "statistics_count": 7},
        }
    ).replace(beams={"frequency_reuse": 3})
    assert (one.beams.count, one.beams.statistics_count, one.beams.frequency_reuse) == (7, 7, 3)
