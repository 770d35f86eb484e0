"""Which objects of a file are taken: one element set each, satellites only, what is named."""

import json
from pathlib import Path

import numpy as np
import pytest

from capest.errors import InputError
from capest.orbits.catalogue import Catalogue
from capest.orbits.catalogue_file import load_catalogue
from capest.orbits.selection import Choice
from capest.orbits.tle import catalogue_number, checksum

pytest.importorskip("sgp4")

# 2026-11-20, the day of the year 324.
START_JD = 2_461_364.5
KEYS = (
    *("OBJECT_NAME", "EPOCH", "MEAN_MOTION", "ECCENTRICITY", "INCLINATION", "RA_OF_ASC_NODE"),
    *("ARG_OF_PERICENTER", "MEAN_ANOMALY", "NORAD_CAT_ID", "BSTAR", "MEAN_MOTION_DOT"),
    *("MEAN_MOTION_DDOT", "OBJECT_TYPE", "DECAY_DATE"),
)


def rev_per_day(height_km: float) -> float:
    """Kepler's third law, with the Earth's constants of WGS 72 (J2 shifts it by kilometres)."""
    return float(np.sqrt(398600.8 / (6371.0 + height_km) ** 3) * 86_400 / (2 * np.pi))


def one(
    number=90001, name="OWN-1", day=20, hour=12, height_km=600.0, ecc=0.0001, kind="", decay="",
    node=None,
):  # fmt: skip
    # Objects of their own have places of their own.
    node = (7 * number + sum(map(ord, name))) % 360 if node is None else node
    epoch = f"2026-11-{day:02d}T{hour:02d}:00:00"
    values = (
        name,
        epoch,
        f"{rev_per_day(height_km):.8f}",
        f"{ecc:.7f}",
        "53",
        f"{node}",
        "0",
        "20",
    )
    return dict(zip(KEYS, (*values, str(number), ".0001", "0", "0", kind, decay), strict=True))


def as_tle(message: dict, number: str | None = None) -> str:
    day = 304 + int(message["EPOCH"][8:10]) + int(message["EPOCH"][11:13]) / 24
    called = number or f"{int(message['NORAD_CAT_ID']):05d}"
    first = f"1 {called}U 26001A   26{day:012.8f}  .00000000  00000-0  10000-3 0  999"
    second = (
        f"2 {called}  53.0000 {float(message['RA_OF_ASC_NODE']):8.4f} "
        f"{message['ECCENTRICITY'][2:]}   0.0000  20.0000 "
        f"{float(message['MEAN_MOTION']):11.8f}    1"
    )
    lines = [line + str(checksum(line)) for line in (first, second)]
    return "\n".join([message["OBJECT_NAME"], *lines]) + "\n"


def as_csv(messages: list[dict]) -> str:
    return "\n".join([",".join(KEYS), *(",".join(each.values()) for each in messages)])


def as_xml(messages: list[dict]) -> str:
    parts = ("".join(f"<{key}>{value}</{key}>" for key, value in each.items()) for each in messages)
    return f"<ndm>{''.join(f'<omm><segment>{part}</segment></omm>' for part in parts)}</ndm>"


WRITERS = {
    "tle": lambda messages: "".join(map(as_tle, messages)),
    "csv": as_csv,
    "json": json.dumps,
    "xml": as_xml,
}


def chosen(tmp_path: Path, text: str, **asked) -> Catalogue:
    path = tmp_path / "sats"
    path.write_text(text)
    choice = {"start_jd": START_JD, "end_jd": START_JD + 1.0, "altitude_km": 600.0, **asked}
    return load_catalogue(path, Choice(**choice))


