"""``capest budget``."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from capest.cli.json_output import json_text
from capest.cli.options import json_option, scenario_argument, set_option
from capest.cli.variants_note import tell_of_variants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capest.engine.budget import Budget

_HIDDEN = 0.05
"""Smaller figures would lose their digits to two decimals."""

LINES = {
    "elevation_deg": "elevation, degree",
    "altitude_km": "satellite's height, km",
    "frequency_ghz": "carrier, GHz",
    "bandwidth_mhz": "bandwidth, MHz",
    "eirp_dbm": "EIRP, dBm",
    "free_space_loss_db": "free-space loss, dB",
    "gas_loss_db": "gas loss, dB",
    "shadow_margin_db": "shadow margin, dB",
    "scintillation_loss_db": "scintillation loss, dB",
    "weather_loss_db": "rain, cloud, scintillation, dB",
    "polarisation_loss_db": "polarisation loss, dB",
    "body_loss_db": "body loss, dB",
    "steering_loss_db": "steering loss, dB",
    "pfd_reduction_db": "turned down by PFD limit, dB",
    "rf_power_reduction_db": "turned down by RF power limit, dB",
    "power_reduction_db": "phone's power reduction, dB",
    "combining_gain_db": "gain by two branches, dB",
    "g_over_t_db_per_k": "G/T, dB/K",
    "cnr_db": "CNR, dB",
    "pfd_dbw_per_m2_mhz": "PFD on the ground, dBW/m²/MHz",
    "pfd_limit_dbw_per_m2_mhz": "its limit, dBW/m²/MHz",
    "pfd_margin_db": "margin to it, dB",
    "out_of_band_pfd_dbw_per_m2_mhz": "PFD out of band, dBW/m²/MHz",
    "beam_radiated_w": "radiated by a beam, W",
    "radiated_w": "radiated by all beams, W",
    "rf_power_w": "its limit, W",
}


@click.command()
@scenario_argument
@click.option(
    "--elevation",
    "elevations",
    type=click.FloatRange(0.1, 90.0),
    multiple=True,
    help="In degrees; may be given again.  [default: 30]",
)
@set_option
@json_option
def budget(
    scenario: Path,
    elevations: tuple[float, ...],
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Print the link budgets of SCENARIO, line by line, for a user at the peak of a beam.

    TR 38.821 clause 6.1.3: free space, gas, shadow margin, scintillation, polarisation, body; rain
    and cloud where the scenario has weather of one place. The uplink is shown where its figures are
    given. Of a constellation the lowest satellite is taken; all beams of a satellite are lit. Below
    6 GHz the ionosphere costs what it costs in the published budgets, whatever channel.ionosphere.
    At the end stand what one beam lays on the ground and what the satellite radiates, after limits;
    below the table, what control and reference signals take.

    \b
    Examples:
      capest budget runs/tr38821-case9.toml
      capest budget my.toml --elevation 10 --elevation 90 --json
      capest budget my.toml --set handset.body_loss_db=4
    """
    from capest.engine.budget import budget as work_out
    from capest.engine.budget import budget_notes
    from capest.errors import InputError
    from capest.physics.overhead import OVERHEAD, parts_of
    from capest.scenario.load import load_scenario

    if not all(map(math.isfinite, elevations)):
        raise click.BadParameter("must be a number of degrees", param_hint="--elevation")
    loaded = load_scenario(scenario, overrides)
    tell_of_variants(loaded)
    found, lacking = [], ""
    for elevation in elevations or (30.0,):
        for link in ("DL", "UL"):
            try:
                found.append(work_out(loaded, link, elevation))
            except InputError as error:
                if link == "DL":
                    raise
                lacking = str(error)
    for note in dict.fromkeys((*loaded.notes, *loaded.moves, *budget_notes(loaded))):
        click.echo(note, err=True)
    if loaded.weather_is_of_cells:
        click.echo("under a clear sky: weather is that of a cell, and a budget has none", err=True)
    keys = [key for key in OVERHEAD if key.startswith("link.") or not lacking]
    overhead = {key: dict(loaded.items())[key] for key in keys}
    if lacking:
        click.echo(f"no uplink: {lacking}", err=True)
    if as_json:
        listed = {
            key: {"value": value, "parts": [asdict(part) for part in parts_of(key, value)]}
            for key, value in overhead.items()
        }
        click.echo(json_text({"budgets": [asdict(one) for one in found], "overhead": listed}))
        return
    _print_table(loaded.title or str(scenario), found)
    for key, value in overhead.items():
        click.echo(f"{key} = {value:g}")
        for part in parts_of(key, value):
            click.echo(f"  {part.share:.3f} {part.name} ({part.source})")


def _print_table(title: str, found: Sequence[Budget]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    console.print(title)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("")
    for one in found:
        table.add_column(one.link, justify="right")
    for name, label in LINES.items():
        values = [getattr(one, name) for one in found]
        if any(value is not None for value in values):
            table.add_row(label, *("" if value is None else _shown(value) for value in values))
    console.print(table)


def _shown(value: float) -> str:
    """Two decimals; three digits of what they would hide, such as a power of some microwatts."""
    return f"{value:.3g}" if 0.0 < abs(value) < _HIDDEN else f"{value:.2f}"
