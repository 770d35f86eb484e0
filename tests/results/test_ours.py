"""Only files that capest made are replaced, and only if they are those that were looked at."""

from __future__ import annotations

import errno
import json
import os
import socket
from pathlib import Path

import pytest

from capest.errors import InputError, StorageError
from capest.results import files
from capest.results.files import sweep_temporaries, temporary_path
from capest.results.ours import MADE_BY, TOML_MARK, Made, look, made_by_capest
from tests.results.test_netcdf import write

OF_0_2 = ("cells", "active", "slots", "demand_mbit_s", "bound", "trials", "seed", "strategies")


def foreign(folder: Path) -> dict[str, bytes]:
    """Files that somebody else made, some of which look like ours."""
    import netCDF4

    with netCDF4.Dataset(folder / "other.nc", "w") as dataset:
        dataset.setncatts({"title": "mine", "scenario_fingerprint": "abc"})
    whole = write_bytes(folder)
    return {
        "scenario.toml": b'title = "mine"\n',
        "empty": b"",
        "other.nc": (folder / "other.nc").read_bytes(),
        "half.nc": whole[: len(whole) // 2],
        "list.json": b"[1]",
        "other.json": json.dumps(dict.fromkeys(OF_0_2[1:], 1)).encode(),
        "made_by.json": json.dumps({"made_by": "somebody", "strategies": [], "cells": 1}).encode(),
        "deep.json": b'{"a":' * 20_000,
        "half.json": b'{"made_by": "capest 0.2.0", "strategies": [',
        "picture.png": b"\x89PNG\r\n\x1a\n" + b"tEXtSoftware\0Matplotlib",
        "notes.txt": f"the mark is {TOML_MARK}".encode(),
        "binary": bytes(range(256)),
    }


def write_bytes(folder: Path) -> bytes:
    write(folder / "whole.nc")
    return (folder / "whole.nc").read_bytes()


def test_what_others_made_is_refused_in_one_line(tmp_path: Path) -> None:
    for name, content in foreign(tmp_path).items():
        path = tmp_path / name
        path.write_bytes(content)
        assert made_by_capest(path) is None, name
        with pytest.raises(InputError, match="left alone; choose another name") as caught:
            look(path, *Made)
        assert "\n" not in str(caught.value)
        assert path.read_bytes() == content


@pytest.mark.parametrize("kind", ["pipe", "socket", "folder", "link", "broken link"])
def test_what_is_no_regular_file_is_refused_unopened(tmp_path: Path, kind: str) -> None:
    path, elsewhere = tmp_path / "out.nc", tmp_path / "elsewhere.nc"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(os.path.relpath(path))
        listener.close()
    elif kind == "folder":
        path.mkdir()
    else:
        if kind == "link":
            write(elsewhere)
        path.symlink_to(elsewhere)
    before = os.lstat(path)
    with pytest.raises(InputError, match=f"is a {kind.removeprefix('broken ')}"):
        look(path, *Made)
    assert os.path.samestat(os.lstat(path), before)


@pytest.mark.parametrize("device", ["/dev/null", "/dev/full"])
def test_devices_are_refused(device: str) -> None:
    with pytest.raises(InputError, match=f"-o {device}: is a device"):
        look(device, *Made)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a\0b.nc", "holds a NUL character"),
        ("a\udcff.nc", "is not UTF-8"),
        ("x" * 300 + ".nc", "it has 303 bytes"),
        ("x" * 250, "it has 250 bytes"),
        ("é" * 125, "it has 250 bytes"),
    ],
)
def test_names_that_no_file_can_have(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        look(tmp_path / name, *Made)
    assert str(caught.value).isprintable()


def test_the_longest_name_said_to_fit_does(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        look(tmp_path / ("x" * 250))
    most = int(str(caught.value).split("and ")[1].split()[0])
    look(tmp_path / ("x" * most)).write(b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["x" * most]
    with pytest.raises(InputError):
        look(tmp_path / ("y" * (most + 1)))


def test_what_capest_made_is_known(tmp_path: Path) -> None:
    write(tmp_path / "result.nc")
    old = tmp_path / "old.json"
    old.write_text(json.dumps(dict.fromkeys(OF_0_2, 1)))
    new = tmp_path / "new.json"
    new.write_text(json.dumps({"made_by": MADE_BY, "more": 1, "strategies": []}))
    answer = tmp_path / "answer.json"
    answer.write_text(json.dumps({"capest": "0.2.0", "cases": []}))
    scenario = tmp_path / "mine.toml"
    scenario.write_text(f"{TOML_MARK}\ntitle = 'a'\n")
    expected = {"result.nc": Made.RESULT, "old.json": Made.COMPARISON, "new.json": Made.COMPARISON}
    expected |= {"answer.json": Made.ANSWER, "mine.toml": Made.SCENARIO}
    for name, made in expected.items():
        assert look(tmp_path / name, made).made is made
        others = [each for each in Made if each is not made]
        with pytest.raises(InputError, match=f"holds {made}, and is left alone"):
            look(tmp_path / name, *others)


def test_a_name_that_is_free_is_taken_once(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    first, second = look(path), look(path)
    first.write(b"first")
    with pytest.raises(StorageError, match="appeared there, or changed"):
        second.write(b"second")
    assert path.read_bytes() == b"first"
    assert [each.name for each in tmp_path.iterdir()] == ["out.json"]


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
@pytest.mark.parametrize("there", [True, False], ids=["replaced", "new"])
def test_a_file_that_appears_meanwhile_is_kept(tmp_path, monkeypatch, links, there):
    if not links:

        def refuse(*_):
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))

        monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "out.nc"
    if there:
        write(path)
    target = look(path, Made.RESULT)
    path.unlink(missing_ok=True)
    path.write_bytes(b"somebody else's")
    with pytest.raises(StorageError, match="left alone"):
        target.write(b"ours")
    assert path.read_bytes() == b"somebody else's"
    path.unlink()
    if not there:
        target.write(b"ours")
        assert path.read_bytes() == b"ours"
    assert len(list(tmp_path.iterdir())) == (0 if there else 1)


def test_a_result_survives_its_second_name(tmp_path: Path) -> None:
    # As after a kill between the two names.
    path = tmp_path / "out.nc"
    path.write_bytes(b"whole")
    left = temporary_path(path)
    os.link(path, left)
    files.discard(left)
    assert path.read_bytes() == b"whole"
    assert not left.exists()


def test_only_names_like_ours_are_swept(tmp_path: Path) -> None:
    path = tmp_path / "out.nc"
    stay = [".out.nc.backup.tmp", ".out.nc.tmp", ".out.nc.old-copy.tmp", "out.nc.host-1.tmp"]
    go = [".out.nc.host-1.tmp", temporary_path(path).name]
    for name in stay + go:
        (tmp_path / name).touch()
    sweep_temporaries(tmp_path, r"out\.nc")
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(stay)


def test_temporary_names_are_never_the_same(tmp_path: Path) -> None:
    assert temporary_path(tmp_path / "a") != temporary_path(tmp_path / "a")
