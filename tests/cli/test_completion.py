"""The Tab key: what it offers, how soon, and in a real bash."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal, get_args, get_origin

import netCDF4
import numpy as np
import pytest
from click.shell_completion import FishComplete, ShellComplete, ZshComplete

from capest.cli import cli
from capest.cli.bash_completion import WholeWordsBash, joined
from capest.cli.complete_words import values_of
from capest.scenario.model import fields
from capest.scenario.presets import presets_of
from capest.scenario.reference_page import known_keys
from tests.results.test_netcdf import write

ROOT = Path(__file__).parents[2]


def offered(*words: str, shell: type[ShellComplete] = FishComplete) -> list[str]:
    """What is offered for the last of some words."""
    found = shell(cli, {}, "capest", "_CAPEST_COMPLETE").get_completions(
        list(words[:-1]), words[-1]
    )
    return [str(item.value) for item in found]


def choices(annotation: object) -> tuple[object, ...]:
    """Values of a Literal anywhere in the type of a key."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(value for each in get_args(annotation) for value in choices(each))


def test_values_are_the_choices_that_a_scenario_knows() -> None:
    """Read from the page, they are those of the types that check a scenario."""
    checked = 0
    for key, field in fields().items():
        wanted = choices(field.annotation)
        if wanted and key in known_keys():
            assert values_of(key) == [str(each) for each in wanted], key
            checked += 1
    assert checked > 30
    assert values_of("users.count") == []
    assert values_of("no.key") == []
    assert values_of("channel.shadow_fading") == ["true", "false"]
    for kind in ("satellite", "constellation", "handset", "service"):
        assert values_of(f"{kind}.preset") == [preset.name for preset in presets_of(kind)]


def test_keys_and_values_of_set_vary_and_unset() -> None:
    run = ("run", "s.toml", "--set")
    assert offered(*run, "beams.all") == ["beams.allocation="]
    assert "all-on" in [each.partition("=")[2] for each in offered(*run, "beams.allocation=")]
    assert offered(*run, "beams.allocation=r") == ["beams.allocation=random"]
    assert offered(*run, "constellation.shell.2.pre") == ["constellation.shell.2.preset="]
    assert "satellite.preset=tr38821-set1-leo600-s" in offered(*run, "satellite.preset=tr38821")
    assert offered("run", "s.toml", "--unset", "beams.all") == ["beams.allocation"]
    vary = ("sweep", "s.toml", "--vary")
    assert offered(*vary, "beams.allocation=random,max") == ["beams.allocation=random,max-min"]
    assert "beams.allocation=random,random" not in offered(*vary, "beams.allocation=random,")
    assert offered("capacity", "s.toml", "--vary", "beams.allo") == []
    assert offered("capacity", "s.toml", "--vary", "users.co") == ["users.count="]


def test_figures_pictures_and_commands() -> None:
    assert "sinr_db.p05+-" in offered("run", "s.toml", "--until", "sinr")
    assert "throughput.mean" in offered("uncertainty", "s.toml", "--of", "through")
    assert "sinr_db" in offered("plot", "a.nc", "convergence", "--of", "sinr")
    assert "convergence" in offered("plot", "a.nc", "conv")
    assert "convergence" not in offered("plot", "conv")
    assert {"export", "explain"} <= set(offered("ex"))


def test_files_by_their_endings_and_what_one_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a result.nc")
    (tmp_path / "a.toml").touch()
    (tmp_path / "a-folder").mkdir()
    (tmp_path / ".a.nc").touch()
    assert offered("show", "a") == ["a result.nc", "a-folder/"]
    assert offered("run", "a") == ["a-folder/", "a.toml"]
    assert offered("export", "a result.nc", "fig") == ["figures"]
    assert "cell_throughput" in offered("export", "a result.nc", "cell_")
    assert offered("export", "a.toml", "") == []
    assert offered("export", "none.nc", "") == []


def sweep_file(path: Path) -> None:
    """A file with the parts that a sweep of two axes has, by which completion knows it."""
    with netCDF4.Dataset(path, "w") as file:
        file.setncatts({"sweep_axes": "beams__frequency_reuse, variants", "scenario_toml": ""})
        file.createDimension("reuse", 2)
        reuse = file.createVariable("beams__frequency_reuse", "i8", ("reuse",))
        reuse.scenario_key = "beams.frequency_reuse"
        reuse[:] = [1, 3]
        names = file.createVariable("variants", str, ("reuse",))
        names.scenario_key = "variants"
        names[:] = np.array(["base", "phone in a hand"], dtype=object)
        file.createVariable("sinr_db_quantile", "f8", ())
        file.createVariable("throughput_mean", "f8", ())


