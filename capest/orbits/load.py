"""Load a file of element sets, whichever of the formats it has."""

from __future__ import annotations

from pathlib import Path

from capest.errors import InputError
from capest.file_kinds import check_regular
from capest.orbits.catalogue import Catalogue
from capest.orbits.omm import read_omm_csv, read_omm_json
from capest.orbits.tle import read_tle


def load_catalogue(path: str | Path) -> Catalogue:
    """Load element sets: TLE (2 or 3 lines), OMM in CSV or OMM in JSON.

    The format is told by what the file holds: JSON begins with a bracket, CSV with a heading that
    names NORAD_CAT_ID.

    Raises
    ------
    InputError
        If the file cannot be read or has a fault; one line: file, line, what is wrong.
    """
    path = Path(path)
    check_regular(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not a text file in UTF-8 ({error.reason})") from error
    start = text.lstrip()
    if start.startswith(("[", "{")):
        return read_omm_json(path, text)
    if "NORAD_CAT_ID" in start.partition("\n")[0]:
        return read_omm_csv(path, text)
    return read_tle(path, text)
