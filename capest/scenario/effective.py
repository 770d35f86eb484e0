"""What of a scenario can change a result: the basis of its fingerprint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capest.scenario.model import Scenario


def effective(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Return section -> key -> value without titles, preset names and keys the mode never reads.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    dict of str to dict
        Flat sections; that of the hotspots is called ``"users.hotspots"``.
    """
    kept: dict[str, dict[str, Any]] = {}
    for key, value in scenario.items():
        section, _, name = key.rpartition(".")
        if value is not None and key not in _inert(scenario):
            kept.setdefault(section, {})[name] = value
    if scenario.users.placement != "beam":
        kept["users"]["count"] = scenario.users_per_trial
    return kept


def _inert(scenario: Scenario) -> set[str]:
    """Keys without influence on the results of this scenario."""
    keys = {"title", "satellite.preset", "handset.preset", "run.trials", "run.block_trials"}
    if scenario.beams.spacing_uv is not None:
        keys.add("satellite.hpbw_deg")
    if scenario.users.placement != "beam":
        keys.add("users.per_beam")
    if scenario.users.placement != "hotspots":
        keys |= {f"users.hotspots.{name}" for name in type(scenario.users.hotspots).model_fields}
    if scenario.channel.line_of_sight == "always" and not scenario.channel.shadow_fading:
        keys.add("channel.environment")
    if scenario.link.adaptation == "truncated-shannon":
        keys |= {"link.table", "link.thresholds"}
    else:
        keys.add("link.shannon")
    return keys
