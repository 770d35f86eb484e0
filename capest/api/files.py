"""Scenarios and results from their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from capest.accessor.python_words import in_python_words
from capest.results.open import open_result
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario


def load(source: str | Path | Mapping[str, Any], overrides: str | Sequence[str] = ()) -> Scenario:
    """Load and check a scenario.

    Parameters
    ----------
    source : path or mapping
        A TOML file, or its content as nested dictionaries.
    overrides : str or sequence of str
        Such as ``"beams.frequency_reuse=3"``; see ``--set`` of ``capest run``.

    Returns
    -------
    Scenario
        Immutable; change it with ``scenario.replace(beams__frequency_reuse=3)``.

    Raises
    ------
    ScenarioError
        With every fault of the scenario.
    """
    with in_python_words():
        return load_scenario(source, [overrides] if isinstance(overrides, str) else overrides)


def open(path: str | Path) -> xr.Dataset:
    """Open a file of capest lazily: of a run, a sweep, a study of uncertainty or a capacity.

    Parameters
    ----------
    path : path
        Written by a command, or by a function of this package.

    Returns
    -------
    xarray.Dataset
        With the accessor ``ds.capest``: ``summary()``, ``ci(...)``, ``cdf(...)``, ``plot``.

    Raises
    ------
    InputError
        If the file is missing or not of capest.
    """
    return open_result(path)
