"""The variants of a scenario as the axis of a sweep, and one of them as a run."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

import capest
from capest.cli import cli
from capest.errors import InputError
from capest.runner.variants_axis import parse_axes

FILE = """
title = "small"
rules = "0.2"
[satellite]
preset = "tr38821-set1-leo600-s"
[beams]
count = 7
statistics_count = 7
[users]
per_beam = 2
[run]
trials = 6
[variants.base]
[variants.reuse-3]
beams.frequency_reuse = 3
[variants."phone, in a hand"]
handset.preset = "smartphone-typical"
beams.frequency_reuse = 4
"""
NAMES = ["base", "reuse-3", "phone, in a hand"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("variants")
    (found / "my.toml").write_text(FILE, encoding="utf-8")
    return found


def run(folder: Path, *words: str) -> Result:
    where = [str(folder / "my.toml"), "--workers", "0", "--backend", "numpy"]
    return CliRunner().invoke(cli, [words[0], *where, *words[1:]])


def test_a_sweep_of_all_variants_has_the_results_of_each(folder: Path) -> None:
    output = folder / "swept.nc"
    found = run(folder, "sweep", "--vary", "variants", "-o", str(output), "--json")
    assert found.exit_code == 0, found.output
    assert [each["variants"] for each in json.loads(found.stdout)["points"]] == NAMES
    with capest.open(output) as swept:
        assert swept["variants"].values.tolist() == NAMES
        assert swept["variants"].attrs["comment"].splitlines() == [
            "base: as the scenario is",
            "reuse-3: beams.frequency_reuse=3",
            'phone, in a hand: handset.preset="smartphone-typical", beams.frequency_reuse=4',
        ]
        for name in NAMES:
            alone = folder / f"{NAMES.index(name)}.nc"
            found = run(folder, "run", "--variant", name, "-o", str(alone))
            assert found.exit_code == 0, found.output
            with capest.open(alone) as result:
                np.testing.assert_array_equal(
                    swept["throughput"].sel(variants=name), result["throughput"]
                )
                origin = {row["key"]: row["origin"] for row in result.capest.assumptions()}
                given = origin.get("beams.frequency_reuse")
                assert given == ("default" if name == "base" else f"--variant {name}")


def test_some_variants_times_a_key(folder: Path) -> None:
    output = folder / "some.nc"
    some = 'variants=reuse-3,"phone, in a hand"'
    widths = "carrier.bandwidth_mhz=5.0,10.0"
    found = run(folder, "sweep", "--vary", some, "--vary", widths, "-o", str(output))
    assert found.exit_code == 0, found.output
    with capest.open(output) as swept:
        assert swept.sizes["variants"] == swept.sizes["carrier__bandwidth_mhz"] == 2


def test_names_are_read_with_quotes_or_as_an_array(folder: Path) -> None:
    path = folder / "my.toml"
    for text in ('variants=base, "phone, in a hand"', 'variants=["base", "phone, in a hand"]'):
        (axis,) = parse_axes([text], path)
        assert axis.values == ("base", "phone, in a hand")
    (axis,) = parse_axes([" variants "], path)
    assert list(axis.values) == NAMES
    assert axis.coordinate.dtype.kind == "U"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("variants=reuse-1", r"no variant 'reuse-1': did you mean 'reuse-3'\?"),
        ("variants=", "names no variant, or one twice; such as variants=reuse-1"),
        ("variants=base,base", 'there are base, reuse-3, "phone, in a hand"$'),
        ("variants=x", "no variant 'x': there are base, reuse-3, \"phone, in a hand\"$"),
        ("variants.base", "an equals sign comes before names, .* there are base, reuse-3"),
        ("variants=[base", "broken array"),
    ],
)
def test_what_cannot_be_read_is_named(folder: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse_axes([text], folder / "my.toml")


def test_a_scenario_without_variants_says_how_to_have_some() -> None:
    base = {"satellite": {"preset": "tr38821-set1-leo600-s"}}
    with pytest.raises(InputError, match=r"has no variants: .*\[variants\.reuse-1\]"):
        parse_axes(["variants"], base)


def test_every_variant_is_checked_though_some_are_asked_for(folder: Path) -> None:
    path = folder / "faulty.toml"
    path.write_text(FILE + "[variants.bad]\nbeams.frequency_reuse = 5\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"variants\.bad\.beams\.frequency_reuse = 5: must be"):
        parse_axes(["variants=base"], path)


def test_a_run_says_that_it_leaves_variants_out_and_what_none_of_them_reads(folder: Path) -> None:
    path = folder / "unread.toml"
    path.write_text(FILE + "[variants.odd]\ncells.diameter_km = 30.0\n", encoding="utf-8")
    words = ["run", str(path), "--workers", "0", "--backend", "numpy", "-o", str(folder / "u.nc")]
    found = CliRunner().invoke(cli, words)
    assert found.exit_code == 0
    assert "variants.odd.cells.diameter_km is not read" in found.stderr
    assert "[variants] of the scenario are not run (base, reuse-3, phone, in a hand, odd)" in (
        found.stderr
    )


@pytest.mark.parametrize(
    ("words", "module", "runs"),
    [
        (["budget"], "", ""),
        (
            ["capacity", "--vary", "users.per_beam=1..4", "--while", "throughput.mean>=1"],
            "capest.cli.capacity_runs",
            "run_plans",
        ),
        (["uncertainty", "--trials", "5"], "capest.cli.uncertainty_progress", "run_with_progress"),
    ],
)
def test_studies_say_that_they_leave_variants_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], module: str, runs: str
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise InputError("stopped before the first run")

    if module:
        monkeypatch.setattr(import_module(module), runs, stopped)
    command, *options = words
    found = CliRunner().invoke(cli, [command, str(folder / "my.toml"), *options])
    assert "[variants] of the scenario are not run (base, reuse-3, phone, in a hand)" in (
        found.stderr
    )
    assert "capest sweep --vary variants" in found.stderr
    assert found.exit_code == (2 if module else 0)
    assert module == "" or "stopped before the first run" in found.stderr


def test_one_variant_names_its_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert run(folder, "run", "--variant", "phone, in a hand").exit_code == 0
    assert (folder / "my-phone-in-a-hand.nc").is_file()
    found = run(folder, "run", "--variant", "phone")
    assert found.exit_code == 2
    assert found.stderr.startswith("Error: --variant phone: no variant 'phone'")


def test_a_key_of_a_variant_is_not_varied_or_set_beside_them(folder: Path) -> None:
    beside = run(folder, "sweep", "--vary", "variants", "--vary", "beams.frequency_reuse=1,3")
    assert beside.exit_code == 2
    assert "every key once" in beside.stderr
    beside = run(folder, "sweep", "--vary", "variants", "--set", "beams.frequency_reuse=1")
    assert "given too by --set beams.frequency_reuse=1" in beside.stderr
