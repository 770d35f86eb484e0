"""Load a file of element sets, whichever of the formats it has."""

from __future__ import annotations

import re
from pathlib import Path

from capest.errors import InputError
from capest.orbits.catalogue import Catalogue, collect
from capest.orbits.element_sets import TAKE, ElementFile
from capest.orbits.file_text import read_text
from capest.orbits.omm_text import read_omm_csv, read_omm_json
from capest.orbits.omm_xml import read_omm_xml
from capest.orbits.selection import Choice, choose
from capest.orbits.tle import read_tle

_HTML = re.compile(
    r"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.I | re.S
)
_KVN = re.compile(r"CCSDS_([A-Z]+)_VERS\s*=")
_PAIR = re.compile(r"(?:COMMENT .*|[A-Z][A-Z0-9_]*\s*=.*)")


def load_catalogue(path: str | Path, choice: Choice | None = None) -> Catalogue:
    """Load element sets: TLE (2 or 3 lines), or OMM in CSV, JSON or XML.

    Parameters
    ----------
    path : str or Path
    choice : Choice, optional
        Which objects are taken, and which element set of each; without it all that the file holds.

    Raises
    ------
    InputError
        If the file cannot be read or has a fault, or nothing of it is taken; one line: file, line,
        what is wrong.
    """
    path = Path(path)
    found = read_element_sets(path)
    if choice is None:
        return collect(found.sets, found.notes)
    chosen, notes = choose(path, found.sets, choice)
    return collect(chosen, (*found.notes, *notes))


def read_element_sets(path: Path) -> ElementFile:
    """Read every element set of a file.

    The format is told by what the file holds: JSON begins with a bracket, XML with an angle
    bracket, CSV with a heading that names NORAD_CAT_ID.

    Raises
    ------
    InputError
        If the file cannot be read or has a fault.
    """
    text = read_text(path)
    start = text.lstrip(" \t\n")
    if start.startswith(("[", "{")):
        return read_omm_json(path, text)
    if _HTML.match(start):
        raise InputError(f"{path}: is a page in HTML, maybe of an error of its server; {TAKE}")
    if start.startswith("<"):
        return read_omm_xml(path, text)
    heading = next((line for line in text.split("\n") if line.strip() and line[0] != "#"), "")
    if message := _KVN.match(heading.strip()):
        if message[1] == "OMM":
            raise InputError(f"{path}: {_NOT_KVN}")
        raise InputError(f"{path}: is a {message[1]} in KVN, which has no element sets; {TAKE}")
    if _PAIR.fullmatch(heading.strip()) and re.search(r"^\s*MEAN_MOTION\s*=", text, re.M):
        raise InputError(f"{path}: {_NOT_KVN}")
    if "NORAD_CAT_ID" in heading.upper():
        return read_omm_csv(path, text)
    return read_tle(path, text)


_NOT_KVN = "is OMM in KVN, which is not read: take CSV, JSON or XML"
