"""Tables of ``capest bench``."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from capest.benchmark.machine import machine_text

_SHORT = {
    "trial": "trial",
    "downlink_sinr": "pairs, downlink",
    "uplink_sinr": "pairs, uplink",
    "constellation_sinr": "sums, downlink",
    "constellation_uplink": "sums, uplink",
}


def print_tables(found: dict[str, Any], console: Console) -> None:
    """Print what ``benchmark.suite.measure`` found.

    Parameters
    ----------
    found : dict
    console : Console
    """
    machine, limit = found["machine"], found["limit_pairs_per_s"]
    console.print(machine_text(machine), soft_wrap=True)
    console.print(f"capest {machine['capest']}, {found['backend']}, NumPy {machine['numpy']}")
    if found["against"]:
        console.print(f"other: {found['against']}", soft_wrap=True)
    if limit:
        console.print(
            f"On paper the hardware could do {limit / 1e6:,.0f} million pairs/s: "
            f"one {'GPU' if found['backend'] == 'cupy' else 'core'}, downlink."
        )
    console.print(f"Obvious: whole arrays, double precision, {found['baseline']}.\n")

    columns = "users × beams|colours|M pairs/s|limit|× NumPy|× obvious|gain, dB|SINR, dB"
    console.print(_table(columns, [_kernel(row, limit) for row in found["kernel"]]))
    console.print(
        _table(
            "uplink drops × beams|colours|M pairs/s|× NumPy|× obvious|SINR, dB",
            [_uplink(row) for row in found["uplink"]],
        )
    )
    console.print(
        _table(
            "sum of a constellation|users|M pairs|M pairs/s|× NumPy|× obvious|dB",
            [_constellation(row) for row in found["constellation"]],
        )
    )
    other = bool(found["against"])
    with_other = "|× other" if other else ""
    console.print(
        _table(
            f"trial, without files|ms|× NumPy{with_other}",
            [_trial(row, other) for row in found["trial"]],
        )
    )
    console.print(
        _table(
            f"whole run, one core|trials|s|MiB|× NumPy|MiB|× plain{with_other}",
            [_whole(row, other) for row in found["whole"]],
        )
    )
    of_runs = "trials|workers|trials/s|s in all|MiB"
    console.print(_table(f"run with workers|{of_runs}", [_run(row) for row in found["run"]]))
    if "sweep" in found:
        of_calls = "users|beams|satellites|M pairs/s"
        console.print(_table(of_calls, [_point(row)[1:] for row in found["sweep"]]))
        rows = [_point(row) for row in found["uneven"]]
        console.print(_table(f"uneven work|{of_calls}", rows))
        console.print(f"worst of these: {found['worst_uneven_ratio']:.2f} × regular\n")
        console.print(_table(f"scaling|{of_runs}", [_run(row) for row in found["scaling"]]))


def _table(columns: str, rows: list[tuple[str, ...]]) -> Table:
    """Make a table; a first column of words is written to the left."""
    table = Table(box=None, pad_edge=False)
    words = not rows[0][0][:1].isdigit()
    for place, title in enumerate(columns.split("|")):
        table.add_column(title, justify="left" if words and place == 0 else "right")
    for row in rows:
        table.add_row(*row)
    return table


def _millions(row: dict[str, Any]) -> str:
    return f"{row['pairs_per_s'] / 1e6:,.0f}"


def _ratios(row: dict[str, Any]) -> tuple[str, str]:
    """How many times as fast as NumPy's kernel, and as the obvious way."""
    speed = row["pairs_per_s"]
    return f"{speed / row['numpy_pairs_per_s']:.1f}", f"{speed / row['baseline_pairs_per_s']:.1f}"


def _kernel(row: dict[str, Any], limit: float) -> tuple[str, ...]:
    return (
        f"{row['users']:,} × {row['beams']}",
        str(row["colours"]),
        _millions(row),
        f"{row['pairs_per_s'] / limit:.0%}" if limit else "-",
        *_ratios(row),
        f"{row['gain_error_db']:.4f}",
        f"{row['sinr_error_db']:.4f}",
    )


def _uplink(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        f"{row['drops']:,} × {row['beams']}",
        str(row["colours"]),
        _millions(row),
        *_ratios(row),
        f"{row['sinr_error_db']:.4f}",
    )


def _constellation(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        _SHORT[row["kernel"]].partition(", ")[2],
        f"{row['users']:,}",
        f"{row['pairs'] / 1e6:,.1f}",
        _millions(row),
        *_ratios(row),
        f"{row['error_db']:.3f}",
    )


def _trial(row: dict[str, Any], other: bool) -> tuple[str, ...]:
    part = row["part"]
    name = row["case"] if part == "trial" else f"  {_SHORT[part]}"
    return (name, f"{1e3 * row['seconds']['here']:,.3g}", *_beside(row, "numpy", other=other))


def _whole(row: dict[str, Any], other: bool) -> tuple[str, ...]:
    memory = row["memory_mib"]
    numpy, *rest = _beside(row, "numpy", "plain", other=other)
    return (
        row["case"],
        f"{row['trials']:,}",
        f"{row['seconds']['here']:.2f}",
        f"{memory['here']:.0f}",
        numpy,
        f"{memory['numpy']:.0f}" if "numpy" in memory else "",
        *rest,
    )


def _beside(row: dict[str, Any], *ways: str, other: bool) -> list[str]:
    """How many times as long others take; nothing where they do not compute it."""
    ways = (*ways, "other") if other else ways
    return [f"{row['ratio'][way]:.2f}" if way in row["ratio"] else "" for way in ways]


def _run(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        row["case"],
        f"{row['trials']:,}",
        str(row["workers"]),
        f"{row['trials_per_s']:,.0f}",
        f"{row['seconds']:.1f}",
        f"{row['peak_memory_mib']:,.0f}",
    )


def _point(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        row["case"],
        f"{row['users']:,}",
        str(row["beams"]),
        str(row["satellites"]),
        _millions(row),
    )
