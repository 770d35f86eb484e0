"""Tables of all kinds of files: what the library reads is what a table has."""

from __future__ import annotations

import csv
import json
import math
import warnings
from collections.abc import Iterator
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from capest.cli.export import export as command
from capest.export.csv_file import write_csv
from capest.export.source import open_source
from capest.export.table import TableColumn, of_rows
from capest.export.variables import variable_table
from tests.export.files import HOSTILE, export, make


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return make(tmp_path_factory.mktemp("exported"))


@pytest.fixture
def out(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


TABLES = {
    "one": ["figures", "cells", "trials", "distributions", "assumptions"],
    "network": ["figures", "refused", "cells", "satellites", "density", "trials", "assumptions"],
    "sweep": ["figures", "trials", "distributions", "assumptions"],
    "uncertainty": ["figures", "margins", "assumptions"],
    "capacity": ["capacities", "points", "assumptions"],
}


@pytest.mark.parametrize(("name", "table"), [(n, t) for n in TABLES for t in TABLES[n]])
def test_every_table_is_the_same_in_both_formats(
    made: dict[str, Path], out: Path, name: str, table: str
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    for ending in ("csv", "parquet"):
        code, said = export(made[name], table, "-o", out / f"t.{ending}")
        assert code == 0, said
    text = rows_of(out / "t.csv")
    found = parquet.read_table(out / "t.parquet")
    assert found.num_rows == len(text) > 0
    headings = list(text[0])
    for k, field in enumerate(found.schema):
        units = (field.metadata or {}).get(b"units", b"").decode()
        assert headings[k] == field.name + (f" [{units}]" if units not in ("", "1") else "")
        if str(field.type) in ("double", "float"):
            values = found.column(k).to_pylist()
            read = [float(row[headings[k]] or "nan") for row in text]
            assert np.array_equal(np.float32(values), np.float32(read), equal_nan=True)
    assert found.schema.metadata[b"made_by"].startswith(b"capest ")
    kept = made[name].stat().st_mtime_ns, (out / "t.parquet").stat().st_mtime_ns
    # A Parquet file of ours is replaced, a CSV file never.
    assert export(made[name], table, "-o", out / "t.parquet")[0] == 0
    code, said = export(made[name], table, "-o", out / "t.csv")
    assert (code, made[name].stat().st_mtime_ns) == (2, kept[0])
    assert "does not say who made it" in said


def test_figures_are_those_of_the_file(made: dict[str, Path], out: Path) -> None:
    export(made["network"], "figures", "-o", out / "f.csv")
    rows = {(row["metric"], row["statistic"]): row for row in rows_of(out / "f.csv")}
    with netCDF4.Dataset(made["network"]) as dataset:
        for end, column in (("", "value"), ("_low", "low"), ("_high", "high")):
            stored = float(dataset[f"sinr_db_quantile{end}"][1])
            assert float(rows["sinr_db", "p50"][column] or "nan") == pytest.approx(
                stored, nan_ok=True
            )
        assert float(rows["calls", "mean"]["value"]) == float(dataset["calls_mean"][...])
        refused = {row["reason"]: row for row in _exported(made["network"], "refused", out)}
        share = float(dataset["refused_beam_share_mean"][...])
    assert float(refused["beam"]["share"]) == pytest.approx(share)


def _exported(path: Path, table: str, out: Path) -> list[dict[str, str]]:
    export(path, table, "-o", out / f"{table}.csv")
    return rows_of(out / f"{table}.csv")


def test_means_of_cells_are_those_of_all_trials(made: dict[str, Path], out: Path) -> None:
    rows = _exported(made["one"], "cells", out)
    with netCDF4.Dataset(made["one"]) as dataset:
        values = np.ma.filled(dataset["cell_throughput"][:], np.nan).mean(axis=0)
    found = [float(row["cell_throughput_mean [Mbit s-1]"]) for row in rows]
    assert found == pytest.approx(values.tolist(), rel=1e-6)


def test_a_variable_of_trials_and_cells_is_read_in_parts(
    made: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capest.export.variables.ROWS_AT_ONCE", 20)
    with open_source(made["one"]) as source, netCDF4.Dataset(made["one"]) as dataset:
        table = variable_table(source, "cell_throughput")
        parts = list(table.parts())
        names = [column.name for column in table.columns]
        assert [len(part[0]) for part in parts] == [14, 14, 14]
        trial, cell, value = (
            np.concatenate([part[names.index(name)] for part in parts])
            for name in ("trial", "cell", "cell_throughput")
        )
        stored = dataset["cell_throughput"][:]
        first = int(dataset["cell"][0])
        assert np.array_equal(stored[trial, cell - first], value)
        assert len(set(zip(trial.tolist(), cell.tolist(), strict=True))) == stored.size


def test_distributions_rise_to_one_and_cross_the_quantiles(
    made: dict[str, Path], out: Path
) -> None:
    rows = [
        row for row in _exported(made["one"], "distributions", out) if row["metric"] == "sinr_db"
    ]
    value = np.array([float(row["value"]) for row in rows])
    share = np.array([float(row["cumulative"]) for row in rows])
    assert (np.diff(share) > 0).all()
    assert (np.diff(value) > 0).all()
    assert share[-1] == pytest.approx(1.0)
    with netCDF4.Dataset(made["one"]) as dataset:
        median = float(dataset["sinr_db_quantile"][1])
        width = float(np.diff(dataset["sinr_db_bin_bounds"][0])[0])
    at = int(np.searchsorted(share, 0.5))
    assert value[at] - width - 1e-9 <= median <= value[at] + 1e-9


def test_a_sweep_has_its_axis_and_differences(made: dict[str, Path], out: Path) -> None:
    rows = _exported(made["sweep"], "figures", out)
    by_point = {
        (row["users.per_beam"], row["metric"]): row for row in rows if row["statistic"] == "mean"
    }
    with netCDF4.Dataset(made["sweep"]) as dataset:
        stored = dataset["throughput_mean"][:]
        difference = dataset["throughput_mean_difference"][:]
    for k, point in enumerate(("1", "3")):
        assert float(by_point[point, "throughput"]["value"]) == pytest.approx(float(stored[k]))
    assert by_point["1", "throughput"]["difference"] == ""
    assert float(by_point["3", "throughput"]["difference"]) == pytest.approx(float(difference[1]))
    assert len(_exported(made["sweep"], "trials", out)) == 12


def test_text_that_a_spreadsheet_would_compute_is_defused(tmp_path: Path) -> None:
    texts = [
        "=1+1",
        "+x",
        "@SUM(A1)",
        "-cmd",
        "\tx",
        "\rx",
        "-3.5",
        "a,b",
        'say "no"',
        "two\nlines",
    ]
    table = of_rows(
        "t", "", [TableColumn("=name"), TableColumn("number", "km2")], [[t, -1.5] for t in texts]
    )
    with (tmp_path / "t.csv").open("w", newline="", encoding="utf-8") as stream:
        assert write_csv(table, stream) == len(texts)
    raw = (tmp_path / "t.csv").read_bytes()
    assert raw.startswith(b"'=name,number [km2]\r\n'=1+1,-1.5\r\n")
    with (tmp_path / "t.csv").open(newline="", encoding="utf-8") as stream:
        read = [row[0] for row in csv.reader(stream)][1:]
    assert read[:6] == [f"'{text}" for text in texts[:6]]
    assert read[6:] == texts[6:]


def test_values_that_are_none_and_long_digits(tmp_path: Path) -> None:
    values = [0.1 + 0.2, math.nan, math.inf, -math.inf, 1e-300]
    table = of_rows("t", "", [TableColumn("x"), TableColumn("note")], [[v, None] for v in values])
    with (tmp_path / "t.csv").open("w", newline="", encoding="utf-8") as stream:
        write_csv(table, stream)
    read = [row["x"] for row in rows_of(tmp_path / "t.csv")]
    assert read == ["0.30000000000000004", "", "inf", "-inf", "1e-300"]


def test_a_list_without_what(made: dict[str, Path]) -> None:
    for name, path in made.items():
        code, said = export(path)
        assert code == 0
        assert "Tables, as .csv .parquet" in said, name
        code, text = export(path, "--json")
        contents = {row["name"]: row for row in json.loads(text)["contents"]}
        assert set(TABLES.get(name, [])) <= set(contents)
        assert contents["all"]["formats"] == [".zarr"]
        # What is listed is there, but for groups that need a place on the Earth.
        for row in contents.values():
            assert row["about"], row


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("cels", "-o", "x.csv"), "did you mean cells"),
        (("figures", "-o", "x.tif"), "figures is written as .csv, .parquet"),
        (("figures", "-o", "x"), "the name's ending says which"),
        (("cells", "-o", "x.geojson"), "no place on the Earth"),
        (("cell_throughput", "-o", "x.tif"), "the table cells has the mean"),
        (("sinr_db_quantile_none", "-o", "x.csv"), "holds no such table"),
        (("figures", "-o", "x.csv", "--resolution", "1"), "--resolution is for grids"),
        (("throughput_mean", "-o", "x.csv"), "it is one number: export figures"),
        (("figures", "-o", "no/such/folder/x.csv"), "no such folder"),
    ],
)
def test_what_cannot_be_is_one_line(
    made: dict[str, Path],
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    says: str,
) -> None:
    monkeypatch.chdir(out)
    code, said = export(made["one"], *words)
    assert code == 2
    assert says in said
    assert said.count("\n") == 1
    assert not list(out.iterdir())


