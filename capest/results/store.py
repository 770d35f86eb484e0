"""Blocks of a run on disk: written whole by workers, found again by the next run.

A folder holds ``manifest.json`` (whose blocks these are), ``lock`` (one client at a time),
``world.pickle`` (what workers compute with) and files of some blocks each, named by their first and
last trial: ``block-000200-000749.bin``. A block may be written twice, by two workers even, and
stand in two files: it has the same bytes in both, and renames are atomic.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from capest.errors import InputError, StorageError
from capest.results import files
from capest.results.blockfile import (
    DamagedBlocks,
    Gathered,
    RunIdentity,
    StoredBlocks,
    decode_blocks,
)
from capest.results.lock import LOCK_NAME, take_lock
from capest.results.manifest import MANIFEST_NAME, check_folder, read_manifest, write_manifest
from capest.results.stop_mark import clear_stop
from capest.statistics.block import BlockResult

WORLD_NAME = "world.pickle"
"""What the client has built for the workers."""

_FILE = r"block-\d{6,}-\d{6,}\.bin"
_OF_ANY_FORM = rf"{_FILE}|block-\d{{6,}}\.npz"
_FULL = {errno.ENOSPC, errno.EDQUOT}
_NAMES = {
    "fingerprint": "scenario (fingerprint)",
    "version": "capest version",
    "backend": "backend",
    "form": "form of block files",
}


class BlockStore:
    """The blocks of one run in one folder; make it by ``open`` or ``attach``.

    Attributes
    ----------
    folder : Path
    identity : RunIdentity
    notice : str
        One sentence for the user about what ``open`` found and did; empty if nothing.
    """

    def __init__(
        self, folder: Path, identity: RunIdentity, lock: int | None = None, notice: str = ""
    ) -> None:
        self.folder = folder
        self.identity = identity
        self.notice = notice
        self._lock = lock
        self._file_of: dict[int, str] = {}
        self._read: tuple[str, StoredBlocks] | None = None

    @classmethod
    def open(
        cls, folder: str | Path, identity: RunIdentity, *, replace: bool = False
    ) -> BlockStore:
        """Open or create the folder for the one client of a run.

        Takes the folder's lock, removes temporary files of dead runs, and checks that what
        is there belongs to the same scenario, version and backend. Blocks of another block
        length are dropped, and ``notice`` says so.

        Parameters
        ----------
        folder : str or Path
        identity : RunIdentity
        replace : bool
            Drop blocks of another scenario, version or backend in place of refusing them.

        Returns
        -------
        BlockStore

        Raises
        ------
        InputError
            Folder cannot be made or written; another run holds it; other blocks are in it.
        """
        folder = Path(folder)
        lock = None
        check_folder(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            files.sync_folder(folder.parent)
            lock, notice = take_lock(folder)
            store = cls(folder, identity, lock, notice)
            store._prepare(replace)
        except BaseException as error:
            if lock is not None:
                os.close(lock)
            if not isinstance(error, OSError):
                raise
            kind = StorageError if error.errno in _FULL else InputError
            raise kind(
                f"cannot write in {folder}: {files.reason(error)}; choose another output with -o"
            ) from error
        return store

    @classmethod
    def attach(cls, folder: str | Path, identity: RunIdentity) -> BlockStore:
        """Use the folder of a running client from a worker: no lock, no sweep.

        Raises
        ------
        StorageError
            The worker does not see the folder.
        """
        folder = Path(folder)
        if not folder.is_dir():
            raise StorageError(
                f"a worker cannot see {folder}: the output must be on a file system that all "
                "workers share"
            )
        return cls(folder, identity)

    def finished(self, expected: Mapping[int, tuple[int, int]]) -> set[int]:
        """Blocks that are on disk, whole and of this run; files without any use are removed.

        Of use are blocks among ``expected``, and others that a longer run may want.

        Parameters
        ----------
        expected : mapping of int to (int, int)
            Block number to first trial and number of trials.

        Returns
        -------
        set of int

        Raises
        ------
        StorageError
            A file can be neither read nor removed.
        """
        done: set[int] = set()
        for path in self._files():
            try:
                spans = self._load(path).spans
            except DamagedBlocks:
                spans = ()
            of_use = {
                each.index
                for each in spans
                if expected.get(each.index) == (each.first_trial, each.trials)
            }
            if of_use or any(each.index not in expected for each in spans):
                self.take(path.name, of_use)
                done |= of_use
            else:
                self._unlink(path)
        return done

    def take(self, name: str, blocks: Collection[int]) -> None:
        """Note that a file holds these blocks.

        Raises
        ------
        FileNotFoundError
            It is not there.
        """
        if not (self.folder / name).exists():
            raise FileNotFoundError(self.folder / name)
        self._file_of |= dict.fromkeys(blocks, name)

    def reaches_beyond(self, trials: int) -> bool:
        """Whether a whole block on disk has a later trial than the first so many."""
        for path in self._files():
            # The name says it, if it is a whole file at all.
            if _last_trial(path) >= trials:
                with contextlib.suppress(DamagedBlocks):
                    self._load(path)
                    return True
        return False

    def write(self, blocks: Gathered) -> str:
        """Write the file of some blocks, whole; `sync` makes its name durable.

        Returns
        -------
        str
            Name of the file. The same blocks have the same one.

        Raises
        ------
        StorageError
            Full disk or other trouble; nothing partial is left. On a full disk the first half of
            the blocks is kept if it finds room, or the first half of that.
        """
        first, last = blocks.spans[0], blocks.spans[-1]
        end = last.first_trial + last.trials
        path = self.folder / f"block-{first.first_trial:06d}-{end - 1:06d}.bin"
        # A worker that outlived its client must not write among the blocks of the next run.
        if read_manifest(self.folder) != self.identity:
            raise StorageError(f"{self.folder} now belongs to another run")
        try:
            files.write_whole(path, blocks.content(self.identity), sync_name=False)
        except OSError as error:
            is_full = error.errno in _FULL
            if is_full and len(blocks.spans) > 1:
                with contextlib.suppress(StorageError):
                    self.write(blocks.first(len(blocks.spans) // 2))
            cure = "make room there" if is_full else "put that right"
            raise StorageError(
                f"cannot write {path}: {files.reason(error)}; {cure}, then run the same command "
                "again: finished blocks are kept"
            ) from error
        return path.name

    def sync(self) -> None:
        """Make the names of the blocks written so far survive a power cut.

        Once for several: a block whose name is lost is computed again.
        """
        files.sync_folder(self.folder)

    def read(self, index: int) -> BlockResult:
        """Read a block back, the checksum of its file verified.

        The last file is kept: blocks are read in their order, and lie in it like that.

        Raises
        ------
        StorageError
            Missing, damaged or another run's block.
        """
        name = self._file_of.get(index)
        if name is None:
            raise StorageError(
                f"{self.folder} has no block {index}; run the same command again: it computes "
                "what is missing"
            )
        if self._read is None or self._read[0] != name:
            self._read = None  # one file in memory at a time
            path = self.folder / name
            try:
                stored = self._load(path)
                if index not in stored:
                    raise DamagedBlocks(f"it lacks block {index}")
                self._read = name, stored
            except DamagedBlocks as error:
                raise StorageError(
                    f"{path} is damaged ({error}); run the same command again: it repeats the "
                    "blocks of this file only"
                ) from error
        return self._read[1].block(index)

    def close(self) -> None:
        """Give the lock back; the blocks stay."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def remove(self) -> None:
        """Delete the blocks, the manifest and the folder, then give the lock back.

        Foreign files in the folder are left, and the folder with them.

        Raises
        ------
        StorageError
            Something could not be deleted.
        """
        try:
            self._drop_blocks()
            for pattern in (_OF_ANY_FORM, re.escape(WORLD_NAME)):
                files.sweep_temporaries(self.folder, pattern)
            clear_stop(self.folder)
            (self.folder / WORLD_NAME).unlink(missing_ok=True)
            (self.folder / MANIFEST_NAME).unlink(missing_ok=True)
            (self.folder / LOCK_NAME).unlink(missing_ok=True)
            self.folder.rmdir()
        except OSError as error:
            if error.errno == errno.ENOTEMPTY:
                return
            raise StorageError(
                f"cannot delete {self.folder}: {files.reason(error)}; the result is complete, "
                "delete the folder by hand"
            ) from error
        finally:
            self.close()

    def _prepare(self, replace: bool) -> None:
        clear_stop(self.folder)
        for pattern in (_OF_ANY_FORM, re.escape(MANIFEST_NAME), re.escape(WORLD_NAME)):
            files.sweep_temporaries(self.folder, pattern)
        earlier = read_manifest(self.folder)
        if earlier == self.identity:
            return
        if earlier is not None:
            different = _differences(earlier, self.identity)
            if different and not replace:
                # Where nothing else differs, the run can go on as it was begun.
                alike = dataclasses.replace(self.identity, backend=earlier.backend)
                same = f"go on with --backend {earlier.backend}, "
                raise InputError(
                    f"{self.folder} holds blocks of another run: {different}; "
                    f"{'' if _differences(earlier, alike) else same}delete that folder, "
                    "drop them with --overwrite, or choose another output with -o"
                )
            if self._drop_blocks():
                why = different or (
                    f"{_length(earlier)} trials per block there, now {_length(self.identity)}"
                )
                self.notice = (
                    f"dropped the blocks of an earlier run in {self.folder}: {why}. {self.notice}"
                ).strip()
        write_manifest(self.folder, self.identity)

    def _load(self, path: Path) -> StoredBlocks:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise StorageError(
                f"cannot read {path}: {files.reason(error)}; run the same command again: it "
                "repeats what is missing"
            ) from error
        stored = decode_blocks(content)
        if stored.identity != self.identity:
            raise DamagedBlocks("it belongs to another run")
        return stored

    def _drop_blocks(self) -> bool:
        """Remove all files of blocks; whether there were any."""
        paths = self._files(_OF_ANY_FORM)
        for path in paths:
            path.unlink(missing_ok=True)
        return bool(paths)

    def _files(self, pattern: str = _FILE) -> list[Path]:
        """Files that are named like those of blocks."""
        return [path for path in self.folder.iterdir() if re.fullmatch(pattern, path.name)]

    def _unlink(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(
                f"{path} holds no whole block of this run and cannot be removed: "
                f"{files.reason(error)}; delete it by hand"
            ) from error


def _last_trial(path: Path) -> int:
    """Last trial of a file of blocks, by its name."""
    return int(path.stem.rpartition("-")[2])


def _length(identity: RunIdentity) -> str:
    return "ever more" if identity.block_trials is None else str(identity.block_trials)


def _differences(earlier: RunIdentity, now: RunIdentity) -> str:
    """What makes blocks of an earlier run useless for this one, empty if only their length."""
    return "; ".join(
        f"{words} there {str(getattr(earlier, name))[:12]}, now {str(getattr(now, name))[:12]}"
        for name, words in _NAMES.items()
        if getattr(earlier, name) != getattr(now, name)
    )
