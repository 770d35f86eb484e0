"""``capest doctor`` on this machine and on pretended ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

from capest.backend import choose
from capest.cli import doctor as module

NVIDIA_SMI = "NVIDIA H200, 580.82.07, 143771\nNVIDIA H200, 580.82.07, [N/A]\n"
OBSTACLE = choose.Obstacle("CuPy is not installed", "pip install 'capest[cuda13]'")

NO_COMPILER = choose.Obstacle("there is no C++ compiler", "install g++")


def invoke(*arguments: str):
    return CliRunner(env={"COLUMNS": "80"}).invoke(module.doctor, arguments)


@pytest.fixture
def machine(monkeypatch):
    """Pretend obstacle to the GPU, packages that are absent, and outputs of programs."""

    def build(obstacle=OBSTACLE, absent=(), programs=None, native=NO_COMPILER):
        version = module._package_version
        monkeypatch.setattr(choose, "native_obstacle", lambda: native)
        monkeypatch.setattr(choose, "cupy_obstacle", lambda: obstacle)
        monkeypatch.setattr(
            module, "_package_version", lambda name: None if name in absent else version(name)
        )
        monkeypatch.setattr(module, "_output", lambda *command: (programs or {}).get(command[0]))

    return build


def test_this_machine_as_json():
    result = invoke("--json")
    assert result.exit_code == 0
    facts = json.loads(result.stdout)
    assert facts["python"] == ".".join(map(str, sys.version_info[:3]))
    assert facts["packages"]["numpy"] == np.__version__
    assert facts["cores"] == os.cpu_count()
    assert 1 <= facts["usable_cores"] <= facts["cores"]
    assert facts["memory_gib"] > 0
    assert facts["backend"]["name"] == choose.resolve("auto")
    assert os.path.exists(os.path.join(facts["kernels"], "sinr.cu"))
    assert facts["run_possible"] is True


def test_without_a_gpu(machine):
    machine()
    result = invoke()
    assert result.exit_code == 0
    assert "--backend auto  takes numpy" in result.stdout
    assert "GPU             none found" in result.stdout
    assert "GPU backend: CuPy is not installed" in result.stdout
    assert "pip install 'capest[cuda13]'" in result.stdout
    assert "g++ not found, nvcc not found" in result.stdout
    assert "compiled kernels, several times as fast as NumPy: there is no C++" in result.stdout
    assert "Runs take the CPU (NumPy)." in result.stdout


def test_with_compiled_kernels(machine):
    machine(native=None)
    result = invoke()
    assert result.exit_code == 0
    assert "--backend auto  takes native" in result.stdout
    assert "several times" not in result.stdout
    assert "Runs take the CPU (compiled kernels)." in result.stdout


def test_a_cache_that_cannot_be_used(machine, monkeypatch, tmp_path):
    machine(native=None)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CAPEST_CACHE", str(tmp_path / "file"))
    result = invoke()
    assert result.exit_code == 0
    assert "folder for compiled kernels:" in result.stdout
    assert "let it name a folder that can be written to" in result.stdout
    assert json.loads(invoke("--json").stdout)["cache"]["obstacle"] is not None


def test_with_gpus_and_everything_here(machine):
    tools = {"g++": "g++ (Debian 12.2.0-14) 12.2.0\n", "nvcc": "nvcc\nrelease 13.0, V13.0.88\n"}
    machine(obstacle=None, programs={"nvidia-smi": NVIDIA_SMI, **tools}, native=None)
    result = invoke()
    assert result.exit_code == 0
    assert "NVIDIA H200, 140.4 GiB, driver 580.82.07" in result.stdout
    assert "NVIDIA H200, driver 580.82.07" in result.stdout
    assert "takes cupy" in result.stdout
    assert "g++ 12.2.0, nvcc 13.0" in result.stdout
    assert "Missing" not in result.stdout
    assert "Runs take the GPU (CuPy)." in result.stdout


def test_gpu_without_the_drivers_tool(machine, monkeypatch):
    properties = {"name": b"NVIDIA H100", "totalGlobalMem": 80 * 2**30}
    cupy = ModuleType("cupy")
    cupy.cuda = SimpleNamespace(
        runtime=SimpleNamespace(
            getDeviceCount=lambda: 1, getDeviceProperties=lambda index: properties
        )
    )
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    machine(obstacle=None)
    assert "NVIDIA H100, 80.0 GiB\n" in "\n".join(
        line.rstrip() for line in invoke().stdout.splitlines()
    )


def test_a_missing_package_stops_every_run(machine):
    machine(absent=("xarray", "cupy-cuda13x", "cupy-cuda12x", "cupy"))
    result = invoke()
    assert result.exit_code == 1
    assert "package xarray\n" in result.stdout.replace("  ", "")
    assert "pip install xarray" in result.stdout
    assert "CuPy            not installed" in result.stdout
    assert "No run is possible" in result.stdout
    assert json.loads(invoke("--json").stdout)["missing"][0] == {
        "what": "package xarray",
        "remedy": "pip install xarray",
    }


def test_missing_cuda_sources(machine, monkeypatch):
    machine()
    monkeypatch.setattr(module, "_kernel_folder", lambda: None)
    result = invoke()
    assert result.exit_code == 0
    assert "CUDA sources    not found" in result.stdout
    assert "pip install --force-reinstall capest" in result.stdout


def test_every_missing_thing_has_a_remedy(machine, monkeypatch):
    machine(absent=("dask",))
    monkeypatch.setattr(module, "_kernel_folder", lambda: None)
    missing = module.missing_things(module.machine_facts())
    assert [thing["what"].split(":")[0] for thing in missing] == [
        "package dask",
        "GPU backend",
        "compiled kernels, several times as fast as NumPy",
        "CUDA sources",
        "g++",
        "nvcc",
    ]
    assert all(thing["remedy"] for thing in missing)


def test_fits_80_columns(machine):
    machine(obstacle=choose.Obstacle("a long reason " * 8, "a long remedy " * 12))
    lines = invoke().stdout.splitlines()
    assert max(map(len, lines)) <= 80
    start = next(i for i, line in enumerate(lines) if "a long remedy" in line)
    assert lines[start].startswith("    a long remedy")
    assert lines[start + 1].startswith("    ")


def test_programs_that_fail_or_are_not_there_are_no_error():
    assert module._output("no-such-program-at-all") is None
    assert module._output(sys.executable, "-c", "raise SystemExit(3)") is None
    assert module._output(sys.executable, "-c", "print('1.2')") == "1.2\n"


def test_help_has_examples():
    result = invoke("--help")
    assert result.exit_code == 0
    assert "capest doctor --json" in result.stdout


def test_importing_the_command_is_cheap():
    program = (
        "import sys, capest.cli.doctor; print([m for m in ('numpy', 'rich') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_package_that_lacks_has_one_form_of_words(monkeypatch):
    """Also where the words are written out."""
    import importlib.metadata

    from capest.errors import InputError
    from capest.extras import lacks
    from capest.physics import weather_library

    def absent(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", absent)
    functions = [
        f for f in vars(weather_library).values() if callable(f) and "version" in f.__name__
    ]
    with pytest.raises(InputError) as caught:
        functions[0]()
    assert str(caught.value) == lacks("itur", "channel.weather, of rain and cloud,")


def test_every_extra_is_listed_with_how_to_get_it(machine):
    from capest.extras import OF_PACKAGE

    machine(absent=tuple(OF_PACKAGE))
    remedies = {
        row["what"]: row["remedy"] for row in json.loads(invoke("--json").stdout)["missing"]
    }
    for package, extra in OF_PACKAGE.items():
        said = remedies[f"package {package}"]
        assert said == f'only for {extra.purpose}: pip install "capest[{extra.extra}]"'
