"""The identity of a scenario's results."""

from __future__ import annotations

import hashlib
import json

from capest.scenario.model import Scenario


def fingerprint(scenario: Scenario) -> str:
    """Return a hash that two scenarios share only if every trial of both is the same.

    Keys that cannot change a trial (title, number of trials, names of presets, settings the chosen
    mode does not read) do not enter; the seed does.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    str
        SHA-256 in hexadecimal digits of the canonical JSON of ``scenario.effective()``.
    """
    # Adding zero makes -0.0 the 0.0 it is equal to.
    numbers = {
        section: {k: v + 0.0 if isinstance(v, float) else v for k, v in keys.items()}
        for section, keys in scenario.effective().items()
    }
    canonical = json.dumps(numbers, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
