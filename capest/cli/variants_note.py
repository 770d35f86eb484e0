"""What a command leaves away of a scenario with variants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from capest.shown import cut

if TYPE_CHECKING:
    from capest.scenario.model import Scenario

OF_STUDIES = '"capest run --variant NAME" runs one, "capest sweep --vary variants" all'
"""What takes variants in place of a command that does not."""


def tell_of_variants(scenario: Scenario, instead: str = OF_STUDIES) -> None:
    """Say on standard error that the variants of a scenario are not run; nothing without any.

    Parameters
    ----------
    scenario : Scenario
    instead : str
        What runs them.
    """
    if scenario.variants:
        names = cut(", ".join(scenario.variants))
        click.echo(f"[variants] of the scenario are not run ({names}): {instead}", err=True)
