"""Answers of a joint sample on disk, one file a trial, found again by the next start.

The folder lies beside the output. A file is named by the scenario and the trial that it answers,
so that a study that was cut off goes on, and one with more samples, other figures or another range
takes what it can use.
"""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from capest.errors import InputError, StorageError
from capest.results import files
from capest.results.lock import LOCK_NAME
from capest.results.ours import MADE_BY
from capest.shown import one_line
from capest.version import __version__

MANIFEST = "study.json"
_SAMPLE = r"sample-[0-9a-f]{32}-\d+\.json"
_WORLD = r"world-[0-9a-f]{32}-\d+\.pickle"
_FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True)
class Answer:
    """What one trial of one sample gave.

    Attributes
    ----------
    figures : dict of str to float
        Such as ``"calls.mean"``.
    failure : str
        Why there are none; empty where there are.
    """

    figures: dict[str, float]
    failure: str = ""


def samples_folder(output: Path) -> Path:
    """Folder of what is finished of a study, beside its output."""
    return output.with_name(output.name + ".samples")


def check_samples_folder(folder: Path) -> None:
    """Refuse a folder that somebody else made: its files would be in danger.

    Raises
    ------
    InputError
    """
    advice = "choose another output with -o, or move it away"
    try:
        if not stat.S_ISDIR(os.lstat(folder).st_mode):
            raise InputError(f"{folder}: is no folder, where samples would lie; {advice}")
        strange = [path.name for path in folder.iterdir() if path.name not in (MANIFEST, LOCK_NAME)]
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise InputError(f"{folder}: {files.reason(error)}; {advice}") from error
    if strange and _manifest(folder) is None:
        raise InputError(
            f"{folder}: holds {one_line(min(strange))}, which is of no study, where samples would "
            f"lie; {advice}"
        )


class SampleFiles:
    """Finished answers of a study; `open` it while its folder is locked.

    Parameters
    ----------
    folder : Path
    backend : str
        That computes the study.
    """

    def __init__(self, folder: Path, backend: str) -> None:
        self.folder = folder
        self.backend = backend

    @classmethod
    def open(cls, folder: Path, backend: str, *, replace: bool) -> SampleFiles:
        """Use a folder, new or of this study.

        Parameters
        ----------
        folder : Path
            Exists.
        backend : str
        replace : bool
            Drop what another version or backend left, in place of refusing it.

        Raises
        ------
        InputError
            Another version or backend began it.
        """
        found = cls(folder, backend)
        mine = {"made_by": MADE_BY, "backend": backend}
        for pattern in (_SAMPLE, _WORLD, re.escape(MANIFEST)):
            files.sweep_temporaries(folder, pattern)
        for path in found._named(_WORLD):
            path.unlink(missing_ok=True)
        earlier = _manifest(folder)
        if earlier is not None and earlier != mine:
            if not replace:
                raise InputError(_another(folder, earlier, backend))
            found.remove()
        if earlier != mine:
            found._write(folder / MANIFEST, json.dumps(mine).encode())
        return found

    def read(self, fingerprint: str, trial: int) -> Answer | None:
        """Answer of a scenario's trial; ``None`` where there is none, or a damaged one."""
        try:
            content = json.loads(self._path(fingerprint, trial).read_bytes())
            if content["fingerprint"] != fingerprint or content["trial"] != trial:
                return None
            figures = {
                str(name): math.nan if value is None else float(value)
                for name, value in content["figures"].items()
            }
            return Answer(figures)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, fingerprint: str, trial: int, answer: Answer) -> None:
        """Keep an answer, whole or not at all; a failure is not kept, and is tried again.

        Raises
        ------
        StorageError
            Full disk or other trouble.
        """
        figures = {
            name: None if math.isnan(value) else value for name, value in answer.figures.items()
        }
        text = json.dumps({"fingerprint": fingerprint, "trial": trial, "figures": figures})
        self._write(self._path(fingerprint, trial), text.encode())

    @property
    def finished(self) -> int:
        """Answers that are there, of this study or of one begun with other samples."""
        return len(self._named(_SAMPLE))

    def world_name(self, fingerprint: str, trial: int) -> str:
        """Name of the file of a world on its way to a worker."""
        return f"world-{fingerprint[:32]}-{trial}.pickle"

    def drop_world(self, fingerprint: str, trial: int) -> None:
        """Remove a world that was computed with."""
        (self.folder / self.world_name(fingerprint, trial)).unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove all answers, and what else of ours is there; what is not ours stays."""
        for path in (*self._named(_SAMPLE), *self._named(_WORLD), self.folder / MANIFEST):
            path.unlink(missing_ok=True)

    def _path(self, fingerprint: str, trial: int) -> Path:
        return self.folder / f"sample-{fingerprint[:32]}-{trial}.json"

    def _named(self, pattern: str) -> list[Path]:
        return [path for path in self.folder.iterdir() if re.fullmatch(pattern, path.name)]

    def _write(self, path: Path, content: bytes) -> None:
        try:
            files.write_whole(path, content, sync_name=False)
        except OSError as error:
            cure = "make room there" if error.errno in _FULL else "put that right"
            raise StorageError(
                f"cannot write {path}: {files.reason(error)}; {cure}, then run the same command "
                "again: finished samples are kept"
            ) from error


def _manifest(folder: Path) -> dict[str, str] | None:
    with contextlib.suppress(OSError, ValueError):
        found = json.loads((folder / MANIFEST).read_bytes())
        if isinstance(found, dict):
            return found
    return None


def _another(folder: Path, earlier: dict[str, str], backend: str) -> str:
    """Say what else the folder holds, and what may be done."""
    version = str(earlier.get("made_by", "capest of unknown version")).removeprefix("capest ")
    if version != __version__:
        return (
            f"{folder} holds samples of a study that capest {version} started; this is capest "
            f"{__version__}: finish it there, choose another -o, or drop them with --overwrite"
        )
    was = earlier.get("backend")
    return (
        f"{folder} holds samples that were computed with {was}, now {backend}: go on with "
        f"--backend {was}, choose another -o, or drop them with --overwrite"
    )
