"""Compiled kernels are built once, found without a compiler, and run only where they may."""

from __future__ import annotations

import ctypes
import os
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from capest.backend import choose
from capest.backend.native import cache, compiler, library, processor
from capest.backend.obstacle import Unusable
from tests.emulate.needs import skip_or_fail

pytestmark = pytest.mark.skipif(os.name == "nt", reason="nothing is built there")

LIBRARY = 'extern "C" __attribute__((visibility("default"))) int answer() { return 42; }'


class Machine:
    """A pretended machine: a compiler that writes what it is told and counts what it builds."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.cache, self.shared, self._log = folder / "cache", folder / "tmp", folder / "calls"
        self._compiler = folder / "bin" / "c++"
        self._patch = patch
        self.shared.mkdir()
        self._compiler.parent.mkdir()
        patch.setenv("CAPEST_CACHE", str(self.cache))
        patch.setenv("PATH", f"{self._compiler.parent}")
        patch.delenv("CXX", raising=False)
        patch.setattr(tempfile, "tempdir", str(self.shared))
        self.install("printf content > $made")

    def install(self, script: str) -> None:
        """Replace the compiler; it runs where it is to build."""
        path = "/usr/bin:/bin"
        self._compiler.write_text(
            f"#!/bin/sh\nPATH={path}\necho $PWD >> {self._log}\nfor made; do :; done\n{script}\n",
            encoding="utf-8",
        )
        self._compiler.chmod(0o755)

    def uninstall(self) -> None:
        self._compiler.unlink()

    @property
    def builds(self) -> int:
        """How often something was built: each time in a new folder."""
        there = self._log.read_text(encoding="utf-8").split() if self._log.exists() else []
        return len(set(there))

    def moves_to(self, text: str | None) -> None:
        """Go to another processor, with the same home."""
        for module in (cache, compiler):
            self._patch.setattr(module, "processor", lambda: text)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def first() -> Path:
    return next(cache.libraries())


def refusal() -> str:
    with pytest.raises(Unusable) as caught:
        list(cache.libraries())
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_library_is_built_once_and_then_found(machine: Machine) -> None:
    path = first()
    assert path.read_text(encoding="utf-8") == "content"
    assert path.parent == machine.cache / "native"
    assert [first(), first()] == [path, path]
    assert machine.builds == 1
    # Nothing is left of the building but the library and the lock.
    assert sorted(each.suffix or each.name[-4:] for each in path.parent.iterdir()) == [
        ".so",
        "lock",
    ]


def test_finding_starts_no_process(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    path = first()

    def started(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", started)
    assert first() == path


@pytest.mark.parametrize("kept", [0, 3])
def test_a_library_that_was_cut_short_is_built_anew(machine: Machine, kept: int) -> None:
    path = first()
    path.write_bytes(path.read_bytes()[:kept])
    assert first() == path
    assert path.read_text(encoding="utf-8") == "content"
    assert machine.builds == 2


def test_another_processor_has_its_own(machine: Machine) -> None:
    machine.moves_to("flags: sse2 avx2 avx512f")
    wide = first()
    machine.moves_to("flags: sse2 avx2")
    narrow = first()
    assert wide.parent == narrow.parent
    assert wide != narrow
    machine.moves_to("flags: sse2 avx2 avx512f")
    assert first() == wide
    assert machine.builds == 2


def test_an_unknown_processor_gets_nothing_special(machine: Machine) -> None:
    machine.moves_to(None)
    assert not any(each.startswith("-m") for each in compiler.flags())
    assert first().exists()


def test_another_compiler_or_source_builds_anew(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first()
    machine.install("printf another > $made")
    assert first().read_text(encoding="utf-8") == "another"
    monkeypatch.setattr(cache, "native_sources", lambda: {"native/a.cpp": ""})
    first()
    assert machine.builds == 3


def test_what_another_machine_has_built_is_taken_where_no_compiler_is(machine: Machine) -> None:
    path = first()
    machine.uninstall()
    assert first() == path
    machine.moves_to("flags: others")
    assert "there is no C++ compiler: install g++" in refusal()


def test_no_compiler(machine: Machine) -> None:
    machine.uninstall()
    assert "there is no C++ compiler: install g++" in refusal()


def test_the_compiler_that_cxx_names(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", f"{machine._compiler} -DX='a b'")
    found = compiler.find_compiler()
    assert found is not None
    assert found.command == (str(machine._compiler), "-DX=a b")
    for name, said in (("no-such-c++", "no-such-c++, is not there"), ("'", "cannot be read")):
        monkeypatch.setenv("CXX", name)
        assert said in refusal()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'x.hpp: note: a'; echo 'sinr.cpp:3: fatal error: no cmath' >&2; exit 1", "no cmath"),
        ("exit 3", "exit code 3"),
        ("printf 'a\\033[31mred error' >&2; exit 1", r"a\x1b[31mred"),
    ],
)
def test_a_build_that_fails(machine: Machine, script: str, said: str) -> None:
    machine.install(script)
    message = refusal()
    assert "the compiler c++ fails" in message
    assert said in message
    assert not list((machine.cache / "native").glob("*.so"))


def test_a_compiler_that_makes_nothing(machine: Machine) -> None:
    machine.install("exit 0")
    assert "the compiler c++ ends well but makes no file: let CXX name another" in refusal()


def test_flags_of_cxx_are_named(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.install("echo 'error: unrecognized --bad' >&2; exit 1")
    monkeypatch.setenv("CXX", "c++ -O9 --bad")
    assert "the compiler c++ with -O9 --bad from CXX fails (error: unrecognized" in refusal()


def test_a_compiler_that_is_there_is_named(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXX", "no-such-c++")
    assert refusal().endswith("no-such-c++, is not there: correct or unset CXX: c++ is there")
    machine.uninstall()
    assert "is not there: install g++" in refusal()


def test_a_file_that_only_looks_like_a_compiler(machine: Machine) -> None:
    machine._compiler.write_bytes(b"\x7fELF no program")
    assert "the compiler c++ does not start" in refusal()


def test_a_cache_that_takes_no_files(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.cache.write_text("a file", encoding="utf-8")
    path = first()
    assert path.is_relative_to(machine.shared)
    assert stat.S_IMODE(path.parents[1].stat().st_mode) == 0o700
    assert first() == path
    assert machine.builds == 1
    # Others could put a library of theirs there.
    path.parents[1].chmod(0o777)
    assert "there is no place for compiled kernels" in refusal()
    monkeypatch.setattr(tempfile, "tempdir", "/no/such/folder")
    assert "CAPEST_CACHE name a folder" in refusal()


def test_a_cache_that_cannot_be_used_is_told(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cache.choice_obstacle() is None
    first()
    machine.cache.rename(machine.cache.with_name("elsewhere"))
    machine.cache.write_text("a file", encoding="utf-8")
    first()  # another folder stands in
    told = cache.choice_obstacle()
    assert told is not None
    assert f"CAPEST_CACHE={machine.cache} cannot be used (Not a directory)" in told.reason
    monkeypatch.delenv("CAPEST_CACHE")
    assert cache.choice_obstacle() is None


def aged(path: Path, days: float) -> Path:
    """The same file, last used so long ago."""
    path.write_text(path.name, encoding="utf-8") if not path.exists() else None
    then = time.time() - days * 86_400.0
    os.utime(path, (then, then))
    return path


def test_what_nobody_uses_any_more_is_removed_after_a_build(machine: Machine) -> None:
    folder = machine.cache / "native"
    folder.mkdir(parents=True)
    old, young, held = (f"{digit * 16}-{digit * 16}-" for digit in "abc")
    content = f"{'d' * 16}.so"
    gone = [aged(folder / f"{old}{rest}", 31) for rest in (content, "failed", "lock")]
    left = [
        aged(folder / f"{young}{content}", 29),
        aged(folder / f"{young}lock", 400),
        aged(folder / f"{held}{content}", 400),
        aged(folder / f"{held}lock", 400),
        aged(folder / "notes.so", 400),
        aged(folder / f"{old}{content}.txt", 400),
    ]
    room = folder / f"{'e' * 16}-{'e' * 16}-lock"
    room.mkdir()
    link = folder / f"{'f' * 16}-{'f' * 16}-failed"
    link.symlink_to(left[0])
    os.utime(link, (0.0, 0.0), follow_symlinks=False)
    with cache._lock(folder / f"{held}lock"):
        aged(folder / f"{held}lock", 400)
        path = first()
    assert path.parent == folder
    assert not any(each.exists() for each in gone)
    assert all(each.exists() for each in [*left, room, path])
    assert link.is_symlink()


def test_the_use_of_a_library_is_noted(machine: Machine) -> None:
    path = aged(first(), 20)
    lock = next(path.parent.glob("*lock"))
    assert first() == path
    assert time.time() - path.stat().st_mtime < 3_600.0
    # With a library in use, its lock stays, however old.
    aged(lock, 400)
    machine.moves_to("flags: others")
    first()
    assert lock.exists()
    assert path.exists()


def test_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("CAPEST_CACHE", raising=False)
    monkeypatch.setenv("HOME", "/home/a")
    for standard, expected in (("/x", "/x/capest/native"), ("x", "/home/a/.cache/capest/native")):
        monkeypatch.setenv("XDG_CACHE_HOME", standard)
        assert cache.cache_folders()[0] == Path(expected)
    monkeypatch.setenv("CAPEST_CACHE", "/y")
    assert cache.cache_folders()[0] == Path("/y/native")


PROGRAM = """
import sys
from capest.backend.native import cache
from capest.backend.obstacle import Unusable
from tests.emulate.needs import skip_or_fail
try:
    print(next(cache.libraries()))
