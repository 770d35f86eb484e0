"""The reference page and the model name the same keys, units, defaults and ranges."""

from importlib.resources import files

import pytest

from capest.scenario.model import Scenario
from capest.scenario.presets import CONFIDENCES
from capest.scenario.problems import allowed_text, keys_of
from capest.scenario.reading_table import READ_WHEN
from capest.scenario.units import unit_of
from capest.scenario.write import toml_value

from . import scenario_page

PAGE = (files("capest") / "docs" / "scenario.md").read_text(encoding="utf-8")
OF_KEYS = PAGE[: PAGE.index("## Rules of a network")]
FIELDS = dict(keys_of(Scenario))


def rows() -> dict[str, list[str]]:
    cells = [
        [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        for line in OF_KEYS.replace("| |", "|  |").replace("| |", "|  |").splitlines()
        if line.startswith("| `")
    ]
    # The table of rules has keys too, in three columns.
    return {row[0].strip("`"): row for row in cells if len(row) > 3}


def test_same_keys_in_the_same_order():
    assert list(rows()) == list(FIELDS)


@pytest.mark.parametrize("key", FIELDS)
def test_row_agrees_with_the_model(key):
    _, meaning, unit, default, allowed, *_ = rows()[key]
    field = FIELDS[key]
    assert meaning.endswith(".")
    assert unit == unit_of(key)
    assert allowed == allowed_text(key, field)
    if field.is_required():
        assert default == "from the preset"
    elif field.default is None:
        assert default == "none" or default.startswith("automatic: ")
    else:
        assert default == f"`{toml_value(field.default)}`"


def test_every_confidence_is_explained():
    for confidence in CONFIDENCES:
        assert f"*{confidence}*" in PAGE


def test_what_follows_from_the_model_and_from_folders_stands_in_the_page():
    assert scenario_page.page(PAGE) == PAGE, "python tests/scenario/scenario_page.py --write"


@pytest.mark.parametrize("key", READ_WHEN)
def test_the_page_says_when_each_key_is_read(key):
    words = "; ".join(condition.words for condition in READ_WHEN[key])
    table = PAGE[PAGE.index("## When a key is read") : PAGE.index("## Presets")].splitlines()
    lines = [line for line in table if f"`{key}`" in line.rpartition(" | ")[2]]
    assert [line.strip("| ").rpartition(" | ")[0] for line in lines] == [words]


@pytest.mark.parametrize("key", scenario_page.CHOICES)
def test_every_choice_that_is_a_file_has_a_line(key):
    registry, names = scenario_page.CHOICES[key]
    assert set(names) <= set(registry.names())
    for name in names:
        assert registry.title(name).endswith(".")
        assert f'- "{name}": {registry.title(name)}' in PAGE.splitlines()
