"""The block store: resume, refusal of other runs, damage, locks and disks that say no."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import pickle
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from capest.errors import InputError, StorageError
from capest.results import files
from capest.results.blockfile import gather
from capest.results.manifest import MANIFEST_NAME
from capest.results.store import BlockStore
from tests.results import synthetic
from tests.results.synthetic import IDENTITY
from tests.results.test_block_files import same

EXPECTED = synthetic.expected(10, 4)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "out.nc.blocks"


FILES = ["block-000000-000003.bin", "block-000004-000007.bin", "block-000008-000009.bin"]


def write(store, *indices, seed=1, trials=10):
    """One file with these blocks of a run of so many trials."""
    found = (
        (index, synthetic.block(4 * index, min(4, trials - 4 * index), seed=seed))
        for index in indices
    )
    return store.write(gather(list(found)))


def filled(folder, indices=(0, 1, 2), identity=IDENTITY):
    """A file for each block."""
    store = BlockStore.open(folder, identity)
    for index in indices:
        store.take(write(store, index), [index])
    return store


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_a_worker_wrote_is_found_by_the_next_run(folder):
    client = BlockStore.open(folder, IDENTITY)
    name = write(BlockStore.attach(folder, IDENTITY), 1)
    client.take(name, [1])
    assert same(client.read(1), synthetic.block(4, 4))
    client.close()
    again = BlockStore.open(folder, IDENTITY)
    assert again.notice == ""
    assert again.finished(EXPECTED) == {1}
    assert same(again.read(1), synthetic.block(4, 4))
    assert names(folder) == [FILES[1], "lock", "manifest.json"]


def test_blocks_are_read_from_whatever_file_holds_them(folder):
    store = BlockStore.open(folder, IDENTITY)
    first = write(store, 0, 2)
    second = write(store, 1)
    assert store.finished(EXPECTED) == {0, 1, 2}
    for index, block in [*synthetic.blocks(10, 4), (0, synthetic.block(0, 4))]:
        assert same(store.read(index), block)
    assert names(folder) == [first, second, "lock", "manifest.json"]


def test_a_file_that_a_worker_wrote_out_of_sight_is_missed(folder):
    store = BlockStore.open(folder, IDENTITY)
    with pytest.raises(FileNotFoundError):
        store.take(FILES[1], [1])


def test_a_block_may_be_written_twice(folder):
    store = filled(folder)
    write(store, 1)
    write(store, 1, 2)
    write(store, 0, 1)
    assert store.finished(EXPECTED) == {0, 1, 2}
    assert all(same(store.read(index), block) for index, block in synthetic.blocks(10, 4))


@pytest.mark.parametrize("damage", ["flipped", "truncated", "empty", "other", "longer", "zip"])
def test_damaged_files_are_removed_and_not_counted(folder, damage):
    store = filled(folder, (0, 2))
    name = write(store, 1)
    path = folder / name
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        content[len(content) // 2] ^= 1
    cut = {"truncated": 1000, "empty": 0}.get(damage, len(content))
    path.write_bytes(content[:cut])
    if damage == "other":
        identity = replace(IDENTITY, fingerprint="f" * 64)
        path.write_bytes(gather([(1, synthetic.block(4, 4))]).content(identity))
    if damage == "longer":
        path.write_bytes(content + bytes(4096))
    if damage == "zip":
        path.write_bytes(b"PK\x03\x04" + content)
    store.take(name, [1])
    with pytest.raises(
        StorageError, match=r"block-000004-000007.bin is damaged .* same command again"
    ) as caught:
        store.read(1)
    assert "\n" not in str(caught.value)
    assert store.finished(EXPECTED) == {0, 2}
    assert not path.exists()


def test_a_file_with_other_blocks_than_it_had_is_damaged(folder):
    store = filled(folder, (0, 1))
    (folder / FILES[1]).write_bytes((folder / FILES[0]).read_bytes())
    with pytest.raises(StorageError, match=r"is damaged \(it lacks block 1\)"):
        store.read(1)


def test_a_block_with_another_number_of_trials_is_removed(folder):
    # The earlier run had 10 trials: its last block has 2; this one has 12.
    store = filled(folder)
    assert store.finished(synthetic.expected(12, 4)) == {0, 1}
    assert names(folder) == [*FILES[:2], "lock", "manifest.json"]


def test_of_a_file_those_blocks_are_used_that_are_the_runs(folder):
    store = BlockStore.open(folder, IDENTITY)
    whole = write(store, 0, 1, 2)
    longer = synthetic.expected(12, 4)
    assert store.finished(longer) == {0, 1}
    store.take(write(store, 2, trials=12), [2])
    again = BlockStore.attach(folder, IDENTITY)
    for one in (store, again):
        assert one.finished(longer) == {0, 1, 2}
        assert one.read(2).trials == 4
        assert same(one.read(1), synthetic.block(4, 4))
    # A shorter run again: the last block of its own is in the other file still.
    assert store.finished(EXPECTED) == {0, 1, 2}
    assert store.read(2).trials == 2
    assert whole in names(folder)


def test_blocks_beyond_the_run_stay(folder):
    store = filled(folder)
    assert store.finished({0: (0, 4)}) == {0}
    assert names(folder)[:3] == FILES
    assert store.reaches_beyond(9)
    assert not store.reaches_beyond(10)


def test_a_damaged_file_reaches_nowhere(folder):
    store = filled(folder)
    (folder / FILES[2]).write_bytes(b"half")
    assert not store.reaches_beyond(8)
    assert store.reaches_beyond(7)


def test_a_missing_block_is_one_clear_line(folder):
    store = BlockStore.open(folder, IDENTITY)
    with pytest.raises(StorageError, match=r"has no block 0; run the same command again"):
        store.read(0)
    store.take(write(store, 0), [0])
    (folder / FILES[0]).unlink()
    with pytest.raises(StorageError, match=r"cannot read .*block-000000-000003.bin: No such file"):
        store.read(0)


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("fingerprint", "f" * 64, ["scenario", "0123456789ab", "ffffffffffff"]),
        ("version", "9.9.9", ["version", "0.1.0", "9.9.9"]),
        ("backend", "cupy", ["backend", "numpy", "cupy"]),
        ("form", 3, ["form of block files", "there 2", "now 3"]),
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


def test_a_run_that_was_begun_with_another_backend_can_go_on_with_it(folder):
    filled(folder).close()
    with pytest.raises(InputError, match="now native; go on with --backend numpy, delete that"):
        BlockStore.open(folder, replace(IDENTITY, backend="native"))
    with pytest.raises(InputError) as caught:
        BlockStore.open(folder, replace(IDENTITY, backend="native", version="9.9.9"))
    assert "--backend" not in str(caught.value)


def test_a_folder_of_the_earlier_form_is_refused_or_replaced(folder):
    """A zip a block, as capest 0.2.0 and the first builds of 0.3.0 wrote them."""
    folder.mkdir()
    manifest = {"capest_blocks": 1, **asdict(IDENTITY)}
    del manifest["form"]
    (folder / MANIFEST_NAME).write_text(json.dumps(manifest, indent=1))
    for name in ("block-000000.npz", ".block-000001.npz.host-12-0123abcd.tmp"):
        (folder / name).write_bytes(b"PK")
    with pytest.raises(InputError) as caught:
        BlockStore.open(folder, IDENTITY)
    message = str(caught.value)
    assert "\n" not in message
    assert "form of block files there 1, now 2; delete that folder" in message
    assert "block-000000.npz" in names(folder)
    store = BlockStore.open(folder, IDENTITY, replace=True)
    assert "dropped the blocks of an earlier run" in store.notice
    assert names(folder) == ["lock", "manifest.json"]
    assert filled_again(store) == set(EXPECTED)


def filled_again(store):
    write(store, *EXPECTED)
    return store.finished(EXPECTED)


def test_blocks_of_another_length_are_dropped_with_a_notice(folder):
    filled(folder).close()
    store = BlockStore.open(folder, replace(IDENTITY, block_trials=5))
    assert "dropped the blocks of an earlier run" in store.notice
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
    left = folder / ".block-000007-000009.bin.elsewhere-123.tmp"
    left.write_bytes(b"half")
    (folder / ".mine.txt").write_text("not ours")
    BlockStore.open(folder, IDENTITY)
    assert not left.exists()
    assert (folder / ".mine.txt").exists()


def test_workers_sweep_nothing(folder):
    BlockStore.open(folder, IDENTITY)
    left = folder / ".block-000007-000009.bin.elsewhere-123.tmp"
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
    before = (folder / FILES[1]).read_bytes()

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
            write(store, index, seed=9)
    assert names(folder) == [*FILES[:2], "lock", "manifest.json"]
    assert (folder / FILES[1]).read_bytes() == before


def test_a_disk_that_fills_up_keeps_the_blocks_that_find_room(folder, monkeypatch):
    store = BlockStore.open(folder, IDENTITY)
    longest = len(gather([(0, synthetic.block(0, 4))]).content(IDENTITY)) + 500
    write_bytes = Path.write_bytes

    def room_for_one(self, content):
        write_bytes(self, content[:longest])
        if len(content) > longest:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", room_for_one)
    with pytest.raises(StorageError, match=r"000009.bin: No space left.*blocks are kept"):
        write(store, 0, 1, 2)
    assert names(folder) == [FILES[0], "lock", "manifest.json"]
    assert store.finished(EXPECTED) == {0}
    assert same(store.read(0), synthetic.block(0, 4))


def test_a_full_disk_at_the_start_is_trouble_not_bad_input(folder, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(StorageError, match="No space left"):
        BlockStore.open(folder, IDENTITY)


def test_identity_travels_to_workers():
    assert pickle.loads(pickle.dumps(IDENTITY)) == IDENTITY
