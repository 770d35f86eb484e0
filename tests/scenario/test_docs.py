"""The reference page and the model name the same keys, units, defaults and ranges."""

from importlib.resources import files

import pytest

from capest.scenario.model import Scenario
from capest.scenario.presets import CONFIDENCES
from capest.scenario.problems import allowed_text, keys_of
from capest.scenario.reading_table import READ_WHEN
from capest.scenario.units import unit_of
from capest.scenario.write import toml_value

PAGE = (files("capest") / "docs" / "scenario.md").read_text(encoding="utf-8")
FIELDS = dict(keys_of(Scenario))


def rows() -> dict[str, list[str]]:
    cells = [
        [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        for line in PAGE.replace("| |", "|  |").replace("| |", "|  |").splitlines()
        if line.startswith("| `")
    ]
    return {row[0].strip("`"): row for row in cells}


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


def test_the_page_says_when_each_key_is_read():
    start = PAGE.index("## When a key is read")
    table = PAGE[start : PAGE.index("## Presets")].splitlines()
    said = {}
    for line in table:
        if line.startswith("| ") and not line.startswith(("| read", "| ---")):
            words, _, keys = line.strip("| ").rpartition(" | ")
            said |= dict.fromkeys((key.strip("` ") for key in keys.split(",")), words)
    assert said == {
        key: "; ".join(condition.words for condition in conditions)
        for key, conditions in READ_WHEN.items()
    }
