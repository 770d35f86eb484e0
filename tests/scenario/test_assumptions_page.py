"""The page on assumptions has every range that presets and defaults state, and nothing else."""

import tomllib
from importlib.resources import files

import pytest

from capest.scenario.default_figures import default_figures
from capest.scenario.figure import KINDS_OF_FIGURES, figure_of
from capest.scenario.figure_words import range_text, shape_text, value_text
from capest.scenario.presets import read_preset

from . import assumptions_page
from .stated_checks import ends_of, faults_of

PAGE = (files("capest") / "docs" / "assumptions.md").read_text(encoding="utf-8")


def test_the_tables_are_those_of_presets_and_defaults():
    assert assumptions_page.page(PAGE) == PAGE, "python tests/scenario/assumptions_page.py --write"


def test_every_default_with_a_range_stands_in_the_table_of_its_kind():
    for kind, (title, _) in assumptions_page.INTRODUCTIONS.items():
        section = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
        own = section.partition("### Of presets")[0]
        keys = [line.split("`")[1] for line in own.splitlines() if line.startswith("| `")]
        figures = default_figures().items()
        assert keys == [key for key, each in figures if each.kind == kind and ends_of(each)]


def test_every_kind_is_explained():
    assert set(assumptions_page.INTRODUCTIONS) == set(KINDS_OF_FIGURES)
    for kind, (title, _) in assumptions_page.INTRODUCTIONS.items():
        anchor = title.casefold().replace(" ", "-")
        assert f"| [{kind}](#{anchor}) |" in PAGE


def test_the_example_of_a_preset_is_one():
    text = PAGE.partition("```toml\n")[2].partition("```")[0]
    assert tomllib.loads(text)["kind"] == "handset"
    preset = read_preset("example", text)
    assert faults_of({preset.dotted(key): row for key, row in preset.figures.items()}) == []


@pytest.mark.parametrize(
    ("row", "unit", "value", "ranged", "shape"),
    [
        ({"value": 0.25, "range": [0.21, 0.31]}, "", "0.25", "0.21 to 0.31", "uniform"),
        ({"value": 2.0, "range": [1.0, 4.0], "shape": "log-uniform"}, "1/km²", "2 per km²",
         "1 to 4 per km²", "log-uniform"),
        ({"value": 20_000, "range": [1000, 50_000]}, "", "20,000", "1,000 to 50,000", "uniform"),
        ({"value": "a", "options": {"a": 2, "b": 1, "c": 1}}, "", "a",
         "a (50 %), b (25 %), c (25 %)", ""),
        ({"value": "81, 101", "options": {"81, 101": 1, "90, 110": 1}}, "", "81, 101",
         "81, 101; 90, 110; 50 % each", ""),
        ({"value": "81, 101", "options": {"81, 101": 3, "90, 110": 1}}, "", "81, 101",
         "81, 101 (75 %); 90, 110 (25 %)", ""),
        ({"value": 9.0, "options": {"9": 1, "20": 1}}, "dB", "9 dB",
         "9, 20 dB, 50 % each", ""),
        ({"value": 9.0, "options": {"9": 3, "20": 1}}, "dB", "9 dB",
         "9 dB (75 %), 20 dB (25 %)", ""),
        ({"value": 30.0, "options": {"5": 1, "30": 1}, "kind": "decision"}, "MHz", "30 MHz",
         "5, 30 MHz", ""),
        ({"value": True, "options": {"true": 1, "false": 1}, "kind": "decision"}, "", "true",
         "true, false", ""),
        ({"value": 4.4, "range": [8.8, 3.1], "shape": "log-uniform", "follows": "x"}, "degree",
         "4.4 degree", "8.8 to 3.1 degree", "follows s.x, geometrically"),
        ({"value": 30, "range": [24, 33], "follows": "s.x"}, "dBi", "30 dBi", "24 to 33 dBi",
         "follows s.x, linearly"),
        ({"value": 10.0, "range": [5.0, 30.0], "kind": "decision"}, "degree", "10 degree",
         "5 to 30 degree", ""),
        ({"kind": "decision"}, "km", "automatic", "", ""),
        ({"value": "", "kind": "decision"}, "", '""', "", ""),
    ],
)  # fmt: skip
def test_words(row: dict, unit: str, value: str, ranged: str, shape: str):
    figure = figure_of({"kind": "not known", **row}, "s")
    assert value_text(figure.value, unit) == value
    assert range_text(figure, unit) == ranged
    assert shape_text(figure) == shape
