"""Every CUDA source compiles for the GPUs we mean, without one: NVRTC, and nvcc's report."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from capest.backend.cuda_constellation import constellation_options, constellation_uplink_options
from capest.backend.cuda_launcher import COMMON_OPTIONS
from capest.backend.cuda_pairs import sinr_options, uplink_options
from capest.backend.source import kernel_directory, kernel_source

from ..emulate.needs import skip_or_fail

# A100; H100 and H200; GeForce and RTX PRO of the Blackwell generation.
ARCHITECTURES = (80, 90, 120)

# CuPy adds this one to every compilation.
CUPY_OPTIONS = ("-ftz=true",)

SINR_VARIANTS = [
    sinr_options(colours, all_lit, given, in_shared)
    for colours in (1, 3, 4, 7)
    for all_lit in (False, True)
    for given in (False, True)
    for in_shared in (False, True)
]
PROGRAMS = [
    ("philox.cu", COMMON_OPTIONS),
    ("throughput.cu", COMMON_OPTIONS),
    ("histogram.cu", COMMON_OPTIONS),
    ("admission.cu", COMMON_OPTIONS),
    ("blocking.cu", COMMON_OPTIONS),
    *(("sinr.cu", options) for options in SINR_VARIANTS),
    *(("uplink.cu", uplink_options(in_shared)) for in_shared in (False, True)),
    *(("powers.cu", uplink_options(in_shared)) for in_shared in (False, True)),
    *(("constellation.cu", constellation_options(in_shared)) for in_shared in (False, True)),
    *(("constellation.cu", constellation_options(True, 2, count)) for count in (1, 2)),
    *(
        ("constellation_uplink.cu", constellation_uplink_options(sums, in_shared))
        for sums in (1, 2)
        for in_shared in (False, True)
    ),
]


def label(program: tuple[str, tuple[str, ...]]) -> str:
    return " ".join([program[0], *(o[2:] for o in program[1] if o.startswith("-D"))])


@pytest.fixture(scope="module")
def nvrtc():
    try:
        from cupy.cuda import nvrtc

        nvrtc.getVersion()
    except Exception as error:  # a missing library shows in many ways
        skip_or_fail(f"CuPy with NVRTC is not here ({type(error).__name__}: {error})")
    return nvrtc


def compiled(nvrtc, name: str, options: tuple[str, ...], architecture: int) -> bytes:
    program = nvrtc.createProgram(kernel_source(name), name, (), ())
    try:
        nvrtc.compileProgram(program, (*options, *CUPY_OPTIONS, f"-arch=sm_{architecture}"))
        return nvrtc.getCUBIN(program)
    except nvrtc.NVRTCError:
        pytest.fail(nvrtc.getProgramLog(program))
    finally:
        nvrtc.destroyProgram(program)


def test_every_source_is_in_the_list():
    there = {each.name for each in kernel_directory().iterdir() if each.name.endswith(".cu")}
    assert {name for name, _ in PROGRAMS} == there


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("program", PROGRAMS, ids=label)
def test_nvrtc_compiles(program, architecture, nvrtc):
    if architecture not in nvrtc.getSupportedArchs():
        pytest.skip(f"this NVRTC does not know sm_{architecture}")
    binary = compiled(nvrtc, *program, architecture)
    assert binary.startswith(b"\x7fELF")
    kernels = re.findall(r"__global__ void .*?(\w+)\(\n", kernel_source(program[0]))
    assert kernels
    for kernel in kernels:
        assert f".text.{kernel}".encode() in binary


def test_compiler_messages_name_file_and_line(nvrtc):
    source = kernel_source("philox.cu")
    line = 1 + source.splitlines().index('#line 1 "philox.cuh"')
    broken = source.splitlines()
    broken.insert(line, "int broken = nonsense;")
    program = nvrtc.createProgram("\n".join(broken), "philox.cu", (), ())
    with pytest.raises(nvrtc.NVRTCError):
        nvrtc.compileProgram(program, COMMON_OPTIONS)
    assert "philox.cuh(1): error" in nvrtc.getProgramLog(program)


@pytest.mark.parametrize("program", PROGRAMS, ids=label)
def test_nothing_spills(program, tmp_path):
    """Registers spilled to memory would cost the pair loop most of its speed."""
    if shutil.which("nvcc") is None:
        pytest.skip("there is no nvcc to report registers")
    name, options = program
    source = tmp_path / name
    source.write_text(kernel_source(name), encoding="utf-8")
    report = subprocess.run(
        [
            "nvcc",
            "-cubin",
            "-arch=sm_90",
            *options,
            *CUPY_OPTIONS,
            "-Xptxas=-v",
            str(source),
            "-o",
            str(tmp_path / "kernel.cubin"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.returncode == 0, report.stderr
    spilled = re.findall(r"(\d+) bytes spill stores, (\d+) bytes spill loads", report.stderr)
    registers = re.findall(r"Used (\d+) registers", report.stderr)
    print(f"{label(program)}: registers {', '.join(registers)}")
    assert spilled
    assert set(spilled) == {("0", "0")}
