"""Arguments of kernels have names, and every backend takes the same ones."""

from __future__ import annotations

import dataclasses
import inspect
import subprocess
import sys

import pytest

from capest.backend import arguments
from capest.backend.cuda_kernels import CudaKernels
from capest.backend.numpy_kernels import NumpyKernels
from capest.backend.protocol import Kernels

CLASSES = [
    each
    for _, each in inspect.getmembers(arguments, inspect.isclass)
    if dataclasses.is_dataclass(each)
]
KERNELS = [
    name
    for name, _ in inspect.getmembers(Kernels, inspect.isfunction)
    if inspect.getattr_static(NumpyKernels, name, None).__class__ is staticmethod
    and name != "fetch"
]
MOST_BY_PLACE = 2  # values and their weight, a SINR and the adaptation to it


@pytest.mark.parametrize("kind", CLASSES)
def test_fields_go_by_name_only(kind: type) -> None:
    count = len(dataclasses.fields(kind))
    whole = kind(**{field.name: None for field in dataclasses.fields(kind)})
    with pytest.raises(TypeError, match="positional"):
        kind(*([None] * count))
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(whole, dataclasses.fields(kind)[0].name, 1)


@pytest.mark.parametrize("kind", CLASSES)
def test_every_field_is_described(kind: type) -> None:
    described = {
        name.strip()
        for line in inspect.getdoc(kind).splitlines()
        if " : " in line and not line.startswith(" ")
        for name in line.partition(" : ")[0].split(",")
    }
    assert described == {field.name for field in dataclasses.fields(kind)}


@pytest.mark.parametrize("name", KERNELS)
def test_backends_take_what_the_protocol_says(name: str) -> None:
    said = taken_by(Kernels, name)[1:]
    assert taken_by(NumpyKernels, name) == said
    assert taken_by(CudaKernels, name)[1:] == said
    if name != "select":  # takes any number of arrays
        by_place = [key for key, kind in said if kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
        assert len(by_place) <= MOST_BY_PLACE


def taken_by(backend: type, name: str) -> list[tuple[str, object]]:
    """Names of a kernel's parameters, and how each may be given."""
    parameters = inspect.signature(getattr(backend, name)).parameters
    return [(key, value.kind) for key, value in parameters.items()]


WRONG = """
from capest.backend.arguments import LinkAdaptation, SatelliteUplink
from capest.backend.protocol import Kernels

def calls(kernels: Kernels, sinr: object, adaptation: LinkAdaptation) -> None:
    kernels.link_efficiency(sinr, adaptation)
    LinkAdaptation(rate_table=sinr, shannon=sinr)
    LinkAdaptation(rate_table=sinr, shannon=sinr, mood=1, mode=0)
    LinkAdaptation(rate_table=sinr, shannon=sinr, mode="table")
    LinkAdaptation(sinr, sinr, 1)
    kernels.uplink_sinr(adaptation)
    kernels.philox_words(1, 2, 3, 4, 5)
    kernels.link_efficiency(sinr, rate_table=sinr, shannon=sinr, mode=1)
"""


@pytest.mark.slow
def test_mypy_finds_wrong_calls(tmp_path) -> None:
    text = tmp_path / "wrong.py"
    text.write_text(WRONG, encoding="utf-8")
    # In a process of its own: mypy raises the limit of recursion for good.
    command = [sys.executable, "-m", "mypy", str(text), "--follow-imports=silent"]
    done = subprocess.run(
        [*command, "--cache-dir", str(tmp_path)], capture_output=True, text=True, check=False
    )
    said = done.stdout
    lines = sorted({int(line.split(":")[1]) for line in said.splitlines() if ": error:" in line})
    assert lines == list(range(7, 14)), said
