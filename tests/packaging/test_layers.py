"""Rooms depend downward only, in few floors; what a worker imports is light."""

import ast
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "capest"

LEAVES = {"errors", "shown", "version", "file_kinds", "registry", "extras"}

# Each room may import from the rooms named, and from nothing else of capest.
ALLOWED = {
    "errors": {"shown"},
    "version": set(),
    "shown": set(),
    "registry": set(),
    "file_kinds": {"errors", "shown"},
    "extras": {"errors", "shown"},
    "statistics": set(),
    "physics": LEAVES,
    "sampling": {"physics", *LEAVES},
    "scenario": {"allocation", "physics", "statistics", *LEAVES},
    "orbits": {"physics", *LEAVES},
    "geo": {"physics", *LEAVES},
    "allocation": {"physics", "sampling", *LEAVES},
    "backend": {"physics", "sampling", *LEAVES},
    "engine": {
        *("allocation", "backend", "geo", "orbits", "physics", "sampling", "scenario"),
        *("statistics", *LEAVES),
    },
    "results": {"statistics", *LEAVES},
    "runner": {"backend", "engine", "results", "scenario", "statistics", *LEAVES},
    "studies": {
        *("allocation", "backend", "engine", "physics", "results", "runner", "sampling"),
        *("scenario", "statistics", *LEAVES),
    },
    "validation": {
        *("backend", "engine", "physics", "results", "runner", "sampling", "scenario"),
        *("statistics", *LEAVES),
    },
    "plot": {
        *("geo", "physics", "results", "scenario", "statistics", "studies", "validation"),
        *LEAVES,
    },
    "report": {"plot", "results", "scenario", "statistics", "studies", "validation", *LEAVES},
    "export": {"geo", "physics", "results", "scenario", "statistics", "studies", *LEAVES},
    "accessor": {"export", "plot", "results", "scenario", "statistics", "studies", *LEAVES},
    "api": {
        *("accessor", "backend", "results", "runner", "scenario", "statistics", "studies"),
        *LEAVES,
    },
}
ON_TOP = {"cli", "benchmark", "docs", "__main__", "__init__"}

MOST_ROOMS = 27
LONGEST_CHAIN = 13

HEAVY = {"dask", "distributed", "xarray", "netCDF4", "rich", "matplotlib", "scipy", "cupy"}
TRIAL_PATH = {"physics", "scenario", "sampling", "allocation", "engine", "orbits", "statistics"}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """All modules that a file imports, also those that wait until they are used."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            if node.module == "capest":
                names |= {f"capest.{alias.name}" for alias in node.names}
    return names


FILES = sorted(PACKAGE.rglob("*.py"))
ROOMS = sorted({room(path) for path in FILES} - {"__init__", "__main__"})


def imported_rooms(name: str) -> set[str]:
    """Other rooms that a room imports from."""
    used = {each for path in FILES if room(path) == name for each in imports(path)}
    found = {each.split(".")[1] for each in used if each.startswith("capest.")}
    return (found & set(ROOMS)) - {name}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_of_capest_go_downward(path: Path) -> None:
    allowed = ALLOWED.get(room(path))
    if allowed is None:
        assert room(path) in ON_TOP
        return
    used = {name.split(".")[1] for name in imports(path) if name.startswith("capest.")}
    assert used <= allowed | {room(path)}, used - allowed


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_trial_path_is_light(path: Path) -> None:
    if room(path) not in TRIAL_PATH:
        return
    used = {name.split(".")[0] for name in imports(path)}
    # Optimal assignments and bounds ask SciPy, where they are wanted, and say how to install it.
    asks_scipy = ("solved.py", "with_interference.py", "transport.py")
    optional = {"scipy"} if path.name in asks_scipy else set()
    assert not used & HEAVY - optional


def test_rooms_are_few_and_their_imports_make_no_circle_and_no_long_chain() -> None:
    edges = {name: imported_rooms(name) for name in ROOMS}

    def walk_down(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, f"a circle: {' -> '.join((*above, name))}"
        for below in edges[name]:
            walk_down(below, (*above, name))

    for name in ROOMS:
        walk_down(name, ())

    @cache
    def longest(name: str) -> int:
        return 1 + max((longest(below) for below in edges[name]), default=0)

    assert len(ROOMS) <= MOST_ROOMS
    assert max(map(longest, ROOMS)) <= LONGEST_CHAIN
