"""Blocks of a run on disk: written whole by workers, found again by the next run.

A folder holds ``manifest.json`` (whose blocks these are), ``lock`` (one client at a time),
``world.pickle`` (what workers compute with) and ``block-000123.npz`` files. A block may be written
twice, by two workers even: both write the same bytes and the rename is atomic.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Mapping
from pathlib import Path

from capest.errors import InputError, StorageError
from capest.results import files
from capest.results.blockfile import DamagedBlock, RunIdentity, decode_block, encode_block
from capest.results.lock import LOCK_NAME, take_lock
from capest.results.manifest import MANIFEST_NAME, check_folder, read_manifest, write_manifest
from capest.results.stop_mark import clear_stop
from capest.statistics.block import BlockResult

WORLD_NAME = "world.pickle"
"""What the client has built for the workers."""

_BLOCK = r"block-\d{6,}\.npz"
_FULL = {errno.ENOSPC, errno.EDQUOT}
_NAMES = {
    "fingerprint": "scenario (fingerprint)",
    "version": "capest version",
    "backend": "backend",
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

    def path(self, index: int) -> Path:
        """Path of a block's file."""
        return self.folder / f"block-{index:06d}.npz"

    def finished(self, expected: Mapping[int, tuple[int, int]]) -> set[int]:
        """Blocks that are on disk, whole and of this run; others among ``expected`` are removed.

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
        present = {path.name for path in self._blocks()}
        done = set()
        for index, span in expected.items():
            if self.path(index).name not in present:
                continue
            try:
                block = self._load(index)
            except DamagedBlock:
                block = None
            if block is not None and (block.first_trial, block.trials) == span:
                done.add(index)
            else:
                self._unlink(self.path(index))
        return done

    def reaches_beyond(self, trials: int) -> bool:
        """Whether a block on disk has a later trial than the first so many."""
        for path in self._blocks():
            with contextlib.suppress(DamagedBlock):
                block = self._load(int(path.stem.removeprefix("block-")))
                if block.first_trial + block.trials > trials:
                    return True
        return False

    def write(self, index: int, block: BlockResult) -> None:
        """Write a block's file, whole, replacing an earlier one; `sync` makes its name durable.

        Raises
        ------
        StorageError
            Full disk or other trouble; nothing partial is left.
        """
        path = self.path(index)
        # A worker that outlived its client must not write among the blocks of the next run.
        if read_manifest(self.folder) != self.identity:
            raise StorageError(f"{self.folder} now belongs to another run")
        try:
            files.write_whole(path, encode_block(self.identity, index, block), sync_name=False)
        except OSError as error:
            cure = "make room there" if error.errno in _FULL else "put that right"
            raise StorageError(
                f"cannot write {path}: {files.reason(error)}; {cure}, then run the same command "
                "again: finished blocks are kept"
            ) from error

    def sync(self) -> None:
        """Make the names of the blocks written so far survive a power cut.

        Once for several: a block whose name is lost is computed again.
        """
        files.sync_folder(self.folder)

    def read(self, index: int) -> BlockResult:
        """Read a block back, its checksums verified.

        Raises
        ------
        StorageError
            Missing, damaged or another run's block.
        """
        try:
            return self._load(index)
        except DamagedBlock as error:
            raise StorageError(
                f"{self.path(index)} is damaged ({error}); run the same command again: it repeats "
                "this block only"
            ) from error

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
            for pattern in (_BLOCK, re.escape(WORLD_NAME)):
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
        for pattern in (_BLOCK, re.escape(MANIFEST_NAME), re.escape(WORLD_NAME)):
            files.sweep_temporaries(self.folder, pattern)
        earlier = read_manifest(self.folder)
        if earlier == self.identity:
            return
        if earlier is not None:
            different = _differences(earlier, self.identity)
            if different and not replace:
                raise InputError(
                    f"{self.folder} holds blocks of another run: {different}; delete that folder, "
                    "drop them with --overwrite, or choose another output with -o"
                )
            dropped = self._drop_blocks()
            if dropped:
                why = different or (
                    f"{_length(earlier)} trials per block there, now {_length(self.identity)}"
                )
                self.notice = (
                    f"dropped {dropped} blocks of an earlier run in {self.folder}: {why}. "
                    f"{self.notice}"
                ).strip()
        write_manifest(self.folder, self.identity)

    def _load(self, index: int) -> BlockResult:
        path = self.path(index)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise StorageError(
                f"cannot read {path}: {files.reason(error)}; run the same command again: it "
                "repeats what is missing"
            ) from error
        header, block = decode_block(content)
        if (header.identity, header.index) != (self.identity, index):
            raise DamagedBlock("it belongs to another run")
        return block

    def _drop_blocks(self) -> int:
        paths = self._blocks()
        for path in paths:
            path.unlink(missing_ok=True)
        return len(paths)

    def _blocks(self) -> list[Path]:
        """Files that are named like blocks."""
        return [path for path in self.folder.iterdir() if re.fullmatch(_BLOCK, path.name)]

    def _unlink(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(
                f"{path} is not a whole block of this run and cannot be removed: "
                f"{files.reason(error)}; delete it by hand"
            ) from error


def _length(identity: RunIdentity) -> str:
    return "ever more" if identity.block_trials is None else str(identity.block_trials)


def _differences(earlier: RunIdentity, now: RunIdentity) -> str:
    """What makes blocks of an earlier run useless for this one, empty if only their length."""
    return "; ".join(
        f"{words} there {getattr(earlier, name)[:12]}, now {getattr(now, name)[:12]}"
        for name, words in _NAMES.items()
        if getattr(earlier, name) != getattr(now, name)
    )
