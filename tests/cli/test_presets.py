"""``capest presets``."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from capest.cli import cli
from capest.cli.presets import presets
from capest.errors import InputError
from capest.scenario.figure import KINDS_OF_FIGURES, SHAPES, Figure
from capest.scenario.load import load_scenario
from capest.scenario.presets import KINDS, load_preset, preset_names, presets_of

SATELLITES = [preset.name for preset in presets_of("satellite")]
STARTS = [*SATELLITES, *(preset.name for preset in presets_of("constellation"))]
STUDY = "tr38821-set1-leo600-s"


def run(*arguments: str) -> str:
    result = CliRunner().invoke(presets, arguments, catch_exceptions=False, env={"COLUMNS": "80"})
    assert result.exit_code == 0
    return result.stdout


RANGES = "How far uncertain figures may be off, and what else might be decided:"


def shown_figures(name: str, text: str) -> Iterator[tuple[str, Mapping[str, Figure]]]:
    """Parts of what ``show`` prints that are tables, each with its figures."""
    preset = load_preset(name)
    tables, _, _ = text.partition(RANGES)
    rest, _, stand_ins = tables.partition("In place of what nobody has published:")
    always, _, by_rules = rest.partition("By rules =")
    yield always, preset.figures
    yield by_rules, preset.figures_of_rules
    yield stand_ins, preset.stand_ins


def failure(*arguments: str) -> str:
    result = CliRunner().invoke(presets, arguments)
    assert isinstance(result.exception, InputError)
    return str(result.exception)


def test_both_lists_of_commands_describe_it_alike():
    said = presets.get_short_help_str(limit=200)
    assert said in " ".join(CliRunner().invoke(cli, ["--help"]).output.split())
    assert all(kind in said.lower() for kind in KINDS)


@pytest.mark.parametrize("arguments", [(), ("list",)])
def test_list_fits_the_terminal(arguments):
    lines = run(*arguments).splitlines()
    assert max(map(len, lines)) <= 80
    assert {line.split()[0] for line in lines[1:] if line[0] != " "} == set(preset_names())


def test_list_json():
    listed = json.loads(run("list", "--json"))["presets"]
    assert [entry["name"] for entry in listed] == list(preset_names())
    assert {"name": "3gpp-handheld", "kind": "handset"}.items() <= listed[0].items()


@pytest.mark.parametrize("name", preset_names())
def test_show_fits_the_terminal(name):
    text = run("show", name)
    assert max(map(len, text.splitlines())) <= 80
    for part, figures in shown_figures(name, text):
        assert bool(part) == bool(figures)
        for key, figure in figures.items():
            (line,) = (line for line in part.splitlines() if line.startswith(f"{key} "))
            assert line.split()[1] == str(figure.value).split()[0]
            assert figure.confidence in line
    assert "6.1.1.1-" in text or not name.startswith(("tr38821", "3gpp"))


@pytest.mark.parametrize("name", preset_names())
def test_show_leaves_nothing_of_a_source_out(name):
    """Addresses are longer than their column: they go on in the next line."""
    for part, figures in shown_figures(name, run("show", name)):
        start = part.splitlines()[2].index("source") if figures else 0
        shown = "".join(line[start:].strip() for line in part.splitlines()[3:])
        for figure in figures.values():
            assert figure.source.replace(" ", "") in shown.replace(" ", "")


def test_show_names_units():
    text = run("show", "tr38821-set1-leo600-s")
    (line,) = (line for line in text.splitlines() if line.startswith("eirp_density_dbw_per_mhz"))
    assert line.split()[1:4] == ["34", "dBW/MHz", "standard"]


def test_show_json():
    shown = json.loads(run("show", "tr38821-set1-geo-s", "--json"))
    assert (shown["name"], shown["kind"]) == ("tr38821-set1-geo-s", "satellite")
    assert shown["figures"]["elevation_deg"] == {
        "value": 45,
        "unit": "degree",
        "confidence": "standard",
        "source": "TR 38.821 V16.2.0 Table 6.1.1.1-6",
        "kind": "",
        "range": None,
        "shape": "uniform",
        "options": [],
        "reason": "",
        "follows": "",
    }


@pytest.mark.parametrize("name", preset_names())
def test_show_says_how_far_figures_may_be_off(name):
    """Each uncertain figure stands once, with its range and its whole reason."""
    preset = load_preset(name)
    tables = (preset.figures, preset.figures_of_rules, preset.stand_ins)
    figures = [(preset.dotted(key), one) for table in tables for key, one in table.items()]
    starter = preset.starter.items()
    figures += [(key, row.figure) for key, row in starter if row.figure is not None]
    _, _, ranges = run("show", name).partition(RANGES)
    lines = ranges.splitlines()
    for key, figure in figures:
        if not figure.kind:
            continue
        (start,) = (i for i, line in enumerate(lines) if line.startswith(f"{key} = "))
        end = start + 1
        while lines[end].startswith(" "):
            end += 1
        said = " ".join(line.strip() for line in lines[start:end])
        assert figure.reason in said
        if figure.range is not None:
            assert f", from {figure.range[0]:,} to {figure.range[1]:,}" in said
        assert all(
            str(value) in said.replace("true", "True").replace("false", "False")
            for value, _ in figure.options
        )
        if figure.follows:
            assert f", follows {figure.follows}" in said
        else:
            assert f"; {figure.kind} " in said
    kinds = {figure.kind for _, figure in figures} - {""}
    for kind in KINDS_OF_FIGURES:
        assert (f"\n{kind}: " in ranges) == (kind in kinds)
    if not kinds:
        assert not ranges


def test_show_explains_kinds_and_shapes_and_puts_children_behind_their_parent():
    _, _, ranges = run("show", "smartphone-typical").partition(RANGES)
    starts = [line.split(" = ")[0] for line in ranges.splitlines() if " = " in line]
    assert starts[starts.index("handset.body_loss_db") + 1] == "handset.antenna_gain_dbi"
    assert "handset.body_loss_db = 4 dB, from 2 to 6 dB, triangular; not known\n" in ranges
    words = " ".join(ranges.split())
    assert f"triangular: {SHAPES['triangular']}" in words
    assert "uniform: " not in words


def test_show_says_how_likely_options_are():
    words = " ".join(run("show", "lynk-10").split())
    assert "= 1.4 MHz, of 1.4 MHz (50 %), 3 MHz (25 %), 5 MHz (25 %); not known" in words
    words = " ".join(run("show", "guowang-gw-2").split())
    assert "= 30 MHz, of 5, 10, 15, 20, 30 MHz, 20 % each; not known" in words


def test_show_json_has_ranges():
    shown = json.loads(run("show", "guowang-gw-a59", "--json"))
    aperture = shown["stand_ins"]["satellite.antenna_diameter_m"]
    assert (aperture["kind"], aperture["range"], aperture["shape"]) == (
        "not known",
        [1, 2.8],
        "log-uniform",
    )
    width = shown["stand_ins"]["satellite.hpbw_deg"]
    assert (width["follows"], width["unit"]) == ("satellite.antenna_diameter_m", "degree")
    assert shown["starter"]["region.country"] == {
        "value": "CN",
        "unit": "",
        "remark": "the operator's country",
    }
    bandwidth = shown["starter"]["carrier.bandwidth_mhz"]
    assert bandwidth["options"][0] == {"value": 5, "weight": 1}
    assert bandwidth["unit"] == "MHz"


def test_unknown_name():
    assert "did you mean tr38821-set1-geo-s" in failure("show", "tr38821-set1-geos")
    assert "did you mean 3gpp-handheld" in failure("init", "3gpp-hand")


@pytest.mark.parametrize("name", STARTS)
def test_init_loads_as_it_is(tmp_path, name):
    path = tmp_path / "my.toml"
    text = run("init", name)
    assert run("init", name, "-o", str(path)) == ""
    assert path.read_text(encoding="utf-8") == text
    scenario = load_scenario(path)
    assert name in (scenario.satellite.preset, scenario.constellation.preset)
    assert scenario.title == load_preset(name).title


def test_init_is_short_and_commented():
    lines = [line for line in run("init", STUDY).splitlines() if line]
    assert len(lines) <= 13
    assert sum("#" in line for line in lines) >= 5
    for name in STARTS:
        assert len(run("init", name).splitlines()) <= 50


def test_init_never_overwrites(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("precious")
    assert failure("init", SATELLITES[0], "-o", str(path)) == (
        f"{path}: exists already and is left alone; choose another name"
    )
    assert path.read_text() == "precious"


def test_init_into_a_missing_folder(tmp_path):
    path = tmp_path / "nowhere" / "mine.toml"
    assert failure("init", SATELLITES[0], "-o", str(path)) == (
        f"-o {path}: {path.parent}: no such folder; choose one that is there, or make it"
    )


def test_init_needs_a_satellite_or_a_constellation():
    assert failure("init", "3gpp-handheld") == (
        "3gpp-handheld is a handset preset; a scenario starts from a satellite or a "
        "constellation, see: capest presets list"
    )
    assert failure("init", "voice").startswith("voice is a service preset;")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["list", "--help"], ["show", "--help"], ["init", "--help"]]
)
def test_help_has_examples(arguments):
    assert "\n    capest presets " in run(*arguments)


@pytest.mark.parametrize(
    ("command", "incomplete", "expected"),
    [
        ("show", "", set(preset_names())),
        ("show", "3", {"3gpp-handheld", "3gpp-vsat"}),
        ("show", "tr38821-set2-geo", {"tr38821-set2-geo-ka", "tr38821-set2-geo-s"}),
        ("init", "", set(STARTS)),
        ("init", "guowang-c", {"guowang-complete"}),
        ("init", "x", set()),
    ],
)
def test_shell_completion(command, incomplete, expected):
    completion = ShellComplete(presets, {}, "presets", "_PRESETS_COMPLETE")
    found = completion.get_completions([command], incomplete)
    assert {item.value for item in found} == expected
    assert all(item.help for item in found)


def test_help_needs_no_heavy_import():
    program = (
        "import sys; import capest.cli.presets; "
        "print([m for m in ('pydantic', 'rich', 'numpy', 'tomllib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_scenarios_load_without_the_heavy_libraries():
    program = (
        "import sys; import capest.scenario.load, capest.scenario.fingerprint; "
        "print([m for m in ('numpy', 'rich', 'xarray', 'dask', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
