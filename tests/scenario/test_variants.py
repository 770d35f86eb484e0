"""Named sets of keys in a scenario: read, checked where the scenario is loaded, without effect."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from capest import api
from capest.errors import InputError, ScenarioError
from capest.scenario.fingerprint import fingerprint
from capest.scenario.load import load_scenario, load_variants

BASE: dict[str, Any] = {
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "beams": {"count": 19, "statistics_count": 7},
    "users": {"per_beam": 3},
}
FILE = """
[satellite]
preset = "tr38821-set1-leo600-s"
[beams]
count = 19
statistics_count = 7
[users]
per_beam = 3
[variants.base]
[variants.reuse-1]
beams.frequency_reuse = 1
[variants."phone in a hand"]
handset.preset = "smartphone-typical"
[variants."phone in a hand".beams]
frequency_reuse = 3
"""


def faults(variants: Any, **more: Any) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_scenario({**BASE, **more, "variants": variants})
    return [str(each) for each in caught.value.problems]


def test_a_file_keeps_its_variants_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text(FILE, encoding="utf-8")
    scenario = api.load(path)
    assert {name: dict(keys) for name, keys in scenario.variants.items()} == {
        "base": {},
        "reuse-1": {"beams.frequency_reuse": 1},
        "phone in a hand": {"handset.preset": "smartphone-typical", "beams.frequency_reuse": 3},
    }
    assert list(scenario.variants) == ["base", "reuse-1", "phone in a hand"]
    assert list(load_variants(path)) == list(scenario.variants)
    for other in (scenario.replace(run__trials=3), pickle.loads(pickle.dumps(scenario))):
        assert dict(other.variants) == dict(scenario.variants)


def test_variants_change_nothing_of_the_scenario() -> None:
    plain = load_scenario(BASE)
    found = load_scenario({**BASE, "variants": {"a": {"beams": {"frequency_reuse": 1}}}})
    assert found == plain
    assert fingerprint(found) == fingerprint(plain)
    assert found.to_toml() == plain.to_toml()
    assert found.notes == plain.notes


def test_one_variant_is_the_scenario_with_its_keys() -> None:
    with_variants = {**BASE, "variants": {"a": {"beams": {"frequency_reuse": 3}}}}
    found = load_scenario(with_variants, variant="a")
    assert fingerprint(found) == fingerprint(load_scenario(BASE, ["beams.frequency_reuse=3"]))
    assert found.origins["beams.frequency_reuse"] == "--variant a"
    won = load_scenario(with_variants, ["beams.frequency_reuse=4"], variant="a")
    assert won.beams.frequency_reuse == 4
    with pytest.raises(InputError, match=r"no variant 'b': there are a"):
        load_scenario(with_variants, variant="b")
    with pytest.raises(InputError, match="the scenario has no variants"):
        load_scenario(BASE, variant="b")


def test_paths_of_a_variant_start_at_the_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "my.toml"
    path.parent.mkdir()
    path.write_text(FILE + "[variants.mine]\nhandset.preset = 'phone.toml'\n", encoding="utf-8")
    (path.parent / "phone.toml").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"deep.phone\.toml"):
        load_scenario(path)


@pytest.mark.parametrize(
    ("variants", "said"),
    [
        ({"a": {"beams": {"frequency_reuse": 5}}}, "variants.a.beams.frequency_reuse = 5: must be"),
        ({"a": {"beams": {"reuse": 5}}}, "variants.a.beams.reuse = 5: unknown key"),
        ({"a": {"beam": {"count": 7}}}, "variants.a.beam: unknown section; did you mean [beams]"),
        ({"b c": {"run": {"seed": 3}}}, 'variants."b c".run.seed = 3: a variant keeps the seed'),
        ({"a": {"handset": {"preset": "x"}}}, "variants.a.handset.preset = 'x': must name"),
        ({"a": {"beams": {"count": 7}}}, "variants.a: beams.statistics_count = "),
        ({"a": {"variants": {"b": {}}, "beams": {}}}, None),
        ({"a": {"variants": {"b": {"beams": {"count": 7}}}}}, "variants.a.variants.b.beams.count"),
        ({"a": {'be"am': {"count": 7}}}, 'variants.a."be\\"am".count = 7: unknown key'),
        ({"": {}}, 'variants."": the name of a variant has letters'),
        ({" a": {}}, 'variants." a": the name of a variant'),
        ({"a\x1b": {}}, "the name of a variant"),
        ({"a": 3}, "variants.a = 3: must be a table, [variants.a]"),
        (3, "variants = 3: must be a table"),
    ],
)
def test_a_fault_of_a_variant_is_named_by_its_place(variants: Any, said: str | None) -> None:
    more = {"beams": {"count": 19, "statistics_count": 19}}
    if said is None:
        assert dict(load_scenario({**BASE, "variants": variants}).variants) == {"a": {}}
        return
    found = faults(variants, **more)
    assert len(found) == 1
    assert said in found[0]


def test_faults_of_the_scenario_and_of_all_variants_come_together() -> None:
    found = faults({"a": {"beams": {"frequency_reuse": 5}}, "b": {"users": {"many": 1}}})
    assert [each.partition(" ")[0] for each in found] == [
        "variants.a.beams.frequency_reuse",
        "variants.b.users.many",
    ]
    found = faults({"a": 3}, users={"per_beam": -1})
    assert [each.partition(" ")[0] for each in found] == ["users.per_beam", "variants.a"]


def test_an_override_that_mends_the_file_leaves_variants_alone() -> None:
    broken = {**BASE, "users": {"per_beam": -1}, "variants": {"a": {"beams": {"count": 37}}}}
    scenario = load_scenario(broken, ["users.per_beam=2"])
    assert dict(scenario.variants) == {"a": {"beams.count": 37}}


def test_a_key_that_a_variant_does_not_read_is_named_and_no_fault() -> None:
    found = load_scenario({**BASE, "variants": {"a": {"cells": {"diameter_km": 30.0}}}})
    (note,) = found.variant_notes
    assert note.startswith("variants.a.cells.diameter_km is not read: only with a constellation")


def test_a_key_without_a_value_is_taken_out() -> None:
    variants = {"default": {"users": {"per_beam": None}}}
    found = load_scenario({**BASE, "variants": variants}, variant="default")
    assert found.users.per_beam == 10
