"""Presets carry the published figures, each with source and confidence."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from capest.errors import InputError
from capest.physics import antenna
from capest.scenario.load import load_scenario
from capest.scenario.presets import CONFIDENCES, KINDS, load_preset, preset_names, presets_of
from capest.scenario.sections import (
    ConstellationSettings,
    HandsetSettings,
    SatelliteSettings,
    ServiceSettings,
)
from capest.scenario.shell_notation import parse_longitudes, parse_shells

from .systems import CONSTELLATIONS, HANDSETS, SYSTEM_SATELLITES

# 3GPP TR 38.821 V16.2.0, Tables 6.1.1.1-1 (set 1) and 6.1.1.1-2 (set 2), elevation of the central
# beam from Table 6.1.1.1-6: altitude km, elevation °, GHz, dBW/MHz, dBi, m, °; uplink GHz, m, dB/K.
TR38821 = {
    "tr38821-set1-geo-s": (35786, 45, 2, 59, 51, 22, 0.4011, 2, 22, 19),
    "tr38821-set1-geo-ka": (35786, 45, 20, 40, 58.5, 5, 0.1765, 30, 3.33, 28),
    "tr38821-set1-leo1200-s": (1200, 90, 2, 40, 30, 2, 4.4127, 2, 2, 1.1),
    "tr38821-set1-leo1200-ka": (1200, 90, 20, 10, 38.5, 0.5, 1.7647, 30, 0.33, 13),
    "tr38821-set1-leo600-s": (600, 90, 2, 34, 30, 2, 4.4127, 2, 2, 1.1),
    "tr38821-set1-leo600-ka": (600, 90, 20, 4, 38.5, 0.5, 1.7647, 30, 0.33, 13),
    "tr38821-set2-geo-s": (35786, 45, 2, 53.5, 45.5, 12, 0.7353, 2, 12, 14),
    "tr38821-set2-geo-ka": (35786, 45, 20, 32, 50.5, 2, 0.4412, 30, 1.33, 20),
    "tr38821-set2-leo1200-s": (1200, 90, 2, 34, 24, 1, 8.832, 2, 1, -4.9),
    "tr38821-set2-leo1200-ka": (1200, 90, 20, 2, 30.5, 0.2, 4.4127, 30, 0.13, 5),
    "tr38821-set2-leo600-s": (600, 90, 2, 28, 24, 1, 8.832, 2, 1, -4.9),
    "tr38821-set2-leo600-ka": (600, 90, 20, -4, 30.5, 0.2, 4.4127, 30, 0.13, 5),
}
SATELLITE_KEYS = (
    "altitude_km",
    "elevation_deg",
    "frequency_ghz",
    "eirp_density_dbw_per_mhz",
    "antenna_gain_dbi",
    "antenna_diameter_m",
    "hpbw_deg",
    "uplink_frequency_ghz",
    "uplink_antenna_diameter_m",
    "g_over_t_db_per_k",
)


SERVICES = [
    *("best-effort", "live-streaming", "message", "video-call-1080p", "video-call-360p"),
    *("video-call-480p", "video-call-720p", "video-call-adaptive", "voice"),
]


@pytest.mark.parametrize("name", TR38821)
def test_satellites_are_those_of_3gpp(name):
    preset = load_preset(name)
    figures = {key: figure.value for key, figure in preset.figures.items()}
    assert figures == dict(zip(SATELLITE_KEYS, TR38821[name], strict=True))
    table = "6.1.1.1-1" if "set1" in name else "6.1.1.1-2"
    for key, figure in preset.figures.items():
        others = {"elevation_deg": "6.1.1.1-6", "uplink_frequency_ghz": "6.1.1.1-5"}
        expected = others.get(key, table)
        assert figure.source == f"TR 38.821 V16.2.0 Table {expected}"
        assert figure.confidence == "standard"


def test_handset_is_that_of_3gpp():
    """TR 38.821 V16.2.0 Table 6.1.1.1-3: 0 dBi per element, 7 dB, 290 K."""
    handset = load_scenario({"satellite": {"preset": "tr38821-set1-leo600-s"}}).handset
    assert handset.antenna_gain_dbi == 0.0
    assert handset.noise_figure_db == 7.0
    assert handset.antenna_temperature_k == 290.0
    assert (handset.transmit_power_dbm, handset.transmit_gain_dbi) == (23.0, 0.0)


def test_vsat_is_that_of_3gpp():
    """R1-1913224 prints what Table 6.1.1.1-3 gives: 15.86 dB/K and 76.21 dBm (33 dBm is 76.2)."""
    figures = {key: figure.value for key, figure in load_preset("3gpp-vsat").figures.items()}
    temperature_k = figures["antenna_temperature_k"] + 290 * (
        10 ** (figures["noise_figure_db"] / 10) - 1
    )
    assert figures["antenna_gain_dbi"] - 10 * math.log10(temperature_k) == pytest.approx(
        15.86, abs=0.005
    )
    eirp_dbm = figures["transmit_power_dbm"] + figures["transmit_gain_dbi"]
    assert eirp_dbm == pytest.approx(76.2)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_whole(name):
    preset = load_preset(name)
    kinds = {
        "satellite": SatelliteSettings,
        "handset": HandsetSettings,
        "constellation": ConstellationSettings,
        "service": ServiceSettings,
    }
    model = kinds[preset.kind]
    assert preset.title
    assert preset.title.isprintable()
    required = {key for key, field in model.model_fields.items() if field.is_required()}
    for figures in (preset.figures, {**preset.figures, **preset.figures_of_rules}):
        own = {key: figure for key, figure in figures.items() if "." not in key}
        assert required <= own.keys() <= model.model_fields.keys() - {"preset"}
        for key in figures.keys() - own.keys():
            section, _, name = key.partition(".")
            kinds[section].__pydantic_validator__.validate_assignment(
                kinds[section].model_construct(), name, figures[key].value
            )
        for figure in figures.values():
            assert figure.confidence in CONFIDENCES
            assert figure.source
        model.model_validate({key: figure.value for key, figure in own.items()})


RECALLED = re.compile(r"\brecollect|from memory|memory of the public|second hand|by heart", re.I)
ROOT = Path(__file__).parents[2]
TEXTS = [
    *(ROOT / "capest").rglob("*.py"),
    *(ROOT / "capest").rglob("*.md"),
    *(ROOT / "capest").rglob("*.toml"),
    *(ROOT / "runs").rglob("*.toml"),
    *(ROOT / "runs").rglob("*.md"),
    *(ROOT / "runs").rglob("*.py"),
    ROOT / "README.md",
]


def test_nothing_that_was_recalled_is_a_source():
    assert len(TEXTS) > 200
    found = {
        str(path.relative_to(ROOT)): match[0]
        for path in TEXTS
        if (match := RECALLED.search(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize("name", preset_names())
def test_a_figure_without_a_source_is_assumed(name):
    for key, figure in load_preset(name).figures.items():
        if re.search(r"no (source|figure) (was )?found|^(nothing is|not) published", figure.source):
            assert figure.confidence == "assumed", key


@pytest.mark.parametrize(
    ("name", "five_qi", "delay_ms", "error_rate"),
    # 3GPP TS 23.501 Table 5.7.4-1 as 3GPP TR 26.925 prints it.
    [
        ("voice", 1, 100.0, 1e-2),
        ("video-call-360p", 2, 150.0, 1e-3),
        ("video-call-480p", 2, 150.0, 1e-3),
        ("video-call-720p", 2, 150.0, 1e-3),
        ("video-call-1080p", 2, 150.0, 1e-3),
        ("live-streaming", 4, 300.0, 1e-6),
        ("best-effort", 9, 300.0, 1e-6),
    ],
)
def test_classes_of_services_are_those_of_3gpp(name, five_qi, delay_ms, error_rate):
    figures = load_preset(name).figures
    found = [figures[key] for key in ("five_qi", "delay_budget_ms", "packet_error_rate")]
    assert [figure.value for figure in found] == [five_qi, delay_ms, error_rate]
    for figure in found:
        assert figure.confidence == "standard"
        assert f"Table 5.7.4-1, 5QI {five_qi}, as printed in 3GPP TR 26.925" in figure.source


def test_names_are_sorted_by_kind():
    satellites = sorted([*SYSTEM_SATELLITES, *TR38821])
    assert preset_names() == tuple(sorted([*HANDSETS, *CONSTELLATIONS, *SERVICES, *satellites]))
    assert [preset.name for preset in presets_of("satellite")] == satellites
    assert [preset.name for preset in presets_of("handset")] == list(HANDSETS)
    assert [preset.name for preset in presets_of("service")] == SERVICES
    assert [preset.name for preset in presets_of("constellation")] == list(CONSTELLATIONS)
    assert {load_preset(name).kind for name in preset_names()} == set(KINDS)


@pytest.mark.parametrize("name", ["", ".", "presets"])
def test_only_names_of_presets_are_read(name):
    with pytest.raises(InputError, match="no preset is called"):
        load_preset(name)


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(
        InputError, match="no preset is called '3gpp-handhelt'; did you mean 3gpp-handheld"
    ):
        load_preset("3gpp-handhelt")
    with pytest.raises(InputError, match="capest presets list"):
        load_preset("zzz")


def test_unknown_name_is_only_a_label_where_nothing_is_left_to_supply():
    figures = dict(zip(SATELLITE_KEYS, TR38821["tr38821-set1-leo600-s"], strict=True))
    scenario = load_scenario({"satellite": {"preset": "renamed-since", **figures}})
    assert scenario.satellite.preset == "renamed-since"
    for lacking in figures:
        partial = {key: value for key, value in figures.items() if key != lacking}
        with pytest.raises(InputError, match="renamed-since"):
            load_scenario({"satellite": {"preset": "renamed-since", **partial}})


@pytest.mark.parametrize("name", CONSTELLATIONS)
def test_satellites_of_constellations_add_up(name):
    """The number of satellites that a title names is that of the shells and slots."""
    figures = {key: figure.value for key, figure in load_preset(name).figures.items()}
    total = (
        sum(shell.satellites for shell in parse_shells(figures["shells"]))
        if ("shells" in figures)
        else len(parse_longitudes(figures["geostationary"]))
    )
    title = load_preset(name).title
    assert f"{total:,} satellite" in title
    assert name.endswith(f"-{total}") or name.startswith(("beidou", "guowang", "tiantong"))


@pytest.mark.parametrize("name", SYSTEM_SATELLITES)
def test_beamwidth_of_the_panel(name):
    # A circular aperture's half-power width is 1.029 wavelengths over its diameter.
    figures = {key: figure.value for key, figure in load_preset(name).figures.items()}
    wavelength_m = 0.299792458 / figures["frequency_ghz"]
    width_deg = math.degrees(1.029 * wavelength_m / figures["antenna_diameter_m"])
    assert figures["hpbw_deg"] == pytest.approx(width_deg, abs=0.01)


def test_beidou_arrives_as_its_standard_guarantees():
    """-157.6 dBW over 16.5 MHz at 10 degrees, where the beam is 3 dB under its boresight."""
    satellite = {key: figure.value for key, figure in load_preset("beidou-3").figures.items()}
    earth_m, orbit_m = 6_371_000.0, 6_371_000.0 + 1000.0 * satellite["altitude_km"]
    elevation = math.radians(load_preset("beidou-3-geo").figures["minimum_elevation_deg"].value)
    # The triangle of the Earth's centre, the user and the satellite, by the law of cosines.
    range_m = -earth_m * math.sin(elevation) + math.sqrt(
        orbit_m**2 - (earth_m * math.cos(elevation)) ** 2
    )
    wavelength_m = 0.299792458 / satellite["frequency_ghz"]
    loss_db = 20.0 * math.log10(4.0 * math.pi * range_m / wavelength_m)
    rim_dbw = satellite["eirp_density_dbw_per_mhz"] + 10.0 * math.log10(16.5) - 3.01
    gain_dbi = load_preset("beidou-terminal").figures["antenna_gain_dbi"].value
    assert rim_dbw - loss_db + gain_dbi == pytest.approx(-157.6, abs=0.05)
    # What the sources of the figures say besides.
    assert range_m == pytest.approx(40_581e3, abs=500.0)
    assert loss_db == pytest.approx(192.55, abs=0.01)
    aperture = (math.pi * satellite["antenna_diameter_m"] / wavelength_m) ** 2
    assert satellite["antenna_gain_dbi"] == pytest.approx(
        10.0 * math.log10(0.6 * aperture), abs=0.05
    )
    density_db = satellite["eirp_density_dbw_per_mhz"] - satellite["antenna_gain_dbi"]
    assert 16.5 * 10.0 ** (0.1 * density_db) == pytest.approx(1.0, abs=0.1)


def test_beidou_rim_of_a_cell_is_at_half_power():
    """The corners of cells of the automatic width lie hpbw_deg / 2 off the boresight."""
    satellite = load_preset("beidou-3").figures
    ka = antenna.reduced_aperture(
        satellite["frequency_ghz"].value * 1e9, satellite["antenna_diameter_m"].value
    )
    corner = math.sin(math.radians(0.5 * satellite["hpbw_deg"].value))
    (amplitude,) = antenna.bessel_amplitude(np.array([ka * corner]))
    assert 20.0 * math.log10(amplitude) == pytest.approx(-3.01, abs=0.02)


def test_beidou_slots_and_bands_are_those_reported():
    figures = load_preset("beidou-3-geo").figures
    assert parse_longitudes(figures["geostationary"].value) == pytest.approx((80.0, 110.5, 140.0))
    assert "spaceintelreport.com" in figures["geostationary"].source
    satellite = load_preset("beidou-3").figures
    assert satellite["frequency_ghz"].value == pytest.approx(0.5 * (2.4835 + 2.5))
    assert satellite["uplink_frequency_ghz"].value == pytest.approx(0.5 * (1.6100 + 1.6265))
    watts = 10.0 ** (0.1 * load_preset("beidou-terminal").figures["transmit_power_dbm"].value - 3)
    assert watts == pytest.approx(3.0, abs=0.05)
