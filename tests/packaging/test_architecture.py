"""The page on architecture says what the code is."""

from __future__ import annotations

import ast
import inspect
import re

from capest.engine import evaluate, trial
from capest.engine.beams import Beams
from capest.engine.links import Links
from capest.engine.sky import Sky
from capest.engine.users import Users

from .test_layers import ALLOWED, LEAVES, ON_TOP, PACKAGE, ROOMS, imported_rooms

PAGE = (PACKAGE / "docs" / "architecture.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return re.split(r"^## ", PAGE.split(f"## {title}\n", 1)[1], flags=re.MULTILINE)[0]


def rows(title: str) -> dict[str, list[str]]:
    lines = [line for line in section(title).splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {first.strip("`"): rest for first, *rest in cells}


def test_the_table_of_rooms_is_the_folder() -> None:
    assert sorted(rows("Rooms")) == ROOMS


def test_a_room_imports_from_what_the_table_says() -> None:
    leaves = re.findall(r"`(\w+)`", section("Rooms").partition("are leaves")[0])
    assert set(leaves) == LEAVES
    for name, (_, words) in rows("Rooms").items():
        if words == "all":
            assert name in ON_TOP
            continue
        said = {each.strip() for each in words.split(",")} - {""}
        assert said == ALLOWED[name] - (set() if name in LEAVES else LEAVES)
        assert imported_rooms(name) <= said | LEAVES


def test_a_room_stands_above_those_it_imports_from() -> None:
    order = [name for name in rows("Rooms") if name not in LEAVES]
    for place, name in enumerate(order):
        below = imported_rooms(name) - LEAVES
        assert below <= set(order[place + 1 :]) | ({"api", "benchmark"} if name == "cli" else set())


def called_in(function: object) -> list[str]:
    tree = ast.parse(inspect.getsource(function))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    calls.sort(key=lambda node: (node.lineno, node.col_offset))
    return [ast.unparse(node.func).rpartition(".")[2] for node in calls]


def test_a_trial_goes_the_way_of_the_page() -> None:
    text = section("The way of one trial")
    parts = text.split("`engine.evaluate.evaluate` goes from beams to calls", 1)
    for part, function, steps in zip(parts, (trial.start, evaluate.evaluate), (9, 6), strict=True):
        told = []
        for step in re.findall(r"^\d+\. (.*(?:\n   .*)*)", part, re.MULTILINE):
            head = step.partition(": ")[0] if "users are counted" not in step else step
            told += [each.rpartition(".")[2] for each in re.findall(r"`(engine[\w.]+)`", head)]
        assert len(told) == steps
        assert [name for name in called_in(function) if name in told] == told


def test_shapes_name_the_fields_there_are() -> None:
    kinds = {
        "engine.sky.Sky": Sky,
        "engine.users.Users": Users,
        "engine.beams.Beams": Beams,
        "engine.links.Links": Links,
    }
    shapes = rows("Shapes")
    assert kinds.keys() < shapes.keys()
    for name, kind in kinds.items():
        fields = set(kind.__dataclass_fields__)
        named = set(re.findall(r"`(\w+)`", " ".join(shapes[name])))
        assert named
        assert named <= fields, name
