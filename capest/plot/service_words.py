"""What users of a result ask for, as people say it."""

from __future__ import annotations

import tomllib

from capest.results.stored import Stored


def asked_for(stored: Stored) -> str:
    """What users ask for, where calls are counted: nobody calls by text message.

    Returns
    -------
    {"calls", "messages"}
    """
    scenario = tomllib.loads(str(stored.attributes.get("scenario_toml", "")))
    preset = scenario.get("service", {}).get("preset")
    return "messages" if preset == "message" else "calls"
