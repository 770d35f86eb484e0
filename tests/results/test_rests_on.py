"""What a result rests on, from its file alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import netCDF4
import pytest
from click.testing import CliRunner, Result

from capest.cli import cli
from capest.errors import InputError
from capest.results.open import open_result
from capest.results.rests_on import figures_of, of_points_together
from capest.results.rests_on_text import lines
from capest.scenario.assumed import rests_on
from capest.scenario.load import load_scenario
from capest.scenario.reading_table import is_read

TEXT = (
    '[satellite]\npreset = "tr38821-set1-leo600-s"\nhpbw_deg = 4.0\n'
    "[beams]\ncount = 7\nstatistics_count = 7\n"
    "[run]\ntrials = 2\n"
)
GROUPS = ("Changed", "Not known", "Choices", "Decisions", "Standard")


def capest(*words: object) -> Result:
    return CliRunner().invoke(cli, list(map(str, words)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario with its result and that of a sweep."""
    found = tmp_path_factory.mktemp("rests")
    (found / "s.toml").write_text(TEXT)
    workers = ("--workers", "0", "--set", "users.per_beam=4")
    ran = capest("run", found / "s.toml", "-o", found / "o.nc", *workers, "--trials", "2")
    assert ran.exit_code == 0, ran.output
    vary = ("--vary", "handset.body_loss_db=0,3", "--vary", "channel.fading_gain=full,none")
    swept = capest("sweep", found / "s.toml", "-o", found / "w.nc", *workers, *vary)
    assert swept.exit_code == 0, swept.output
    # Results need neither the scenario's file nor the preset.
    (found / "s.toml").rename(found / "gone.toml")
    return found


def rows_of(path: Path) -> dict[str, dict]:
    shown = capest("show", path, "--assumptions", "--json")
    assert shown.exit_code == 0, shown.output
    return {row["key"]: row for row in json.loads(shown.stdout)["assumptions"]}


def test_every_figure_that_is_read_is_there_with_its_origin(folder: Path) -> None:
    rows = rows_of(folder / "o.nc")
    values = dict(load_scenario(folder / "gone.toml", ["users.per_beam=4"]).items())

    read = {key for key, value in values.items() if is_read(key, values) and value is not None}
    assert read - {"title"} <= rows.keys()
    assert {key for key in rows if values[key] is not None} <= read
    assert all(rows[key]["value"] == values[key] for key in read - {"title"})
    beam = rows["satellite.hpbw_deg"]
    assert (beam["origin"], beam["changed"], beam["instead_of"]) == ("file", True, 4.4127)
    assert beam["unit"] == "degree"
    assert rows["users.per_beam"]["origin"] == "--set users.per_beam=4"
    gain = rows["satellite.antenna_gain_dbi"]
    assert gain["origin"] == "preset tr38821-set1-leo600-s"
    assert (gain["confidence"], gain["source"]) == (
        "standard",
        "TR 38.821 V16.2.0 Table 6.1.1.1-1",
    )
    overhead = rows["link.overhead"]
    assert (overhead["origin"], overhead["kind"]) == ("rules 0.3", "not known")
    assert overhead["range"][0] < overhead["value"] < overhead["range"][1]
    assert overhead["reason"]
    fading = rows["channel.fading_gain"]
    assert (fading["kind"], [value for value, _ in fading["options"]]) == (
        "choice of model",
        ["full", "none"],
    )


def test_changed_come_first_then_not_known_choices_decisions_and_the_rest(folder: Path) -> None:
    rows = list(rows_of(folder / "o.nc").values())
    shown = capest("show", folder / "o.nc", "--assumptions").stdout

    places = [shown.index(f"\n{group}") if group != GROUPS[0] else 0 for group in GROUPS]
    assert places == sorted(places)
    changed = [row["key"] for row in rows if row.get("changed")]
    assert changed == [row["key"] for row in rows[: len(changed)]]
    assert {"satellite.hpbw_deg", "users.per_beam"} <= set(changed)
    of_run = [row["key"].startswith("run.") for row in rows[len(changed) :]]
    assert of_run == sorted(of_run)
    kinds = [row.get("kind", "") for row in rows[len(changed) :]][: of_run.index(True)]
    order = ["not known", "choice of model", "decision", ""]
    assert kinds == sorted(kinds, key=order.index)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_lines_fit_the_terminal(folder: Path, width: int) -> None:
    figures = list(rows_of(folder / "o.nc").values())
    for line in lines(figures, width):
        # A word that is longer than the terminal stays whole.
        assert len(line) <= width or len(line.split()) <= 2, line
    joined = " ".join(" ".join(lines(figures, width)).split())
    assert "satellite.hpbw_deg = 4 degree [file, in place of 4.4127 degree]" in joined
    assert "users.per_beam = 4 [--set, in place of 10]" in joined
    assert "channel.fading_gain = full [default]" in joined


