"""Address in a file that ``dask scheduler --scheduler-file`` writes."""

from __future__ import annotations

import json
import time
from pathlib import Path

from capest.errors import InputError
from capest.file_kinds import check_regular
from capest.shown import cut, one_line

_ATTEMPTS = 10
_PAUSE_S = 0.1
"""A scheduler that starts at this moment may not have written all of its file yet."""


def scheduler_address(path: Path) -> str:
    """Read the address of a Dask scheduler.

    Raises
    ------
    InputError
        Saying what is wrong with the file.
    """
    said = f"--scheduler-file {path}"
    check_regular(path)
    if not path.is_file():
        raise InputError(f"{said}: {'is a folder' if path.is_dir() else 'no such file'}")
    for attempt in range(_ATTEMPTS):
        try:
            content = json.loads(path.read_bytes())
            break
        except OSError as error:
            raise InputError(f"{said}: cannot be read: {error.strerror}") from error
        except (ValueError, RecursionError):
            if attempt < _ATTEMPTS - 1:
                time.sleep(_PAUSE_S)
    else:
        what = "is not the JSON" if path.stat().st_size else "is empty, without the JSON"
        raise InputError(
            f"{said}: {what} that 'dask scheduler --scheduler-file {path}' writes; start the "
            "scheduler again"
        )
    address = content.get("address") if isinstance(content, dict) else None
    if not isinstance(address, str) or not address:
        found = "no address" if address is None else f"the address {cut(one_line(repr(address)))}"
        raise InputError(
            f"{said}: holds {found}; expected the file that 'dask scheduler --scheduler-file "
            f"{path}' writes"
        )
    return address