@pytest.mark.parametrize("form", WRITERS)
def test_of_every_object_the_set_nearest_the_middle(tmp_path: Path, form: str) -> None:
    # The window's middle is the 20th, 12:00; the nearest set stands first, in between, last.
    days = {90001: (20, 18, 25), 90002: (10, 21, 22), 90003: (1, 2, 19)}
    messages = [
        one(number, f"OWN-{number - 90000}", day=days[number][k])
        for k in range(3)
        for number in days
    ]
    catalogue = chosen(tmp_path, WRITERS[form](messages))
    assert catalogue.names == ("OWN-1", "OWN-2", "OWN-3")
    np.testing.assert_allclose(catalogue.epoch_jd, START_JD + 0.5 + np.array([0, 1, -1]), atol=1e-6)
    (note,) = catalogue.notes
    assert "3 of 3 catalogue numbers stand in it more than once" in note
    assert "6 others do not" in note
    # A longer window has a later middle.
    later = chosen(tmp_path, WRITERS[form](messages), end_jd=START_JD + 9.0)
    np.testing.assert_allclose(later.epoch_jd, START_JD + 0.5 + np.array([5, 2, -1]), atol=1e-6)


@pytest.mark.parametrize("form", WRITERS)
def test_the_same_place_under_two_numbers_is_one_satellite(tmp_path: Path, form: str) -> None:
    messages = [one(90001, node=10), one(90002, "OWN-2", node=11), one(90003, "NEW", node=10)]
    catalogue = chosen(tmp_path, WRITERS[form](messages))
    assert catalogue.names == ("OWN-1", "OWN-2")
    (note,) = catalogue.notes
    assert "1 of 3 objects have the epoch and the elements of another" in note


@pytest.mark.parametrize("form", WRITERS)
def test_the_same_set_twice_is_one_and_no_repeats_are_no_note(tmp_path: Path, form: str) -> None:
    messages = [one(), one(90002, "OWN-2")]
    single = chosen(tmp_path, WRITERS[form](messages))
    assert (len(single), single.notes) == (2, ())
    double = chosen(tmp_path, WRITERS[form](messages * 2))
    assert double.names == single.names
    assert "2 of 2 catalogue numbers" in double.notes[0]


def test_numbers_in_letters(tmp_path: Path) -> None:
    assert catalogue_number("T0002") == 270_002
    assert catalogue_number("A0000") == 100_000
    assert catalogue_number("Z9999") == 339_999
    text = as_tle(one(name="A"), "T0002") + as_tle(one(name="A", day=19), "T0002")
    text += as_tle(one(name="B"), "U0002")
    assert chosen(tmp_path, text).names == ("A", "B")
    assert chosen(tmp_path, text, numbers=((270_002, 270_002),)).names == ("A",)


def test_without_numbers_names_tell_objects_apart(tmp_path: Path) -> None:
    text = json.dumps([one(0, "A"), one(0, "B"), one(0, "A", day=2)])
    assert chosen(tmp_path, text).names == ("A", "B")


@pytest.mark.parametrize(
    ("name", "kind", "taken"),
    [
        ("OWN-1", "", True),
        ("OWN-1 R/B", "", False),
        ("SL-12 R/B(2)", "", False),
        ("COSMOS 1408 DEB", "", False),
        ("own-1 debris", "", False),
        ("DEBORAH", "", True),
        ("REMOVEDEBRIS", "", True),
        ("OWN-1 DEB", "PAYLOAD", True),
        ("OWN-1", "ROCKET BODY", False),
        ("OWN-1", "DEBRIS", False),
        ("OWN-1", "DEB", False),
        ("OWN-1", "UNKNOWN", True),
        ("OWN-1 DEB", "UNKNOWN", False),
    ],
)
def test_debris_and_rocket_bodies(tmp_path: Path, name: str, kind: str, taken: bool) -> None:
    text = json.dumps([one(90009, "OWN-9"), one(name=name, kind=kind)])
    catalogue = chosen(tmp_path, text)
    assert (name in catalogue.names) == taken
    if not taken:
        assert "1 of 2 objects left out" in catalogue.notes[0]
        assert name in catalogue.notes[0]
    # Whoever names it gets it.
    assert chosen(tmp_path, text, names=(name,)).names == (name,)


