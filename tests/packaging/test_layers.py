"""Modules depend downward only."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "capest"

# Each room may import from the rooms named, and from nothing else of capest.
LEAVES = {"errors", "histograms", "block", "figure_names", "version", "file_kinds", "shown"}
ALLOWED = {
    "errors": {"shown"},
    "version": set(),
    "shown": set(),
    "file_kinds": {"errors", "shown"},
    "histograms": set(),
    "block": set(),
    "figure_names": {"histograms"},
    "student_t": set(),
    "physics": {"physics", "errors"},
    "scenario": {"scenario", "physics", *LEAVES},
    "sampling": {"sampling", "physics", *LEAVES},
    "orbits": {"orbits", "physics", "sampling", *LEAVES},
    "geo": {"geo", "physics", *LEAVES},
    "allocation": {"allocation", "sampling", "physics", *LEAVES},
    "hopping": {"hopping", "errors"},
    "backend": {"backend", "physics", "sampling", *LEAVES},
    "link_constants": {"physics", "scenario", *LEAVES},
    "service_constants": {"link_constants", "physics", "scenario", *LEAVES},
    "services": {"services", "service_constants", "backend", "sampling", "sharing", *LEAVES},
    "scene": {
        *("link_constants", "service_constants", "physics", "sampling", "scenario", *LEAVES),
    },
    "sharing": {"link_constants", "backend", *LEAVES},
    "channel": {"link_constants", "scene", "physics", "sampling", *LEAVES},
    "links": {"link_constants", "scene", "physics", *LEAVES},
    "uplink_power": {"link_constants", "scene", "channel", "links", "physics", *LEAVES},
    "uplink": {
        *("link_constants", "scene", "channel", "links", "physics", "allocation", "backend"),
        *("uplink_power", *LEAVES),
    },
    "calls": {
        *(
            "backend",
            "channel",
            "link_constants",
            "links",
            "physics",
            "sampling",
            "scene",
            "service_constants",
            "services",
        ),
        *("uplink", "uplink_power", *LEAVES),
    },
    "network": {
        *("network", "allocation", "backend", "geo", "link_constants", "links", "orbits"),
        *("physics", "sampling", "scenario", "service_constants", "services", "sharing"),
        *LEAVES,
    },
    "trial": {
        *("scene", "channel", "links", "uplink", "physics", "sampling", "allocation", "backend"),
        *("scenario", "sharing", "calls", "uplink_power", *LEAVES),
    },
    "hopping_trials": {
        *("hopping", "scene", "channel", "links", "link_constants", "physics", "sampling"),
        *("backend", "scenario", *LEAVES),
    },
    "hopping_comparison": {"hopping_trials", "statistics", *LEAVES},
    "statistics": {"student_t", *LEAVES},
    "gamma_quantile": {"student_t"},
    "order_statistics": {"statistics", "student_t"},
    "trial_sums": {"statistics"},
    "rare_events": {"gamma_quantile", "statistics", "student_t", "trial_sums"},
    "reduce": {"order_statistics", "rare_events", "statistics", "trial_sums", *LEAVES},
    "plan": set(LEAVES),
    "execute": {"execute", *LEAVES},
    "results": {"results", "statistics", "order_statistics", "rare_events", "reduce", *LEAVES},
    "slices": {"backend", "scenario", "scene", "trial", *LEAVES},
    "batch": {
        *("backend", "network", "plan", "results", "scenario", "scene", "service_constants"),
        "slices",
        *("statistics", *LEAVES),
    },
    "budget": {"link_constants", "physics", "scenario", *LEAVES},
    "provenance": {"results", "scenario", "service_constants", *LEAVES},
    "stopping": {"plan", "reduce", "scenario", *LEAVES},
    "existing": {"plan", "results", "scenario", "stopping", *LEAVES},
    "compute": {"batch", "plan", "results", "scenario", "statistics", "stopping", *LEAVES},
    "loop": {
        *("backend", "batch", "compute", "existing", "plan", "provenance", "results", "scenario"),
        *("stopping", *LEAVES),
    },
    "validation": {
        *("validation", "backend", "batch", "budget", "physics", "plan", "reduce", "results"),
        *("scenario", "scene", "statistics", *LEAVES),
    },
    "sweep_points": {"results", "scenario", *LEAVES},
    "sweep_dataset": {"results", "sweep_points", *LEAVES},
    "sweep": {
        *("existing", "loop", "results", "scenario", "stopping", "sweep_dataset"),
        *("sweep_points", *LEAVES),
    },
    "api": {"backend", "loop", "execute", "results", "scenario", *LEAVES},
}
HEAVY = {"dask", "distributed", "xarray", "netCDF4", "rich", "matplotlib", "scipy", "cupy"}
TRIAL_PATH = (
    *("physics", "scenario", "sampling", "allocation", "scene", "uplink", "trial", "slices"),
    "plan",
    *("block", "channel", "links", "link_constants", "network", "orbits", "sharing"),
    *("calls", "services", "service_constants", "uplink_power"),
)


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
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


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_of_capest_go_downward(path: Path) -> None:
    allowed = ALLOWED.get(room(path))
    if allowed is None:
        return
    used = {name.split(".")[1] for name in imports(path) if name.startswith("capest.")}
    assert used <= allowed, used - allowed


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_trial_path_is_light(path: Path) -> None:
    if room(path) not in TRIAL_PATH:
        return
    used = {name.split(".")[0] for name in imports(path)}
    # The optimal assignment asks SciPy, where it is wanted, and says how to install it.
    optional = {"scipy"} if path.name == "solved.py" else set()
    assert not used & HEAVY - optional


def test_every_room_is_covered_or_on_top() -> None:
    top = {"cli", "benchmark", "__main__", "__init__", "docs"}
    assert {room(path) for path in FILES} <= set(ALLOWED) | top
