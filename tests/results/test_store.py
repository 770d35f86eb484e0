"""The block store: resume, refusal of other runs, damage, locks and disks that say no."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from capest.errors import InputError, StorageError
from capest.results import files
from capest.results.store import BlockStore
from tests.results import synthetic
from tests.results.synthetic import IDENTITY
from tests.results.test_block_files import same

EXPECTED = synthetic.expected(10, 4)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "out.nc.blocks"


def filled(folder, indices=(0, 1, 2), identity=IDENTITY):
    store = BlockStore.open(folder, identity)
    for index, block in synthetic.blocks(10, 4):
        if index in indices:
            store.write(index, block)
    return store


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_a_worker_wrote_is_found_by_the_next_run(folder):
    client = BlockStore.open(folder, IDENTITY)
    BlockStore.attach(folder, IDENTITY).write(1, synthetic.block(4, 4))
    client.close()
    again = BlockStore.open(folder, IDENTITY)
    assert again.notice == ""
    assert again.finished(EXPECTED) == {1}
    assert same(again.read(1), synthetic.block(4, 4))
    assert names(folder) == ["block-000001.npz", "lock", "manifest.json"]


def test_a_block_may_be_written_twice(folder):
    store = filled(folder)
    store.write(1, synthetic.block(4, 4))
    assert store.finished(EXPECTED) == {0, 1, 2}


@pytest.mark.parametrize("damage", ["flipped", "truncated", "empty", "other"])
def test_damaged_blocks_are_removed_and_not_counted(folder, damage):
    store = filled(folder)
    path = store.path(1)
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        content[len(content) // 2] ^= 1
    cut = {"truncated": 1000, "empty": 0}.get(damage, len(content))
    path.write_bytes(content[:cut])
    if damage == "other":
        path.write_bytes(store.path(0).read_bytes())
    with pytest.raises(StorageError, match=r"block-000001.npz is damaged .* same command again"):
        store.read(1)
    assert store.finished(EXPECTED) == {0, 2}
    assert not path.exists()


def test_a_block_with_another_number_of_trials_is_removed(folder):
    # The earlier run had 10 trials: its last block has 2; this one has 12.
    store = filled(folder)
    assert store.finished(synthetic.expected(12, 4)) == {0, 1}
    assert not store.path(2).exists()


def test_blocks_beyond_the_run_stay(folder):
    store = filled(folder)
    assert store.finished({0: (0, 4)}) == {0}
    assert store.path(1).exists()


def test_a_missing_block_is_one_clear_line(folder):
    with pytest.raises(StorageError, match=r"cannot read .*block-000000.npz: No such file"):
        BlockStore.open(folder, IDENTITY).read(0)


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("fingerprint", "f" * 64, ["scenario", "0123456789ab", "ffffffffffff"]),
        ("version", "9.9.9", ["version", "0.1.0", "9.9.9"]),
        ("backend", "cupy", ["backend", "numpy", "cupy"]),
    ],
)
def test_blocks_of_another_run_are_refused_and_kept(folder, field, value, shown):
    filled(folder).close()
    with pytest.raises(InputError) as caught:
        BlockStore.open(folder, replace(IDENTITY, **{field: value}))
    message = str(caught.value)
    assert "\n" not in message
    assert all(word in message for word in [*shown, str(folder), "delete", "-o"])
    # Refusing gave the lock back and touched nothing.
    assert BlockStore.open(folder, IDENTITY).finished(EXPECTED) == {0, 1, 2}


def test_blocks_of_another_length_are_dropped_with_a_notice(folder):
    filled(folder).close()
    store = BlockStore.open(folder, replace(IDENTITY, block_trials=5))
    assert "dropped 3 blocks" in store.notice
    assert "4 trials per block" in store.notice
    assert store.finished(synthetic.expected(10, 5)) == set()
    assert json.loads((folder / "manifest.json").read_text())["block_trials"] == 5


def test_another_length_without_blocks_needs_no_notice(folder):
    filled(folder, ()).close()
    assert BlockStore.open(folder, replace(IDENTITY, block_trials=5)).notice == ""


def test_a_manifest_that_is_none_is_refused(folder):
    filled(folder).close()
    (folder / "manifest.json").write_text("{")
    with pytest.raises(InputError, match=r"not a manifest of capest blocks; delete"):
        BlockStore.open(folder, IDENTITY)


def test_temporary_files_of_dead_runs_are_swept(folder):
    filled(folder).close()
    left = folder / ".block-000007.npz.elsewhere-123.tmp"
    left.write_bytes(b"half")
    (folder / ".mine.txt").write_text("not ours")
    BlockStore.open(folder, IDENTITY)
    assert not left.exists()
    assert (folder / ".mine.txt").exists()


def test_workers_sweep_nothing(folder):
    BlockStore.open(folder, IDENTITY)
    left = folder / ".block-000007.npz.elsewhere-123.tmp"
    left.write_bytes(b"half")
    BlockStore.attach(folder, IDENTITY)
    assert left.exists()


def test_a_second_run_on_the_same_output_is_refused(folder):
    store = BlockStore.open(folder, IDENTITY)
    with pytest.raises(InputError, match="another run is writing in"):
        BlockStore.open(folder, IDENTITY)
    store.close()
    BlockStore.open(folder, IDENTITY).close()


def _hold(folder, ready):
    store = BlockStore.open(folder, IDENTITY)
    ready.set()
    multiprocessing.Event().wait(60)
    store.close()


def test_the_lock_dies_with_its_process(folder):
    spawn = multiprocessing.get_context("spawn")
    ready = spawn.Event()
    holder = spawn.Process(target=_hold, args=(folder, ready))
    holder.start()
    assert ready.wait(30)
    with pytest.raises(InputError, match="another run"):
        BlockStore.open(folder, IDENTITY)
    holder.kill()
    holder.join()
    BlockStore.open(folder, IDENTITY).close()


def test_without_locks_in_the_file_system_the_run_goes_on_with_a_notice(folder, monkeypatch):
    def no_locks(descriptor, operation):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", no_locks)
    assert "no locks" in BlockStore.open(folder, IDENTITY).notice


def test_remove_leaves_nothing_but_foreign_files(folder):
    filled(folder).remove()
    assert not folder.exists()
    store = filled(folder)
    (folder / "notes.txt").write_text("mine")
    store.remove()
    assert names(folder) == ["notes.txt"]


def test_a_worker_that_cannot_see_the_folder_says_so(folder):
    with pytest.raises(StorageError, match="a worker cannot see"):
        BlockStore.attach(folder, IDENTITY)


def test_an_output_that_cannot_be_made_is_bad_input(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"cannot write in .*; choose another output with -o"):
        BlockStore.open(tmp_path / "file" / "blocks", IDENTITY)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_bad_input(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="Permission denied"):
        BlockStore.open(tmp_path / "blocks", IDENTITY)


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_a_read_only_folder_is_bad_input(folder, monkeypatch, code):
    def refuse(*arguments, **named):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(InputError, match="cannot write in"):
        BlockStore.open(folder, IDENTITY)


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_nothing_and_spoils_nothing(folder, monkeypatch, step):
    store = filled(folder, (0, 1))
    before = store.path(1).read_bytes()

    def full(*arguments, **named):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def half_then_full(self, content):
        with open(self, "wb") as file:
            file.write(content[: len(content) // 2])
        full()

    where = {"write": (Path, "write_bytes"), "fsync": (os, "fsync"), "replace": (os, "replace")}
    monkeypatch.setattr(*where[step], half_then_full if step == "write" else full)
    for index in (1, 2):
        with pytest.raises(StorageError, match=r"No space left.*make room.*blocks are kept"):
            store.write(index, synthetic.block(4 * index, 4, seed=9))
    assert names(folder) == ["block-000000.npz", "block-000001.npz", "lock", "manifest.json"]
    assert store.path(1).read_bytes() == before


def test_a_full_disk_at_the_start_is_trouble_not_bad_input(folder, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(StorageError, match="No space left"):
        BlockStore.open(folder, IDENTITY)


def test_identity_travels_to_workers():
    assert pickle.loads(pickle.dumps(IDENTITY)) == IDENTITY