@pytest.mark.parametrize(
    ("decay", "taken"),
    [("2026-11-19", False), ("2026-11-20", False), ("2026-11-21", True), ("", True)],
)
def test_what_has_decayed(tmp_path: Path, decay: str, taken: bool) -> None:
    catalogue = chosen(tmp_path, json.dumps([one(90009, "OWN-9"), one(decay=decay)]))
    assert ("OWN-1" in catalogue.names) == taken
    assert any("1 decayed before the window's end (OWN-1)" in n for n in catalogue.notes) != taken


@pytest.mark.parametrize(
    ("height_km", "ecc", "altitude_km", "taken"),
    [
        (600, 0.0, 600, True),
        (495, 0.0, 600, True),
        (465, 0.0, 600, False),
        (705, 0.0, 600, True),
        (735, 0.0, 600, False),
        (600, 0.025, 600, False),  # 426 to 774 km
        (600, 0.013, 600, True),  # 509 to 691 km
        (540, 0.013, 600, False),  # the perigee alone, 450 km
        (660, 0.013, 600, False),  # the apogee alone, 751 km
        (35_786, 0.0, 35_786, True),
        (35_786, 0.0, 600, False),
        (35_786, 0.3, 35_786, False),
    ],
)
def test_heights_of_perigee_and_apogee(
    tmp_path: Path, height_km: float, ecc: float, altitude_km: float, taken: bool
) -> None:
    right = one(90009, "OWN-9", height_km=altitude_km)
    text = json.dumps([right, one(height_km=height_km, ecc=ecc)])
    catalogue = chosen(tmp_path, text, altitude_km=altitude_km)
    assert ("OWN-1" in catalogue.names) == taken
    if not taken:
        assert f"more than 20 % from satellite.altitude_km = {altitude_km} (OWN-1)" in str(
            catalogue.notes
        )
    assert "OWN-1" in chosen(tmp_path, text, height_km=(0.0, 100_000.0)).names
    assert "OWN-1" in chosen(tmp_path, text, numbers=((90001, 90001),)).names


def test_a_range_of_heights_does_not_take_debris_but_bounds_what_is_named(tmp_path: Path) -> None:
    text = json.dumps([one(), one(90002, "OWN-2 DEB"), one(90003, "OWN-3", height_km=1200)])
    assert chosen(tmp_path, text, height_km=(0.0, 2000.0)).names == ("OWN-1", "OWN-3")
    named = chosen(tmp_path, text, names=("own-*",), height_km=(500.0, 700.0))
    assert named.names == ("OWN-1", "OWN-2 DEB")


def test_names_and_numbers_add_up(tmp_path: Path) -> None:
    text = json.dumps([one(90000 + k, f"OWN-{k}") for k in range(1, 31)])
    catalogue = chosen(
        tmp_path, text, names=("own-1", "*-2?"), numbers=((90003, 90005), (90030, 90030))
    )
    wanted = [1, 3, 4, 5, *range(20, 30), 30]
    assert catalogue.names == tuple(f"OWN-{k}" for k in wanted)
    assert "names 15 of 30 objects" in catalogue.notes[0]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"names": ("OWN-1", "OTHER*")}, "constellation.select.names: 'OTHER*' fits no name"),
        ({"numbers": ((5, 9),)}, "no object has the number 5-9; the nearest are 90001"),
        (
            {"height_km": (1.0, 2.0)},
            "no object is left: 1 with perigee or apogee outside 1 to 2 km",
        ),
        ({"altitude_km": 35_786.0}, "change satellite.altitude_km or [constellation.select]"),
    ],
)
def test_a_choice_that_fits_nothing(tmp_path: Path, asked: dict, words: str) -> None:
    with pytest.raises(InputError) as caught:
        chosen(tmp_path, json.dumps([one()]), **asked)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_debris_alone_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"1 piece of debris \(A DEB\); name those to take"):
        chosen(tmp_path, json.dumps([one(name="A DEB")]))