except Unusable as error:
    print(error)
"""


@pytest.mark.parametrize("script", ["printf content > $made", "echo 'no error' >&2; exit 1"])
def test_many_processes_build_once(machine: Machine, script: str) -> None:
    machine.install(f"sleep 0.6; {script}")
    several = [
        subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = {each.communicate(timeout=60)[0] for each in several}
    assert len(said) == 1
    assert machine.builds == 1


def test_what_is_no_library_does_not_load(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    library._loaded.cache_clear()
    try:
        obstacle = choose.native_obstacle()
        assert obstacle is not None
        assert obstacle.reason.startswith("compiled kernels do not load (")
        # A folder from which nothing may run is one reason, so the other one was tried too.
        assert machine.builds == 2
        assert choose.native_obstacle() == obstacle
        assert machine.builds == 2
    finally:
        library._loaded.cache_clear()


def test_what_a_processor_says_of_itself() -> None:
    text = (
        "processor\t: 0\nvendor_id\t: A\nmodel name\t: B\ncpu MHz\t\t: 2000\n"
        "flags\t\t: sse2 avx2\n\nprocessor\t: 1\nflags\t\t: other\n"
    )
    assert processor.telling_lines(text.splitlines(keepends=True)) == (
        "vendor_id: A\nmodel name: B\nflags: sse2 avx2"
    )
    assert processor.telling_lines([]) == ""


def test_a_real_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CXX", raising=False)
    found = compiler.find_compiler()
    if found is None:
        skip_or_fail("there is no C++ compiler")
    built = found.build({"native/a.cpp": LIBRARY}, tmp_path)
    assert ctypes.CDLL(str(built)).answer() == 42


def test_what_must_be_built_is_known_before(machine: Machine) -> None:
    assert cache.must_be_built()
    first()
    assert not cache.must_be_built()
    machine.uninstall()
    assert not cache.must_be_built()
    machine.moves_to("another processor")
    assert not cache.must_be_built()
