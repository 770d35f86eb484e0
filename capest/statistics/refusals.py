"""Why calls are refused, in the words of files and of the summary."""

from __future__ import annotations

WHY_REFUSED = {
    "satellite": "no satellite is above the horizon",
    "elevation": "no satellite is above the mask",
    "beam": "no beam is lit for the user",
    "delay": "the delay is over the budget",
    "downlink": "the downlink does not carry the rate, even alone",
    "uplink": "the uplink does not carry the rate, even alone",
    "bandwidth": "other calls have taken the capacity of the beam or of its uplink",
}
"""Reasons with what they mean; of several that apply to a call, the first one counts."""

REFUSAL_REASONS = tuple(WHY_REFUSED)

SHORT_REASONS = {
    "satellite": "no satellite above the horizon",
    "elevation": "no satellite above the mask",
    "beam": "no beam",
    "delay": "delay",
    "downlink": "downlink too weak",
    "uplink": "uplink too weak",
    "bandwidth": "bandwidth",
}
"""Reasons in the summary."""