def test_nothing_in_a_file_steers_the_terminal() -> None:
    figures = [{"key": "a.b", "value": "x\x1b[2J", "origin": "file", "source": "\x07", "kind": "x"}]
    assert not any("\x1b" in line or "\x07" in line for line in lines(figures, 80))


def test_a_sweep_keeps_the_values_of_its_points(folder: Path) -> None:
    rows = rows_of(folder / "w.nc")

    loss = rows["handset.body_loss_db"]
    assert (loss["values"], loss["origin"]) == ([0, 3], "--vary handset.body_loss_db")
    assert loss["changed"]
    assert rows["channel.fading_gain"]["values"] == ["full", "none"]
    assert rows["users.per_beam"]["value"] == 4
    shown = " ".join(capest("show", folder / "w.nc", "--assumptions").stdout.split())
    assert "handset.body_loss_db = 0, 3 dB [--vary" in shown


def test_a_dataset_says_the_same(folder: Path) -> None:
    with open_result(folder / "o.nc") as dataset:
        found = dataset.capest.assumptions()
        assert found == list(rows_of(folder / "o.nc").values())
        with pytest.raises(InputError, match="this dataset: does not say what it rests on"):
            dataset.drop_attrs().capest.assumptions()


def test_points_that_do_not_read_a_key_are_counted() -> None:
    points = [
        [{"key": "a.b", "value": 1, "origin": "file"}],
        [{"key": "a.b", "value": 1, "origin": "file"}, {"key": "a.c", "value": 2}],
    ]
    found = json.loads(of_points_together([json.dumps(each) for each in points]))

    assert found[0] == {"key": "a.b", "value": 1, "origin": "file"}
    assert (found[1]["key"], found[1]["points"]) == ("a.c", 1)


def test_an_older_file_says_so_in_one_line(folder: Path, tmp_path: Path) -> None:
    def edited(change: Callable[[netCDF4.Dataset], None]) -> Result:
        path = tmp_path / "old.nc"
        path.write_bytes((folder / "o.nc").read_bytes())
        with netCDF4.Dataset(path, "a") as dataset:
            change(dataset)
        return capest("show", path, "--assumptions")

    old = edited(lambda dataset: dataset.delncattr("assumptions"))
    assert old.exit_code == 2
    (line,) = old.output.splitlines()
    assert "does not say what it rests on" in line
    for text in ("{", "3", '[{"value": 1}]', "[[]]", "[" * 100_000):
        damaged = edited(lambda dataset, text=text: dataset.setncattr("assumptions", text))  # type: ignore[misc]
        assert damaged.exit_code == 2, text
        (line,) = damaged.output.splitlines()
        assert "damaged" in line
    with netCDF4.Dataset(tmp_path / "other.nc", "w"):
        pass
    assert "not a result of capest" in capest("show", tmp_path / "other.nc", "--assumptions").output
    assert "no such file" in capest("show", tmp_path / "none.nc", "--assumptions").output
    both = capest("show", folder / "o.nc", "--assumptions", "--intervals")
    assert both.exit_code == 2
    assert "leave --intervals" in both.output


def test_a_result_goes_on_however_its_scenario_is_given(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(TEXT + "[users]\nper_beam = 4\n")
    (tmp_path / "b.toml").write_text(TEXT)
    out = tmp_path / "o.nc"
    first = capest("run", tmp_path / "a.toml", "-o", out, "--workers", "0")
    assert first.exit_code == 0, first.output
    assert rows_of(out)["users.per_beam"]["origin"] == "file"
    more = ("--set", "users.per_beam=4", "--trials", "4")
    again = capest("run", tmp_path / "b.toml", "-o", out, "--workers", "0", *more)

    assert again.exit_code == 0, again.output
    assert rows_of(out)["users.per_beam"]["origin"] == "--set users.per_beam=4"
    assert rows_of(out)["run.trials"]["value"] == 4


def test_of_a_scenario_nothing_is_left_out_but_keys_without_value() -> None:
    scenario = load_scenario(
        {
            "satellite": {"preset": "tr38821-set1-leo600-s"},
            "constellation": {"shell": [{"orbit": "53: 8/2/1 @ 550", "beams_at_once": 9}]},
            "region": {"kind": "country", "country": "LU"},
            "users": {"count": 10, "placement": "uniform"},
            "service": {"preset": "voice"},
        }
    )
    rows = {row["key"]: row for row in rests_on(scenario)}

    assert rows["constellation.shell.1.beams_at_once"]["changed"]
    assert rows["cells.diameter_km"]["value"] == pytest.approx(scenario.cell_diameter_km)
    assert rows["uplink.interference"]["value"] == "load"
    assert rows["link.harq"]["value"] == scenario.harq
    assert all("value" in row and "origin" in row for row in rows.values())


def test_a_file_that_says_nothing_rests_on_what_nobody_knows() -> None:
    assert figures_of({}) is None
    assert figures_of({"assumptions": "[]"}) == []