def test_what_a_file_holds_is_offered_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "run.nc")
    sweep_file(tmp_path / "sweep.nc")
    (tmp_path / "bad.nc").write_bytes(b"no result")
    assert {"sinr_db", "cell_throughput"} <= set(offered("plot", "run.nc", "cdf", "--of", ""))
    assert offered("plot", "run.nc", "map", "--of", "cell_calls_at") == []
    assert offered("plot", "sweep.nc", "sweep", "--of", "") == ["sinr_db", "throughput"]
    assert "cell_calls_at_or_below_minimum" in offered("plot", "bad.nc", "map", "--of", "cell_")
    pictures = offered("plot", "run.nc", "")
    assert {"convergence", "reasons"} <= set(pictures)
    assert not {"sweep", "tornado", "capacity", "compare"} & set(pictures)
    assert offered("plot", "run.nc", "run.nc", "com") == ["compare"]
    assert offered("plot", "sweep.nc", "s") == ["sweep", "sweep.nc"]
    assert offered("plot", "run.nc", "reasons", "--by", "c") == ["country"]
    assert offered("plot", "sweep.nc", "sweep", "--by", "") == ["beams.frequency_reuse", "variants"]
    both = ("compare", "sweep.nc", "sweep.nc")
    assert offered(*both, "--of", "") == [
        *("sinr_db.p05", "sinr_db.p50", "sinr_db.p95"),
        "throughput.mean",
    ]
    assert offered(*both, "--at", "b") == ["beams.frequency_reuse="]
    assert offered(*both, "--at", "beams.frequency_reuse=") == [
        *("beams.frequency_reuse=1", "beams.frequency_reuse=3"),
    ]
    assert offered(*both, "--at", "variants=p") == ["variants=phone in a hand"]
    assert offered("compare", "bad.nc", "--at", "") == []


def test_variants_are_those_of_the_scenario(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.toml").write_text(VARIANTS, encoding="utf-8")
    (tmp_path / "bad.toml").write_text("[", encoding="utf-8")
    names = ["base", "phone in a hand", "one, two"]
    assert offered("run", "s.toml", "--variant", "") == names
    assert offered("run", "s.toml", "--variant", "p") == ["phone in a hand"]
    assert offered("run", "bad.toml", "--variant", "") == []
    assert offered("sweep", "s.toml", "--vary", "var") == ["variants"]
    assert offered("sweep", "bad.toml", "--vary", "var") == []
    assert offered("sweep", "s.toml", "--vary", "variants=") == [
        *("variants=base", "variants=phone in a hand", 'variants="one, two"'),
    ]
    assert offered("sweep", "s.toml", "--vary", "variants=base,") == [
        *("variants=base,phone in a hand", 'variants=base,"one, two"'),
    ]


VARIANTS = """
[variants.base]
[variants."phone in a hand"]
handset.preset = "smartphone-typical"
[variants."one, two"]
"""


def test_words_that_bash_took_apart_are_one() -> None:
    words = ["capest", "run", "--set", "beams.allocation", "=", "ran"]
    assert joined(words, "=:")[-2:] == ["--set", "beams.allocation=ran"]
    assert joined([*words[:-1]], "=:")[-1] == "beams.allocation="
    assert joined(words, "") == words
    assert joined(["capest", "-o", "C", ":", "x"], "=:") == ["capest", "-o", "C:x"]


@pytest.mark.parametrize("shell", [WholeWordsBash, ZshComplete, FishComplete])
def test_every_shell_has_the_same_words(shell: type[ShellComplete]) -> None:
    assert offered("run", "s.toml", "--set", "link.harq=u", shell=shell) == ["link.harq=uncharged"]


BASH = """
eval "$(capest completion bash)"
answer() {
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _capest_completion capest
    echo "${COMPREPLY[*]}"
}
compopt() { :; }
answer capest run s.toml --set beams.all
answer capest run s.toml --set beams.allocation =
answer capest run s.toml --set beams.allocation = ran
answer capest sweep s.toml --vary beams.allocation = random,max
answer capest export "result.nc" fig
answer capest show res
answer capest run variants.toml --variant ph
answer capest sweep variants.toml --vary variants = base,p
answer capest plot "result.nc" convergence --of sinr_d
answer capest compare "result.nc" --of sinr_db.p9
COMP_WORDBREAKS=" "
answer capest run s.toml --set beams.allocation=ran
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_in_a_real_bash(tmp_path: Path) -> None:
    write(tmp_path / "result.nc")
    (tmp_path / "variants.toml").write_text(VARIANTS, encoding="utf-8")
    program = tmp_path / "bin" / "capest"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        "from capest.cli import main\nmain()\n"
    )
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", BASH],
        cwd=tmp_path,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert lines[0] == "beams.allocation="
    assert lines[1].split() == values_of("beams.allocation")
    assert lines[2:] == [
        "random",
        "random,max-min",
        "figures",
        "result.nc",
        "phone\\ in\\ a\\ hand",
        "base,phone\\ in\\ a\\ hand",
        "sinr_db",
        "sinr_db.p95",
        "beams.allocation=random",
    ]
    assert done.stderr == ""


@pytest.mark.parametrize(
    "words",
    [
        ("run", "s.toml", "--set", "beams.allo"),
        ("export", "result.nc", "fig"),
        ("plot", "result.nc", "conv"),
    ],
)
def test_nobody_waits_for_what_is_not_needed(tmp_path: Path, words: tuple[str, ...]) -> None:
    write(tmp_path / "result.nc")
    code = (
        "import sys\n"
        "from click.shell_completion import FishComplete\n"
        "from capest.cli import cli\n"
        f"words = {list(words)!r}\n"
        "shell = FishComplete(cli, {}, 'capest', '_CAPEST_COMPLETE')\n"
        "assert shell.get_completions(words[:-1], words[-1])\n"
        "print(*{'xarray', 'pandas', 'dask', 'matplotlib', 'pydantic', 'scipy', 'shapely'}"
        " & set(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
