"""Files that are no element sets, and characters that mislead: one line that says what it is."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from capest.errors import InputError
from capest.orbits.catalogue_file import load_catalogue
from capest.orbits.tle import checksum

pytest.importorskip("sgp4")

FIRST = "1 90001U 26001A   26324.50000000  .00000000  00000-0  10000-4 0  9996"
SECOND = "2 90001  53.0000   0.0000 0001000   0.0000   0.0000 15.05000000    13"
TLE = f"OWN-1\n{FIRST}\n{SECOND}\n"
HEADING = (
    "OBJECT_NAME,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,RA_OF_ASC_NODE,ARG_OF_PERICENTER,"
    "MEAN_ANOMALY,NORAD_CAT_ID,BSTAR,MEAN_MOTION_DOT,MEAN_MOTION_DDOT"
)
ROW = "OWN-1,2026-11-20T12:00:00,15.05,.0001,53,10,0,20,90001,.0001,0,0"
JSON = (
    "[{"
    + ", ".join(
        f'"{key}": "{value}"' for key, value in zip(HEADING.split(","), ROW.split(","), strict=True)
    )
    + "}]"
)
ELEMENTS = "".join(
    f"<{key}>{value}</{key}>" for key, value in zip(HEADING.split(","), ROW.split(","), strict=True)
)
XML = f"<ndm><omm><body><segment><metadata/><data>{ELEMENTS}</data></segment></body></omm></ndm>"


def zipped(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, TLE)
    return buffer.getvalue()


def fault_of(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "sats"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_catalogue(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert message.isprintable()
    assert len(message) < 400 + len(str(path))
    assert caught.value.exit_code == 2
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (gzip.compress(TLE.encode()), "is a gzip archive, unpack it; take TLE"),
        (zipped("sats.tle"), "is a zip archive, unpack it; take TLE"),
        (zipped("xl/workbook.xml"), "is an Excel file, save its table as CSV; take TLE"),
        (b"PAR1" + bytes(100), "is a Parquet file; take TLE"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "is a NetCDF-4 or HDF5 file"),
        (b"CDF\x01" + bytes(100), "is a NetCDF file"),
        (TLE.encode("utf-16"), "is text in UTF-16"),
        (TLE.encode("utf-16-le"), "is text in UTF-16"),
        (TLE.encode("utf-32"), "is text in UTF-32"),
        (bytes(range(256)), "is a binary file"),
        (TLE.replace("OWN", "Ñ").encode("latin-1"), "line 1, column 1: not a text file in UTF-8"),
        (b"<!DOCTYPE html>\n<html><body>404</body></html>", "is a page in HTML"),
        (b"<?xml version='1.0'?>\n<!DOCTYPE html>\n<html/>", "is a page in HTML"),
        (b"<gpx/>", "line 1, column 1: is XML, but not OMM: its root is <gpx>"),
        (b"<ndm><oem/></ndm>", "has no <segment> of an OMM"),
        (b"CCSDS_OMM_VERS = 3.0\nOBJECT_NAME = A\n",
         "is OMM in KVN, which is not read: take CSV, JSON or XML"),
        (b"OBJECT_NAME = A\nEPOCH = B\nMEAN_MOTION = 15.05\n", "is OMM in KVN"),
        (b"CCSDS_OEM_VERS = 2.0\n", "is a OEM in KVN"),
        (b'{"type": "FeatureCollection", "features": []}', "is JSON, but not OMM: its keys are"),
        (b'["a"]', "message 1: must be an object, is 'a'"),
        (b"[satellite]\npreset = 'x'\n", "line 1, column 2: not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'[{"NORAD_CAT_ID": ' + b"9" * 5000 + b"}]", "a whole number of too many digits"),
        (b"lat,lon,population\n1,2,3\n", "no line begins with '1 '"),
        (b"OWN-1\nOWN-2\n", "no line begins with '1 '"),
        (HEADING.replace(",", ";").encode(), "column 12: columns are kept apart by semicolons"),
        (HEADING.replace(",", "\t").encode(), "column 12: columns are kept apart by tabs"),
        (f"{HEADING},EPOCH\n{ROW},1".encode(), "two columns are called 'EPOCH'"),
    ],
    # Archives hold the time: their bytes would be another name in every process.
    ids=lambda value: value if isinstance(value, str) else "file",
)  # fmt: skip
def test_files_of_another_kind(tmp_path: Path, content: bytes, words: str) -> None:
    message = fault_of(tmp_path, content)
    assert words in message


@pytest.mark.parametrize(
    ("character", "called"),
    [
        ("\u00a0", "NO-BREAK SPACE (U+00A0) only looks like a space; write spaces"),
        ("\u2007", "FIGURE SPACE (U+2007) only looks like a space"),
        ("\u3000", "IDEOGRAPHIC SPACE (U+3000) only looks like a space"),
        ("\t", "TAB (U+0009) only looks like a space"),
        ("\u200b", "ZERO WIDTH SPACE (U+200B) cannot be seen; remove it"),
        ("\ufeff", "ZERO WIDTH NO-BREAK SPACE (U+FEFF) cannot be seen"),
        ("\x0c", "(U+000C) only looks like a space"),
    ],
)
@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (TLE.replace("  53.0000", " #53.0000"), 3, 9),
        (TLE.replace("OWN-1", "OWN#1"), 1, 4),
        (TLE.replace("10000-4 0", "10000-4#0"), 2, 62),
        (f"{HEADING}\n{ROW}".replace(",53,", ",#53,"), 2, 39),
        (JSON.replace("15.05", "#15.05"), 1, None),
        (XML.replace("15.05", "#15.05"), 1, None),
    ],
)
def test_characters_that_only_look_like_spaces(
    tmp_path: Path, text: str, line: int, column: int | None, character: str, called: str
) -> None:
    if text.startswith("<") and character == "\t":
        pytest.skip("XML takes it for a blank around a number")
    message = fault_of(tmp_path, text.replace("#", character).encode())
    if text.startswith("[") and character == "\t":
        assert message.startswith("line 1, column ")
        assert "control character" in message
        return
    at = text.index("#") + 1 if column is None else column
    assert message == f"line {line}, column {at}: {message.partition(': ')[2]}"
    assert called in message


def test_digits_and_signs_that_only_look_right(tmp_path: Path) -> None:
    message = fault_of(tmp_path, TLE.replace("  53.0000", "  ５3.0000").encode())
    assert message == "line 3, column 10: FULLWIDTH DIGIT FIVE (U+FF15) only looks like 5; write 5"
    message = fault_of(tmp_path, TLE.replace("00000-0", "00000−0").encode())
    assert message == "line 2, column 51: MINUS SIGN (U+2212) only looks like a minus; write -"
    for number in ("１５.05", "1_5.05", "15.05\\u00a0"):
        message = fault_of(tmp_path, JSON.replace("15.05", number).encode())
        assert message.startswith("message 1: MEAN_MOTION = ")
        assert message.endswith(": not a number")


@pytest.mark.parametrize("text", [TLE, f"{HEADING}\n{ROW}\n", JSON, XML])
def test_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sats"
    for content in (text, "\ufeff" + text, text.replace("\n", "\r\n")):
        path.write_bytes(content.encode())
        catalogue = load_catalogue(path)
        assert catalogue.names == ("OWN-1",)
        assert catalogue.notes == ()


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("12 10\n" + TLE, "line 1 skipped, no element sets: '12 10'"),
        ("1 10\n" + TLE, "line 1 skipped, no element sets: '1 10'"),
        ("2 1\n" + TLE, "line 1 skipped"),
        ("planes satellites\n12 10\n\n" + TLE, "lines 1, 2 skipped"),
        ("# own\n" + TLE, "line 1 skipped, no element sets: '# own'"),
        (f"12 10\n{FIRST}\n{SECOND}\n", "line 1 skipped"),
        (TLE + "# end\n", "line 4 skipped"),
    ],
)
def test_lines_above_are_skipped_with_a_note(tmp_path: Path, text: str, note: str) -> None:
    path = tmp_path / "sats"
    path.write_text(text)
    catalogue = load_catalogue(path)
    assert catalogue.names in (("OWN-1",), ("90001",))
    (found,) = catalogue.notes
    assert found.startswith(f"{path}: {note}")


def test_lines_without_their_checksum(tmp_path: Path) -> None:
    path = tmp_path / "sats"
    path.write_text(TLE)
    whole = load_catalogue(path)
    for lines in ((FIRST[:68], SECOND[:68]), (FIRST, SECOND[:68]), (FIRST[:68] + "  ", SECOND)):
        path.write_text("\n".join(lines))
        catalogue = load_catalogue(path)
        assert "have no checksum (column 69)" in catalogue.notes[0]
        assert catalogue.epoch_jd == whole.epoch_jd
    wrong = SECOND[:68] + str((checksum(SECOND) + 1) % 10)
    assert "checksum is" in fault_of(tmp_path, f"{FIRST}\n{wrong}\n".encode())
    # A blank is missing between inclination and node, and no checksum to show it.
    shifted = SECOND.replace("   0.0000 0001", "  0.0000 0001")
    assert "line 2, column 26: must be blank" in fault_of(tmp_path, f"{FIRST}\n{shifted}".encode())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<ndm>\n<omm>", "line 2, column 6: broken XML: no element found"),
        (XML.replace("</data>", "</date>"), "broken XML: mismatched tag"),
        (
            '<!DOCTYPE ndm [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>' + XML,
            "declares a document type, 'ndm', which OMM has not",
        ),
        (
            '<!DOCTYPE ndm [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + XML,
            "declares a document type",
        ),
        (XML.replace("<INCLINATION>", '<INCLINATION units="rad">'), "units 'rad': must be deg"),
        (XML.replace("<BSTAR>.0001</BSTAR>", ""), "line 1: BSTAR is missing"),
        (XML.replace("<BSTAR>", "<BSTAR>1</BSTAR><BSTAR>"), "BSTAR stands twice in one message"),
        (XML.replace("15.05", "fast"), "MEAN_MOTION = 'fast': not a number"),
    ],
)
def test_faults_of_xml(tmp_path: Path, text: str, words: str) -> None:
    assert words in fault_of(tmp_path, text.encode())


def test_xml_of_one_message_with_namespace_units_and_day_of_the_year(tmp_path: Path) -> None:
    path = tmp_path / "sats"
    path.write_text(TLE)
    epoch_jd = load_catalogue(path).epoch_jd
    text = XML.removeprefix("<ndm>").removesuffix("</ndm>")
    text = text.replace("<omm>", '<omm xmlns="urn:ccsds:schema:ndmxml" version="3.0">')
    text = text.replace("<INCLINATION>", '<INCLINATION units="deg">')
    text = text.replace("2026-11-20T12", "2026-324T12")
    path.write_text(f'\n<?xml version="1.0" encoding="ISO-8859-1"?>\n<!-- own -->\n{text}')
    assert load_catalogue(path).epoch_jd == pytest.approx(epoch_jd, abs=1e-9)


def test_pipes_are_refused(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="is a pipe"):
        load_catalogue(tmp_path / "pipe")