def test_files_of_others_are_left_alone(made: dict[str, Path], out: Path) -> None:
    for ending in ("csv", "parquet", "geojson"):
        target = out / f"own.{ending}"
        target.write_text("mine")
        code, _ = export(made["placed"], "cells", "-o", target)
        assert (code, target.read_text()) == (2, "mine")
    (out / "own.zarr").mkdir()
    assert export(made["placed"], "all", "-o", out / "own.zarr")[0] == 2
    (out / "link.csv").symlink_to(out / "elsewhere.csv")
    assert export(made["one"], "figures", "-o", out / "link.csv")[0] == 2
    assert not (out / "elsewhere.csv").exists()


def test_a_title_of_any_text_stays_text(made: dict[str, Path], out: Path) -> None:
    zarr = pytest.importorskip("zarr")
    assert export(made["one"], "all", "-o", out / "a.zarr")[0] == 0
    title = zarr.open(out / "a.zarr", mode="r").attrs["title"]
    assert title == HOSTILE.replace("\\n", "\n")


def test_zarr_holds_what_the_file_holds(made: dict[str, Path], out: Path) -> None:
    pytest.importorskip("zarr")
    import xarray as xr

    for name in ("one", "sweep", "capacity"):
        code, said = export(made[name], "all", "-o", out / f"{name}.zarr")
        assert code == 0, said
        with netCDF4.Dataset(made[name]) as dataset:
            kinds = {key: np.dtype(each.dtype).kind for key, each in dataset.variables.items()}
            there = {key for key, kind in kinds.items() if kind in "iuf"}
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                opened = xr.open_zarr(out / f"{name}.zarr", decode_times=False)
            with opened as found:
                assert there <= set(found.variables)
                some = sorted(there)[:: max(1, len(there) // 20)]
                for key in some:
                    stored = np.ma.filled(dataset[key][...].astype(float), np.nan)
                    assert np.array_equal(found[key].values.astype(float), stored, equal_nan=True)
    code, said = export(made["one"], "all", "-o", out / "one.zarr")
    assert code == 2
    assert "folders are left alone" in said


@pytest.mark.parametrize(
    ("package", "ending", "what"), [("pyarrow", "parquet", "figures"), ("zarr", "zarr", "all")]
)
def test_a_package_that_lacks_is_one_line(
    made: dict[str, Path],
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    package: str,
    ending: str,
    what: str,
) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr("capest.extras.import_module", absent)
    code, said = export(made["one"], what, "-o", out / f"x.{ending}")
    assert code == 2
    assert f'needs the package {package}: pip install "capest[export]"' in said
    assert not list(out.iterdir())


def test_help_shows_examples() -> None:
    assert "Examples:" in (command.get_help(command.make_context("export", ["x"])))
