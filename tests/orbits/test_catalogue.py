"""SGP4 through the catalogue against the verification set of AIAA 2006-6753."""

import builtins
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capest.errors import InputError
from capest.orbits.catalogue import propagate, sgp4_api, teme_m
from capest.orbits.catalogue_file import load_catalogue
from capest.orbits.earth_rotation import JulianDate, gmst_rad, julian_date, later, rotated
from capest.orbits.elements import CircularOrbits
from tests.orbits.orbit_positions import positions_m

pytest.importorskip("sgp4")

# Element sets of the verification file with deliberately wrong checksums, for error codes.
WRONG_CHECKSUM = {"33333", "33334", "33335"}


def package_text(name: str) -> str:
    file = resources.files("sgp4") / name
    if not file.is_file():
        pytest.skip(f"this sgp4 package has no {name}")
    return file.read_text(encoding="ascii")


def verification_lines() -> list[str]:
    """Element sets without the start, end and step the file adds after column 69."""
    lines = package_text("SGP4-VER.TLE").splitlines()
    sets = [line[:69].rstrip() for line in lines if line[:2] in ("1 ", "2 ")]
    return [line for line in sets if line[2:7] not in WRONG_CHECKSUM]


def verification_vectors() -> dict[int, np.ndarray]:
    """Minutes and position in km by catalogue number."""
    found: dict[int, list[list[float]]] = {}
    rows: list[list[float]] = []
    for line in package_text("tcppver.out").splitlines():
        words = line.split()
        if words[1:] == ["xx"]:
            rows = found[int(words[0])] = []
        elif words:
            rows.append([float(word) for word in words[:4]])
    return {number: np.array(rows) for number, rows in found.items()}


@pytest.fixture
def verification(tmp_path: Path) -> Any:
    path = tmp_path / "verification.tle"
    path.write_text("\n".join(verification_lines()), encoding="ascii")
    return load_catalogue(path)


def epoch(first_line: str) -> JulianDate:
    """Columns 19-32: year of the century, day of the year."""
    year = int(first_line[18:20])
    midnight = datetime(year + (1900 if year >= 57 else 2000), 1, 1)
    return later(julian_date(midnight), 86_400 * (float(first_line[20:32]) - 1))


def test_the_verification_vectors(verification: Any) -> None:
    compared = 0
    epochs = [epoch(line) for line in verification_lines()[::2]]
    np.testing.assert_allclose(verification.epoch_jd, [sum(date) for date in epochs], atol=1e-8)
    vectors = verification_vectors()
    for index, name in enumerate(verification.names):
        for minutes, *expected in vectors[int(name)]:
            error, r_m = teme_m(verification, later(epochs[index], 60 * minutes))
            if error[index]:
                continue  # the reference prints the state before it ends for decayed satellites
            np.testing.assert_allclose(1e-3 * r_m[index], expected, rtol=0, atol=2e-6)
            compared += 1
    assert compared > 600


def test_earth_fixed_is_teme_turned_by_sidereal_time(verification: Any) -> None:
    date = julian_date(datetime(2006, 6, 26, 3, 4, 5))
    found = propagate(verification, date, 3600.0)
    moment = later(date, 3600.0)
    error, r_m = teme_m(verification, moment)
    np.testing.assert_array_equal(np.flatnonzero(error == 0), found.kept)
    back_m = rotated(found.position_m, -gmst_rad(moment))
    np.testing.assert_allclose(back_m, r_m[found.kept], atol=1e-6)
    assert found.left_out == len(verification) - len(found.kept) > 0
    assert np.isfinite(found.position_m).all()


def test_a_circular_orbit_of_ours_follows_sgp4_for_a_day(tmp_path: Path) -> None:
    from sgp4.exporter import export_tle

    api = sgp4_api()
    start = datetime(2025, 1, 1)
    axis_m, inclination = 6_928_137.0, np.radians(53.0)
    n = np.sqrt(3.986004418e14 / axis_m**3)
    factor = 1.0826e-3 * (6_378_137 / axis_m) ** 2
    kozai = 60 * n * (1 + 0.75 * factor * (2 - 3 * np.sin(inclination) ** 2))
    record = api.Satrec()
    days = (start - datetime(1949, 12, 31)).days
    record.sgp4init(api.WGS72, "i", 1, days, 0, 0, 0, 1e-7, 0.0, inclination, 0.5, kozai, 1.0)
    record.intldesg = "25001A"
    path = tmp_path / "one.tle"
    path.write_text("CIRCLE\n" + "\n".join(export_tle(record)), encoding="ascii")
    catalogue = load_catalogue(path)
    assert catalogue.names == ("CIRCLE",)
    ours = CircularOrbits(*(np.array([value]) for value in (axis_m, inclination, 1.0, 0.5)))
    date = julian_date(start)
    for hours in np.linspace(0.0, 24.0, 49):
        theirs = propagate(catalogue, date, 3600 * hours).position_m
        mine = positions_m(ours, 3600 * hours, gmst_rad(date))
        # J2's short-period waves: some kilometres of 43,000 travelled an orbit.
        assert np.linalg.norm(mine - theirs) < 20e3


def test_a_moment_does_not_know_the_others(verification: Any) -> None:
    start = datetime(2006, 6, 26)
    first = propagate(verification, julian_date(start), 60.0)
    propagate(verification, julian_date(start + timedelta(days=3)))
    again = propagate(verification, julian_date(start), 60.0)
    assert first.position_m.tobytes() == again.position_m.tobytes()


def test_without_the_package_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def refuse(name: str, *rest: Any, **named: Any) -> Any:
        if name.split(".")[0] == "sgp4":
            raise ImportError(name)
        return original(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(InputError, match=r'pip install "capest\[orbits\]"'):
        sgp4_api()
