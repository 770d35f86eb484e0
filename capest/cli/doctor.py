"""``capest doctor``: what this machine has, what is missing and how to get it."""

from __future__ import annotations

from typing import Any

import click

from capest.cli.json_output import json_text
from capest.cli.options import json_option
from capest.extras import OF_PACKAGE, how_to_get

_REQUIRED = (
    "numpy",
    "xarray",
    "netCDF4",
    "dask",
    "distributed",
    "pydantic",
    "click",
    "rich",
    "shapely",
)
_CUPY = ("cupy-cuda13x", "cupy-cuda12x", "cupy")
_GIB = 2**30


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Show what this machine has, what is missing and how to get it.

    Says which backend a run takes here, and why not the GPU if it does not. Exit code 0 if a
    run is possible, on the CPU at least.

    \b
    Examples:
      capest doctor
      capest doctor --json | jq .backend
    """
    facts = machine_facts()
    facts["missing"] = missing_things(facts)
    if as_json:
        click.echo(json_text(facts))
    else:
        _print_facts(facts)
    if not facts["run_possible"]:
        raise SystemExit(1)


def machine_facts() -> dict[str, Any]:
    """Collect what this machine has.

    Returns
    -------
    dict
        Plain values only, ready for JSON: ``capest``, ``python``, ``platform``, ``packages`` (name
        to version or None), ``cupy`` (package and version or None), ``cores``, ``usable_cores``,
        ``memory_gib``, ``available_memory_gib`` (None where the system does not tell), ``gpus``
        (name, driver, memory_gib), ``driver_cuda`` (newest CUDA the driver runs, or None),
        ``backend`` (name, obstacle, remedy), ``native`` (obstacle and remedy, None for both where
        compiled kernels are there), ``cache`` (obstacle to the folder that the variable
        CAPEST_CACHE names, and remedy), ``kernels`` (folder or None), ``tools`` (name to first
        line of its version, or None), ``run_possible``.
    """
    import os
    import platform

    from capest.backend import driver
    from capest.version import __version__

    packages = {name: _package_version(name) for name in _REQUIRED}
    cupy = next((f"{name} {v}" for name in _CUPY if (v := _package_version(name))), None)
    cuda = driver.driver_cuda_version()
    total, available = _memory_gib()
    run_possible = None not in packages.values()
    native, backend = _native(packages), _backend(packages)
    affinity = getattr(os, "sched_getaffinity", None)
    return {
        "capest": __version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": packages,
        "optional": {name: _package_version(name) for name in OF_PACKAGE},
        "cupy": cupy,
        "cores": os.cpu_count(),
        "usable_cores": len(affinity(0)) if affinity else os.cpu_count(),
        "memory_gib": total,
        "available_memory_gib": available,
        "gpus": _gpus() or _gpus_of_cupy(backend["name"]),
        "driver_cuda": None if cuda is None else driver.version_text(cuda),
        "backend": backend,
        "native": native,
        "cache": _cache(packages),
        "kernels": _kernel_folder(),
        "tools": {"g++": _tool_version("g++"), "nvcc": _tool_version("nvcc")},
        "run_possible": run_possible,
    }


def missing_things(facts: dict[str, Any]) -> list[dict[str, str]]:
    """List what is missing with a line on how to get it.

    Parameters
    ----------
    facts : dict
        From `machine_facts`.

    Returns
    -------
    list of dict
        ``what`` and ``remedy``; what stops every run comes first.
    """
    missing = [
        {"what": f"package {name}", "remedy": f"pip install {name}"}
        for name, version in facts["packages"].items()
        if version is None
    ]
    if facts["backend"]["obstacle"]:
        what = f"GPU backend: {facts['backend']['obstacle']}"
        missing.append({"what": what, "remedy": facts["backend"]["remedy"]})
    if facts["native"]["obstacle"]:
        what = f"compiled kernels, several times as fast as NumPy: {facts['native']['obstacle']}"
        missing.append({"what": what, "remedy": facts["native"]["remedy"]})
    if facts["cache"]["obstacle"]:
        what = f"folder for compiled kernels: {facts['cache']['obstacle']}"
        missing.append({"what": what, "remedy": facts["cache"]["remedy"]})
    missing += [
        {
            "what": f"package {name}",
            "remedy": f"only for {OF_PACKAGE[name].purpose}: {how_to_get(name)}",
        }
        for name, version in facts["optional"].items()
        if version is None
    ]
    if facts["kernels"] is None:
        remedy = "pip install --force-reinstall capest (for a GPU and for compiled kernels)"
        missing.append({"what": "CUDA sources", "remedy": remedy})
    remedies = {
        "g++": "apt install g++ or your system's way (for compiled kernels, and tests of CUDA)",
        "nvcc": "https://developer.nvidia.com/cuda-downloads (for a report of registers only)",
    }
    missing += [
        {"what": name, "remedy": remedies[name]}
        for name, version in facts["tools"].items()
        if version is None
    ]
    return missing


def _package_version(name: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _native(packages: dict[str, str | None]) -> dict[str, str | None]:
    """Say what keeps compiled kernels from being used, if anything; builds them if nothing does."""
    if not packages["numpy"]:
        return {"obstacle": None, "remedy": None}
    from capest.backend.choose import native_obstacle

    obstacle = native_obstacle()
    if obstacle is None:
        return {"obstacle": None, "remedy": None}
    return {"obstacle": obstacle.reason, "remedy": obstacle.remedy}


def _cache(packages: dict[str, str | None]) -> dict[str, str | None]:
    """Say what keeps the folder from being used that somebody chose for compiled kernels."""
    if not packages["numpy"]:
        return {"obstacle": None, "remedy": None}
    from capest.backend.native.cache import choice_obstacle

    obstacle = choice_obstacle()
    if obstacle is None:
        return {"obstacle": None, "remedy": None}
    return {"obstacle": obstacle.reason, "remedy": obstacle.remedy}


def _backend(packages: dict[str, str | None]) -> dict[str, str | None]:
    """Name what ``--backend auto`` takes, and what keeps the GPU from being it."""
    if not packages["numpy"]:
        return {"name": None, "obstacle": None, "remedy": None}
    from capest.backend.choose import cupy_obstacle, native_obstacle

    obstacle = cupy_obstacle()
    if obstacle is None:
        return {"name": "cupy", "obstacle": None, "remedy": None}
    name = "numpy" if native_obstacle() else "native"
    return {"name": name, "obstacle": obstacle.reason, "remedy": obstacle.remedy}


def _kernel_folder() -> str | None:
    from capest.backend.source import kernel_directory
    from capest.errors import BackendError

    try:
        return str(kernel_directory())
    except BackendError:
        return None


def _output(*command: str) -> str | None:
    """Standard output of a small program; None if it is not there, fails or hangs."""
    import subprocess

    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def _tool_version(name: str) -> str | None:
    """First version number that a compiler prints of itself."""
    import re

    text = _output(name, "--version")
    if text is None:
        return None
    number = re.search(r"\d+(\.\d+)+", text)
    return number[0] if number else "of unknown version"


def _gpus() -> list[dict[str, Any]]:
    """GPUs that the driver's own tool lists."""
    text = _output(
        "nvidia-smi",
        "--query-gpu=name,driver_version,memory.total",
        "--format=csv,noheader,nounits",
    )
    rows = [line.split(", ") for line in (text or "").splitlines()]
    return [
        {"name": name, "driver": version, "memory_gib": _gib(mib)}
        for name, version, mib in (row for row in rows if len(row) == 3)
    ]


