"""The file that marks a folder of blocks as capest's, and says whose blocks they are."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from capest.errors import InputError
from capest.file_kinds import check_regular, kind
from capest.results import files
from capest.results.blockfile import RunIdentity
from capest.results.lock import LOCK_NAME

MANIFEST_NAME = "manifest.json"

_FORM = "capest_blocks"
"""Key of the files' form, which marks a manifest as capest's."""


def check_folder(folder: Path) -> None:
    """Refuse a folder of blocks that somebody else made: its files would be in danger.

    Raises
    ------
    InputError
    """
    advice = "choose another output with -o, or move it away"
    try:
        found = kind(os.lstat(folder).st_mode)
        if found != "a folder":
            raise InputError(
                f"{folder}: is {found or 'a file'}, where the blocks of the run would lie; {advice}"
            )
        if read_manifest(folder) is not None:
            return
        strange = sorted(path.name for path in folder.iterdir() if not _is_of_a_start(path.name))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise InputError(f"{folder}: {files.reason(error)}; {advice}") from error
    if strange:
        raise InputError(
            f"{folder}: holds {strange[0]} and no blocks of capest: it is somebody else's folder, "
            f"where the blocks of the run would lie; {advice}"
        )


def _is_of_a_start(name: str) -> bool:
    """Whether a run that died while it started or ended may have left the file alone."""
    return name == LOCK_NAME or name.startswith(f".{MANIFEST_NAME}.")


def write_manifest(folder: Path, identity: RunIdentity) -> None:
    """Say whose blocks a folder holds; raises OSError."""
    about = asdict(identity)
    manifest = json.dumps({_FORM: about.pop("form"), **about}, indent=1)
    files.write_whole(folder / MANIFEST_NAME, manifest.encode())


def read_manifest(folder: Path) -> RunIdentity | None:
    """Read which run's blocks a folder holds; ``None`` if it has no manifest.

    Raises
    ------
    InputError
        The manifest is not one of capest.
    """
    path = folder / MANIFEST_NAME
    check_regular(path)
    try:
        content = json.loads(path.read_text())
        names = RunIdentity.__dataclass_fields__
        return RunIdentity(**{name: content[_FORM if name == "form" else name] for name in names})
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(
            f"{path} is not a manifest of capest blocks; delete {folder} or choose another output "
            "with -o"
        ) from error
