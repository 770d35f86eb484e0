"""Element-set files: every format gives the same satellite, every fault one clear line."""

import json
from pathlib import Path

import numpy as np
import pytest

from capest.errors import InputError
from capest.orbits.catalogue import propagate, teme_m
from capest.orbits.catalogue_file import load_catalogue
from capest.orbits.earth_rotation import JulianDate
from capest.orbits.tle import checksum

pytest.importorskip("sgp4")

# One satellite as CelesTrak served it in three formats, April 2023 (the sgp4 package's own sample).
FIRST = "1 55123U 98067UQ  23115.44827133  .00787702  29408-3  15680-2 0  9999"
SECOND = "2 55123  51.6242 216.2930 0014649 331.8976  28.1241 15.99081912 18396"
HEADING = (
    "OBJECT_NAME,OBJECT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,RA_OF_ASC_NODE,"
    "ARG_OF_PERICENTER,MEAN_ANOMALY,EPHEMERIS_TYPE,CLASSIFICATION_TYPE,NORAD_CAT_ID,"
    "ELEMENT_SET_NO,REV_AT_EPOCH,BSTAR,MEAN_MOTION_DOT,MEAN_MOTION_DDOT"
)
ROW = (
    "MARIO,1998-067UQ,2023-04-25T10:45:30.642912,15.99081912,.0014649,51.6242,216.2930,331.8976,"
    "28.1241,0,U,55123,999,1839,.1568E-2,.787702E-2,.29408E-3"
)
MESSAGE = dict(zip(HEADING.split(","), ROW.split(","), strict=True))
# An element set of the sgp4 package's documentation.
ISS = (
    "1 25544U 98067A   19343.69339541  .00001764  00000-0  38792-4 0  9991",
    "2 25544  51.6439 211.2001 0007417  17.6667  85.6398 15.50103472202482",
)


def write(folder: Path, text: str) -> Path:
    path = folder / "sats"
    path.write_bytes(text.encode())
    return path


def with_checksum(line: str) -> str:
    return line[:68] + str(checksum(line))


@pytest.mark.parametrize(
    "text",
    [
        f"{FIRST}\n{SECOND}\n",
        f"MARIO                   \n{FIRST}\n{SECOND}",
        f"0 MARIO\r\n{FIRST}\r\n{SECOND}\r\n",
        f"\ufeff# comment\n\nMARIO\n{FIRST}  \n\n{SECOND}\n\n",
        f"{HEADING}\n{ROW}\n",
        f"{HEADING}\r\n{ROW}\r\n",
        json.dumps([MESSAGE]),
        json.dumps(MESSAGE, indent=1),
        json.dumps([{**MESSAGE, "INCLINATION": 51.6242, "NORAD_CAT_ID": 999_999_999}]),
        json.dumps([{**MESSAGE, "EPOCH": "2023-04-25T10:45:30.642912Z", "OBJECT_NAME": None}]),
    ],
    ids=["2LE", "TLE", "3LE", "untidy", "csv", "csv-crlf", "json", "one", "numbers", "zulu"],
)
def test_every_format_gives_the_same_satellite(tmp_path: Path, text: str) -> None:
    catalogue = load_catalogue(write(tmp_path, text))
    assert len(catalogue) == 1
    assert catalogue.names[0] in ("MARIO", "55123")
    assert catalogue.epoch_jd[0] == pytest.approx(2_460_059.5 + 0.44827133, abs=1e-7)
    from sgp4.api import Satrec

    date = JulianDate(2_460_060.5, 0.25)
    error, r_km, _ = Satrec.twoline2rv(FIRST, SECOND).sgp4(*date)
    assert error == 0
    _, r_m = teme_m(catalogue, date)
    np.testing.assert_allclose(r_m[0], 1e3 * np.array(r_km), atol=1.0)


def test_several_satellites_keep_their_order(tmp_path: Path) -> None:
    lines = ["ISS (ZARYA)", *ISS, "MARIO", FIRST, SECOND]
    catalogue = load_catalogue(write(tmp_path, "\n".join(lines)))
    assert catalogue.names == ("ISS (ZARYA)", "MARIO")
    found = propagate(catalogue, JulianDate(2_460_060.5, 0.0))
    # MARIO is in the table; the other's elements are years old but propagate.
    assert found.kept.tolist() == [0, 1]
    altitude_km = np.linalg.norm(found.position_m, axis=1) / 1e3 - 6378
    assert np.all((altitude_km > 150) & (altitude_km < 450))


def test_catalogue_numbers_in_letters(tmp_path: Path) -> None:
    # Alpha-5: T0002 is 270002.
    lines = [with_checksum(line[:2] + "T0002" + line[7:]) for line in (FIRST, SECOND)]
    assert load_catalogue(write(tmp_path, "\n".join(lines))).names == ("T0002",)


