"""Where a result comes from: scenario, versions, command, time and place."""

from __future__ import annotations

import importlib.metadata
import platform
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from capest.engine.build.services import call_attributes
from capest.engine.world import World
from capest.results.rests_on import ATTRIBUTE
from capest.results.store import RunIdentity
from capest.scenario.assumed import rests_on_json
from capest.scenario.network_rules import later_rules
from capest.scenario.not_modelled import LARGE_PERCENT, not_modelled
from capest.scenario.reading_table import is_read

if TYPE_CHECKING:
    from capest.scenario.model import Scenario

_PACKAGES = ("numpy", "xarray", "netCDF4", "dask", "distributed")
_WEATHER = ("itur",)
_CATALOGUES = ("sgp4",)
_CUPY = ("cupy-cuda13x", "cupy-cuda12x", "cupy")


def provenance(
    scenario: Scenario, world: World, identity: RunIdentity, trials: int
) -> dict[str, str | int | float]:
    """Global attributes of a result file.

    Parameters
    ----------
    scenario : Scenario
    world : World
        Built from it.
    identity : RunIdentity
        What the blocks are stamped with.
    trials : int

    Returns
    -------
    dict of str to str or int
        Times and places stand here only, never in variables.
    """
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
    packages: tuple[str, ...] = (*_PACKAGES, *_CUPY) if identity.backend == "cupy" else _PACKAGES
    if scenario.channel.weather != "clear":
        packages += _WEATHER
    if scenario.constellation.catalogue is not None:
        packages += _CATALOGUES
    effects = not_modelled(dict(scenario.items()))
    versions = [f"{name} {version}" for name in packages if (version := _version(name))]
    return {
        "title": scenario.title or "capest result",
        "source": f"capest {identity.version}, Monte Carlo over {trials} trials",
        "history": f"{now} {command}",
        "scenario_toml": scenario.to_toml(),
        "scenario_fingerprint": identity.fingerprint,
        "seed": str(scenario.run.seed),  # may exceed the integers of NetCDF
        "backend": identity.backend,
        "capest_version": identity.version,
        "package_versions": ", ".join(versions),
        "python_version": platform.python_version(),
        "command_line": command,
        "created": now,
        "host": platform.node(),
        "users_per_trial": world.ground.users_per_trial,
        **call_attributes(world.services),
        "rules": scenario.rules,
        "later_rules": ", ".join(read_later_rules(scenario)),
        "not_modelled": "\n".join(map(str, effects)),
        ATTRIBUTE: rests_on_json(scenario),
        "large_effects": sum(row.largest_percent >= LARGE_PERCENT for row in effects),
    }


def read_later_rules(scenario: Scenario) -> list[str]:
    """Return the keys of later rules that a scenario by the rules of 0.2 reads all the same."""
    values = dict(scenario.items())
    return [key for key in later_rules(values) if is_read(key, values)]


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
