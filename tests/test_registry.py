"""Folders of choices are known from their text, and loaded when asked."""

import subprocess
import sys
from pathlib import Path

import pytest

from capest.allocation import cells, slots
from capest.physics.environments import ENVIRONMENTS
from capest.physics.patterns import PATTERNS, takes_hpbw

ROOT = Path(__file__).parents[1]
FOLDERS = [
    *(cells.STRATEGIES, cells.ORDERS, cells.PREFERENCES),
    *(slots.STRATEGIES, PATTERNS),
]


@pytest.mark.parametrize("registry", FOLDERS, ids=lambda each: each.package)
def test_every_file_is_a_choice_with_its_function_and_its_line(registry):
    folder = ROOT / registry.package.replace(".", "/")
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert {name.replace("-", "_") for name in registry.names()} == files
    assert list(registry.names()) == sorted(registry.names())
    for name in registry.names():
        function = registry.find(name)
        assert function.__module__ == f"{registry.package}.{name.replace('-', '_')}"
        assert function.__name__ == registry.function
        docstring = sys.modules[function.__module__].__doc__
        assert registry.title(name) == docstring.partition("\n")[0]


def test_constants_read_from_the_text_are_those_of_the_module():
    for registry, constant in (
        (cells.STRATEGIES, "ONE_BY_ONE"),
        (cells.STRATEGIES, "ORDER"),
        (cells.STRATEGIES, "PREFERENCE"),
        (cells.ORDERS, "DRAWS"),
        (cells.PREFERENCES, "COMPARES_ELEVATIONS"),
        (cells.PREFERENCES, "BY_LOAD"),
        (cells.PREFERENCES, "LOOKS_AHEAD"),
        (slots.STRATEGIES, "KNOWS_DEMAND"),
        (PATTERNS, "WIDTH_FROM"),
    ):
        found = {name: registry.constant(name, constant, None) for name in registry.names()}
        assert any(value is not None for value in found.values())
        for name, value in found.items():
            module = sys.modules[registry.find(name).__module__]
            assert value == getattr(module, constant, None)


def test_what_the_constants_say():
    def of(registry, constant):
        return {name for name in registry.names() if registry.constant(name, constant, None)}

    assert of(cells.STRATEGIES, "ONE_BY_ONE") == {"solved"}
    assert of(cells.ORDERS, "DRAWS") == {"random"}
    assert of(cells.PREFERENCES, "COMPARES_ELEVATIONS") == {"elevation"}
    assert of(cells.PREFERENCES, "BY_LOAD") == {"least-loaded"}
    assert of(cells.PREFERENCES, "LOOKS_AHEAD") == {"longest-in-view"}
    assert [name for name in PATTERNS.names() if takes_hpbw(name)] == ["s1528-leo"]


@pytest.mark.parametrize("name", ["", "_", "max_sinr", "candidates", "../cells", "__init__"])
def test_what_is_no_file_of_the_folder_is_no_choice(name):
    with pytest.raises(KeyError):
        cells.STRATEGIES.find(name)


def test_environments_are_tables():
    assert set(ENVIRONMENTS.names()) == {"dense-urban", "rural", "suburban", "urban"}


def test_a_scenario_is_loaded_without_numpy():
    code = (
        "import sys; from capest.scenario.load import load_scenario\n"
        "for name in sys.argv[1:]: load_scenario(name)\n"
        "print([m for m in ('numpy', 'scipy', 'xarray') if m in sys.modules])"
    )
    names = ["runs/tr38821-case9.toml", "runs/guowang-gw-a59-china.toml"]
    command = [sys.executable, "-c", code, *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