def test_satellites_with_an_error_are_left_out_and_counted(tmp_path: Path) -> None:
    # Of the sgp4 package's tests: decays within days of its epoch in June 2020.
    decaying = (
        "1 44160U 19006AX  20162.79712247 +.00816806 +19088-3 +34711-2 0  9997",
        "2 44160 095.2472 272.0808 0216413 032.6694 328.7739 15.58006382062511",
    )
    catalogue = load_catalogue(write(tmp_path, "\n".join([*decaying, *ISS])))
    found = propagate(catalogue, JulianDate(2_459_055.5, 0.79712247))
    assert found.kept.tolist() == [1]
    assert found.left_out == 1
    assert found.position_m.shape == (1, 3)


def edited(line: str, column: int, text: str) -> str:
    """Put text at a column counted from 1, with a right checksum."""
    return with_checksum(line[: column - 1] + text + line[column - 1 + len(text) :])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no element sets, the file is empty"),
        ("\n# nothing\n", "no element sets, the file is empty"),
        ("MARIO\n", "no element sets: no line begins with '1 ', line 1 with 'MARIO'; take TLE"),
        (f"MARIO\n{FIRST}\n", "line 2: the file ends here, a line beginning with '2 '"),
        ("No GP data found\nat all", "no line begins with '1 ', line 1 with 'No GP data found'"),
        (f"{FIRST}\n{FIRST}\n", "line 2: must begin with '2 '"),
        (f"{SECOND}\n{FIRST}\n", "line 1: a line 2 without its line 1"),
        (f"{FIRST[:63]}\n{SECOND}\n", "line 1: has 63 characters, a line of an element set has 69"),
        (f"{FIRST}\n{SECOND}7\n", "line 2: has 70 characters"),
        (f"{FIRST[:-1]}3\n{SECOND}\n", "line 1: checksum is 3, the line adds up to 9"),
        (f"{FIRST[:-1]}x\n{SECOND}\n", "line 1: checksum 'x' (column 69) is not a digit"),
        (
            f"X\n{FIRST}\n{edited(SECOND, 9, ' 5x.6242')}",
            "line 3: inclination ' 5x.6242' (columns 9-16) is not a number",
        ),
        (
            f"{FIRST}\n{edited(SECOND, 9, '181.6242')}",
            "line 2: inclination '181.6242' (columns 9-16) must be from 0 to 180",
        ),
        (f"{FIRST}\n{edited(SECOND, 27, '001 649')}", "eccentricity '001 649' (columns 27-33)"),
        (f"{FIRST}\n{edited(SECOND, 53, '        nan')}", "mean motion '        nan'"),
        (f"{FIRST}\n{edited(SECOND, 53, ' 0.00000000')}", "must be from 0.001 to 20"),
        (f"{edited(FIRST, 54, ' 1568--2')}\n{SECOND}", "B* ' 1568--2' (columns 54-61)"),
        (f"{edited(FIRST, 21, '400.44827133')}\n{SECOND}", "epoch day '400.44827133'"),
        (
            f"{edited(FIRST, 19, '２')}\n{SECOND}",
            "line 1, column 19: FULLWIDTH DIGIT TWO (U+FF12) only looks like 2; write 2",
        ),
        (
            f"{FIRST}\n{edited(SECOND, 3, '55124')}",
            "line 2: catalogue number '55124' is not that of line 1, '55123'",
        ),
        (HEADING, "no messages, the file is empty"),
        ("[]", "no messages, the file is empty"),
        (HEADING.replace("BSTAR,", "") + "\n", "line 1: no column BSTAR"),
        (f"{HEADING}\n{ROW}\n{ROW[:60]}", "line 3: NORAD_CAT_ID is missing"),
        (f"{HEADING}\n{ROW},17\n", "line 2: has more values than the heading has columns"),
        (f"{HEADING}\n{ROW.replace('51.6242', '5x')}", "line 2: INCLINATION = '5x': not a number"),
        (
            f"{HEADING}\n{ROW.replace('51.6242', 'nan')}",
            "line 2: INCLINATION = 'nan': must be from 0 to 180",
        ),
        (f"{HEADING}\n{ROW.replace('2023-04', '2023-24')}", "line 2: EPOCH = '2023-24-25T"),
        (f"{HEADING}\n{ROW.replace('55123', '5.5')}", "NORAD_CAT_ID = '5.5': not a whole number"),
        (f'{HEADING}\n"{ROW}', "line 2: unexpected end of data"),
        ('[{"EPOCH": 1}]', "message 1: NORAD_CAT_ID is missing"),
        ("[3]", "message 1: must be an object, is 3"),
        ("[{]", "line 1, column 3: not JSON"),
        (json.dumps([{**MESSAGE, "REF_FRAME": "EME2000"}]), "must be TEME"),
    ],
)
def test_faults_are_one_line(tmp_path: Path, text: str, words: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError) as caught:
        load_catalogue(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert words in message
    assert "\n" not in message


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        load_catalogue(tmp_path / "none.tle")
    with pytest.raises(InputError, match="directory"):
        load_catalogue(tmp_path)
    (tmp_path / "binary").write_bytes(b"\x80\x81\xff" * 10)
    with pytest.raises(InputError, match="not a text file"):
        load_catalogue(tmp_path / "binary")
