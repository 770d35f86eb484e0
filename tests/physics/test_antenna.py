"""Aperture pattern against SciPy's Bessel function and the tables of TR 38.821."""

import math

import numpy as np
import pytest
from scipy.special import j1

from capest.physics.antenna import (
    Beam,
    bessel_amplitude,
    bessel_j1,
    planar_array,
    reduced_aperture,
)
from capest.physics.pattern_table import look_up, pattern_table
from capest.physics.patterns import PATTERNS, takes_hpbw


def test_bessel_j1_equals_scipy() -> None:
    x = np.linspace(0.0, 1100.0, 20_001)
    assert np.abs(bessel_j1(x) - j1(x)).max() < 1e-12  # rounding of x sin t at x = 1100


def test_half_power_point_of_the_aperture() -> None:
    # Root of 4 (J1(x)/x)^2 = 1/2.
    assert bessel_amplitude(np.array([1.61634]))[0] ** 2 == pytest.approx(0.5, abs=1e-5)
    assert bessel_amplitude(np.array([0.0]))[0] == 1.0


@pytest.mark.parametrize(
    ("frequency_hz", "diameter_m", "ka", "hpbw_deg"),
    [  # TR 38.821 V16.2.0 Tables 6.1.1.1-1 and -2; the printed widths have four digits
        (2e9, 22.0, 461.086, 0.4011),
        (2e9, 2.0, 41.917, 4.4127),
        (20e9, 5.0, 1047.923, 0.1765),
        (20e9, 0.5, 104.792, 1.7647),
        (2e9, 1.0, 20.958, 8.832),
    ],
)
def test_beamwidth_of_3gpp_dishes(
    frequency_hz: float, diameter_m: float, ka: float, hpbw_deg: float
) -> None:
    assert reduced_aperture(frequency_hz, diameter_m) == pytest.approx(ka, abs=1e-3)
    sine = math.sin(math.radians(hpbw_deg / 2))
    assert 10 * math.log10(bessel_amplitude(np.array([ka * sine]))[0] ** 2) == pytest.approx(
        -3.01, abs=0.02
    )


@pytest.mark.parametrize("ka", [20.958, 41.917, 461.086, 1047.923])
def test_table_error_within_40_db_of_the_peak(ka: float) -> None:
    largest_chord = min(1.4, 40.0 / ka)
    table = pattern_table(ka, largest_chord)
    chord = np.random.default_rng(1).uniform(0.0, largest_chord, 200_000)
    got = look_up(table, (ka * chord) ** 2, np)
    x = ka * chord * np.sqrt(1 - chord**2 / 4)
    true = (2 * j1(x) / x) ** 2
    strong = true > 1e-4
    assert strong.sum() > 1000
    error_db = np.abs(10 * np.log10(got[strong] / true[strong]))
    assert error_db.max() < 0.01


def test_no_gain_beyond_90_degrees() -> None:
    table = pattern_table(20.0, 2.0)
    chord = np.linspace(1.416, 2.1, 1000)  # beyond the entry that holds the square root of 2
    assert (look_up(table, (20.0 * chord) ** 2, np) == 0.0).all()
    assert table[-1, 1] == 0.0


@pytest.mark.parametrize("ka", [20.958, 1047.923])
def test_no_gain_is_negative_in_single_precision(ka: float) -> None:
    """In every null and at both ends of every entry, a rounding apart."""
    table = pattern_table(ka, 1.4)
    entry = np.arange(len(table) - 1)
    first = ((entry + (127 << 9)) << 14).astype(np.int32)
    inside = np.random.default_rng(2).integers(0, 2**14, (50, len(entry)), dtype=np.int32)
    for bits in (first, first + 2**14 - 1, *(first + inside)):
        position = bits.view(np.float32)
        assert (table[entry, 0] + position * table[entry, 1] >= 0.0).all()


@pytest.mark.parametrize("name", PATTERNS.names())
def test_every_pattern_is_one_on_boresight_and_no_more_anywhere(name: str) -> None:
    chord = np.linspace(0.0, 2.0, 20_001)
    amplitude = PATTERNS.find(name)(Beam(41.917, 4.4127, 30.0))(chord)
    assert amplitude[0] == 1.0
    assert np.abs(amplitude).max() == 1.0
    assert PATTERNS.title(name).endswith(".")


@pytest.mark.parametrize("name", PATTERNS.names())
def test_a_pattern_says_what_gives_it_its_width(name: str) -> None:
    """The chord at -3 dB moves with what it names, and with nothing else."""
    chord = np.linspace(0.0, 0.1, 100_001)

    def width(beam: Beam) -> float:
        return float(chord[np.argmax(np.abs(PATTERNS.find(name)(beam)(chord)) < 0.7079)])

    one = width(Beam(41.917, 4.4127, 30.0))
    of_aperture, of_hpbw = width(Beam(83.834, 4.4127, 30.0)), width(Beam(41.917, 2.20635, 30.0))
    assert (of_hpbw if takes_hpbw(name) else of_aperture) == pytest.approx(one / 2, rel=2e-3)
    assert (of_aperture if takes_hpbw(name) else of_hpbw) == one


def test_s1528_for_leo() -> None:
    # Recommends 1.3: -3 dB at half the beamwidth, -6.75 dB at 1.5 times that, then -25 dB a decade
    # down to 5 dBi.
    pattern = PATTERNS.find("s1528-leo")(Beam(41.917, 4.0, 38.0))
    psi_deg = np.array([0.0, 1.0, 2.0, 3.0, 30.0, 60.0, 170.0])
    chord = 2.0 * np.sin(np.radians(psi_deg) / 2.0)
    got_db = 20.0 * np.log10(pattern(chord))
    assert got_db == pytest.approx([0.0, -0.75, -3.0, -6.75, -31.75, -33.0, -33.0], abs=1e-6)


def test_planar_array_widens_with_the_scan_angle() -> None:
    # Steered by t, the half-power width is that of the normal over cos t, for narrow beams.
    ka, half = 100.0, 1.61634 / 100.0
    pattern = planar_array(ka)
    for scan_deg in (0.0, 30.0, 50.0):
        u = np.sin(np.radians(scan_deg))
        angle = np.radians(scan_deg) + np.linspace(0.0, 0.1, 100_001)
        power = pattern(np.abs(np.sin(angle) - u)) ** 2
        width = angle[np.argmax(power < 0.5)] - np.radians(scan_deg)
        assert width == pytest.approx(half / np.cos(np.radians(scan_deg)), rel=0.02)
    assert pattern(np.array([0.0, half])) ** 2 == pytest.approx([1.0, 0.5], abs=1e-4)
