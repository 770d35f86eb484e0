"""The table of a sweep: headline figures, a line for every point."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import xarray as xr

_COLUMNS = (
    ("satellites", None, "satellites", 1),
    ("trials", None, "trials", 1),
    ("calls_mean", None, "calls", 1.0),
    ("refused_share_mean", None, "refused, %", 100.0),
    ("throughput_mean", None, "Mbit/s", 1.0),
    ("sinr_db_quantile", 0.5, "SINR, dB", 1.0),
    ("user_throughput_quantile", 0.5, "user, Mbit/s", 1.0),
    ("beam_share_mean", None, "beam, %", 100.0),
    ("served_share_mean", None, "served, %", 100.0),
)


def report(path: Path, names: list[str], as_json: bool) -> None:
    """Print the headline figures of every point on standard output.

    Parameters
    ----------
    path : Path
        File of a sweep.
    names : list of str
        Its axes.
    as_json : bool
        A list of objects instead of a table.
    """
    import json

    import xarray as xr

    with xr.open_dataset(path, engine="netcdf4") as dataset:
        rows = _rows(dataset, names)
        notes = str(dataset.attrs.get("notes", "")).splitlines()
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in rows[0]:
        table.add_column(name, justify="right", overflow="fold")
    for row in rows:
        table.add_row(*(_shown(value) for value in row.values()))
    console.print(table)
    for note in notes:
        console.print(f"Note: {note}.")
    console.print(f"{path}: medians and means with their intervals, all other figures too")


def _rows(dataset: xr.Dataset, names: list[str]) -> list[dict[str, Any]]:
    """Headline figures of every point, in the order of the sweep."""
    rows = []
    stacked = dataset.stack(point=names)
    for k in range(stacked.sizes["point"]):
        point = stacked.isel(point=k)
        row: dict[str, Any] = {name: point[name].item() for name in names}
        for variable, quantile, title, factor in _COLUMNS:
            if variable not in dataset or not _is_telling(dataset, variable):
                continue
            value = point[variable]
            if quantile is not None:
                value = value.sel(quantile=quantile)
            row[title] = value.item() * factor
        rows.append(row)
    return rows


def _is_telling(dataset: xr.Dataset, variable: str) -> bool:
    """Leave out what is the same everywhere: one satellite, one number of trials."""
    if variable == "satellites":
        return bool((dataset["satellites"] > 1).any())
    if variable == "trials":
        return bool((dataset["trials"] != dataset["trials"].values.flat[0]).any())
    # Of users who all take as much as they are given: beside calls it would be misread.
    return variable != "served_share_mean" or "calls_mean" not in dataset


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