def _gpus_of_cupy(backend: str | None) -> list[dict[str, Any]]:
    """GPUs as CuPy sees them: containers often have the driver but not its tool."""
    if backend != "cupy":
        return []
    import cupy

    runtime = cupy.cuda.runtime
    found = [runtime.getDeviceProperties(i) for i in range(runtime.getDeviceCount())]
    return [
        {
            "name": properties["name"].decode(),
            "driver": None,
            "memory_gib": round(properties["totalGlobalMem"] / _GIB, 1),
        }
        for properties in found
    ]


def _gib(mib: str) -> float | None:
    # Some GPUs share the host's memory and answer "[N/A]".
    return round(int(mib) / 1024, 1) if mib.isdigit() else None


def _memory_gib() -> tuple[float | None, float | None]:
    """Memory of the machine and what is free of it."""
    import os

    try:
        page = os.sysconf("SC_PAGE_SIZE")
        total, free = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_AVPHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None, None
    return round(total * page / _GIB, 1), round(free * page / _GIB, 1)


def _print_facts(facts: dict[str, Any]) -> None:
    """Print two tables: what is here, and what is missing."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table

    console = Console(highlight=False, markup=False, emoji=False)
    here = Table(box=None, pad_edge=False, show_header=False)
    here.add_column(no_wrap=True, style="bold")
    here.add_column(overflow="fold")
    for label, text in _lines(facts):
        here.add_row(label, text)
    console.print(here)
    if facts["missing"]:
        console.print("\nMissing, and how to get it:", style="bold")
        for thing in facts["missing"]:
            console.print(Padding(thing["what"], (0, 0, 0, 2)))
            console.print(Padding(thing["remedy"], (0, 0, 0, 4)))
    console.print()
    if not facts["run_possible"]:
        console.print("No run is possible before the packages above are installed.")
    elif facts["backend"]["name"] == "cupy":
        console.print("Runs take the GPU (CuPy).")
    elif facts["backend"]["name"] == "native":
        console.print("Runs take the CPU (compiled kernels).")
    else:
        console.print("Runs take the CPU (NumPy).")


def _lines(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Word the facts for people: label and text."""
    packages = ", ".join(f"{name} {v}" for name, v in facts["packages"].items() if v)
    optional = ", ".join(f"{name} {v}" for name, v in facts["optional"].items() if v)
    memory = "unknown"
    if facts["memory_gib"] is not None:
        memory = f"{facts['memory_gib']} GiB, {facts['available_memory_gib']} GiB free"
    cuda = f"runs CUDA {facts['driver_cuda']}" if facts["driver_cuda"] else "none found"
    tools = ", ".join(f"{name} {v or 'not found'}" for name, v in facts["tools"].items())
    lines = [
        ("capest", f"{facts['capest']}, Python {facts['python']}, {facts['platform']}"),
        ("packages", packages),
        ("optional", optional or "none"),
        ("cores", f"{facts['cores']}, {facts['usable_cores']} usable by this process"),
        ("memory", memory),
    ]
    for gpu in facts["gpus"]:
        size = "" if gpu["memory_gib"] is None else f", {gpu['memory_gib']} GiB"
        version = "" if gpu["driver"] is None else f", driver {gpu['driver']}"
        lines.append(("GPU", f"{gpu['name']}{size}{version}"))
    if not facts["gpus"]:
        lines.append(("GPU", "none found"))
    return [
        *lines,
        ("NVIDIA driver", cuda),
        ("CuPy", facts["cupy"] or "not installed"),
        ("--backend auto", f"takes {facts['backend']['name'] or 'nothing'}"),
        ("CUDA sources", facts["kernels"] or "not found"),
        ("for developers", tools),
    ]
