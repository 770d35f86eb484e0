"""Walker shells: counts, spacings and roll-out as Walker's notation says."""

from fractions import Fraction

import numpy as np
import pytest

from capest.errors import InputError
from capest.orbits.elements import CircularOrbits, columns, join, take
from capest.orbits.walker import Order, Shell, deployed, elements
from capest.physics.constants import EARTH_RADIUS_M

STARLIKE = Shell("53:1584/72/17", 550.0, 53.0, 72, 22, 17)
POLAR = Shell("86.4:66/6/2", 780.0, 86.4, 6, 11, 2, "star", raan_offset_deg=350.0)


def test_a_delta_pattern_is_exact() -> None:
    found = elements(STARLIKE)
    assert len(found) == 1584
    assert set(found.semi_major_axis_m) == {EARTH_RADIUS_M + 550e3}
    assert set(found.inclination_rad) == {np.radians(53.0)}
    for index in (0, 1, 22, 700, 1583):
        plane, slot = divmod(index, 22)
        raan = Fraction(360, 72) * plane
        latitude = (Fraction(360, 22) * slot + Fraction(360 * 17, 1584) * plane) % 360
        assert np.degrees(found.raan_rad[index]) == pytest.approx(float(raan), abs=1e-12)
        at_deg = np.degrees(found.argument_of_latitude_rad[index])
        assert at_deg == pytest.approx(float(latitude), abs=1e-12)


@pytest.mark.parametrize("shell", [STARLIKE, POLAR], ids=lambda shell: shell.name)
def test_spacings(shell: Shell) -> None:
    found = elements(shell)
    shape = (shell.planes, shell.satellites_per_plane)
    latitude_deg = np.degrees(found.argument_of_latitude_rad).reshape(shape)
    raan_deg = np.degrees(found.raan_rad).reshape(shape)
    within = np.diff(latitude_deg, axis=1) % 360
    np.testing.assert_allclose(within, 360 / shell.satellites_per_plane, atol=1e-11)
    between = np.diff(latitude_deg, axis=0) % 360
    np.testing.assert_allclose(between, shell.phasing * 360 / shell.satellites, atol=1e-11)
    spread = {"delta": 360, "star": 180}[shell.pattern]
    np.testing.assert_allclose(np.diff(raan_deg, axis=0) % 360, spread / shell.planes, atol=1e-11)
    assert raan_deg[0, 0] == pytest.approx(shell.raan_offset_deg)


def test_the_pattern_closes_on_itself() -> None:
    # After the last plane comes the first, shifted by F slots of 360°/T each, P times: F·360°/S.
    found = elements(STARLIKE)
    last, first = found.argument_of_latitude_rad[-22], found.argument_of_latitude_rad[0]
    step_deg = np.degrees(last - first) + 17 * 360 / 1584
    assert step_deg % (360 / 22) == pytest.approx(0.0, abs=1e-9)


def test_deployed_planes_and_satellites_come_first() -> None:
    full = elements(STARLIKE)
    some = Shell("a", 550.0, 53.0, 72, 22, 17, deployed_planes=3)
    assert same(elements(some), take(full, slice(66)))
    fewer = Shell("a", 550.0, 53.0, 72, 22, 17, deployed_planes=3, deployed_satellites=50)
    assert same(elements(fewer), take(full, slice(50)))
    assert len(elements(Shell("a", 550.0, 53.0, 72, 22, 17, deployed_satellites=0))) == 0


def same(one: CircularOrbits, two: CircularOrbits) -> bool:
    pairs = zip(columns(one), columns(two), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("order", ["planes", "spread"])
@pytest.mark.parametrize(
    ("fraction", "count"), [(0.0, 0), (1e-4, 0), (0.1, 158), (0.5, 792), (1 / 3, 528), (1.0, 1584)]
)
def test_a_fraction_has_its_exact_count(order: Order, fraction: float, count: int) -> None:
    assert len(deployed(elements(STARLIKE), STARLIKE, fraction, order)) == count


def test_planes_fill_one_after_another() -> None:
    full = elements(STARLIKE)
    quarter = deployed(full, STARLIKE, 0.25, "planes")
    assert same(quarter, take(full, slice(396)))


@pytest.mark.parametrize("fraction", [0.1, 0.25, 0.5, 0.77])
def test_a_spread_is_even_over_planes_and_within_them(fraction: float) -> None:
    full = elements(STARLIKE)
    part = deployed(full, STARLIKE, fraction, "spread")
    raan, up = np.unique(part.raan_rad, return_counts=True)
    assert len(raan) == STARLIKE.planes
    assert up.max() - up.min() <= 1
    for node in raan[::10]:
        chosen = part.argument_of_latitude_rad[part.raan_rad == node]
        slots = np.round((np.sort(chosen) - chosen.min()) / np.radians(360 / 22)).astype(int)
        gaps = np.diff([*slots, 22])
        assert gaps.max() - gaps.min() <= 1


def test_a_spread_of_a_partly_filled_plane() -> None:
    shell = Shell("a", 550.0, 53.0, 72, 22, 17, deployed_satellites=50)
    part = deployed(elements(shell), shell, 0.5, "spread")
    assert np.unique(part.raan_rad, return_counts=True)[1].tolist() == [11, 11, 3]
    none = Shell("a", 550.0, 53.0, 72, 22, 17, deployed_satellites=0)
    assert len(deployed(elements(none), none, 0.5, "spread")) == 0


def test_join_keeps_the_order() -> None:
    both = join([elements(STARLIKE), elements(POLAR)])
    assert len(both) == 1584 + 66
    assert same(take(both, slice(1584, None)), elements(POLAR))
    with pytest.raises(ValueError, match="at least one"):
        join([])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"altitude_km": 0.0}, "altitude_km = 0.0: must be more than 0"),
        ({"altitude_km": float("nan")}, "altitude_km"),
        ({"inclination_deg": 181.0}, "inclination_deg = 181.0: must be from 0 to 180"),
        ({"planes": 0}, "planes = 0: must be at least 1"),
        ({"satellites_per_plane": 0}, "satellites_per_plane = 0"),
        ({"phasing": 72}, "phasing = 72: must be from 0 to 71"),
        ({"pattern": "rose"}, "pattern = 'rose': must be delta or star"),
        ({"raan_offset_deg": float("inf")}, "raan_offset_deg"),
        ({"deployed_planes": 73}, "deployed_planes = 73: must be from 0 to 72"),
        ({"deployed_planes": 2, "deployed_satellites": 45}, "must be from 0 to 44"),
    ],
)
def test_wrong_values_are_named(change: dict, words: str) -> None:
    right = {
        "altitude_km": 550.0,
        "inclination_deg": 53.0,
        "planes": 72,
        "satellites_per_plane": 22,
    }
    with pytest.raises(InputError, match="shell 'one'") as caught:
        Shell("one", **{**right, **change})
    assert words in str(caught.value)


@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan")])
def test_wrong_fractions(fraction: float) -> None:
    with pytest.raises(InputError, match="fraction"):
        deployed(elements(POLAR), POLAR, fraction)


def test_wrong_order() -> None:
    with pytest.raises(InputError, match="planes or spread"):
        deployed(elements(POLAR), POLAR, 0.5, "sideways")  # type: ignore[arg-type]
