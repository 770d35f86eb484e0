"""A folder of blocks is used only if capest made it; what else lies in one stays."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from capest.errors import InputError
from capest.results.blockfile import gather
from capest.results.lock import locked
from capest.results.store import BlockStore
from tests.results import synthetic
from tests.results.synthetic import IDENTITY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out.nc.blocks"


@pytest.mark.parametrize(
    "name", ["stop", "block-000001-000009.bin", "block-000001.npz", "photo.jpg"]
)
@pytest.mark.parametrize("overwrite", [False, True])
def test_somebody_elses_folder_is_left_alone(folder: Path, name: str, overwrite: bool) -> None:
    folder.mkdir()
    (folder / name).write_text("precious")
    with pytest.raises(InputError, match=f"holds {name} and no blocks of capest"):
        BlockStore.open(folder, IDENTITY, replace=overwrite)
    assert [path.name for path in folder.iterdir()] == [name]
    assert (folder / name).read_text() == "precious"


@pytest.mark.parametrize("kind", ["link", "file", "pipe"])
def test_no_folder_at_all(folder: Path, kind: str) -> None:
    if kind == "link":
        (folder.parent / "elsewhere").mkdir()
        folder.symlink_to(folder.parent / "elsewhere")
    elif kind == "file":
        folder.write_text("precious")
    else:
        os.mkfifo(folder)
    with pytest.raises(InputError, match=f"is a {kind}, where the blocks of the run would lie"):
        BlockStore.open(folder, IDENTITY)


def test_a_manifest_that_is_a_pipe(folder: Path) -> None:
    folder.mkdir()
    os.mkfifo(folder / "manifest.json")
    with pytest.raises(InputError, match="is a pipe"):
        BlockStore.open(folder, IDENTITY)


@pytest.mark.parametrize("left", [[], ["lock"], ["lock", ".manifest.json.host-1-0123abcd.tmp"]])
def test_what_a_start_that_died_left_is_used(folder: Path, left: list[str]) -> None:
    folder.mkdir()
    for name in left:
        (folder / name).touch()
    BlockStore.open(folder, IDENTITY).close()
    assert sorted(path.name for path in folder.iterdir()) == ["lock", "manifest.json"]


def test_files_beside_blocks_stay(folder: Path) -> None:
    store = BlockStore.open(folder, IDENTITY)
    store.write(gather([(0, synthetic.block(0, 4))]))
    mine = {"block-notes.npz", "block-notes-1.bin", "block-1-2.bin"}
    for name in mine:
        (folder / name).write_text("precious")
    store.close()
    other = BlockStore.open(folder, replace(IDENTITY, fingerprint="other"), replace=True)
    assert {path.name for path in folder.glob("block-*")} == mine
    other.remove()
    assert {path.name for path in folder.iterdir()} == mine


def test_a_lock_without_blocks_keeps_a_run_out(folder: Path) -> None:
    with locked(folder), pytest.raises(InputError, match="another run is writing in"):
        BlockStore.open(folder, IDENTITY)
    assert not folder.exists()
    store = BlockStore.open(folder, IDENTITY)
    with pytest.raises(InputError, match="another run is writing in"), locked(folder):
        pass
    assert (folder / "manifest.json").exists()
    store.remove()
