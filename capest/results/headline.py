"""The answer in one line: how many calls at once, and why not more."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from capest.results.figures import interval_text, percent_text, scaled, value_text
from capest.statistics.quantities import calls_of_service, quantity
from capest.statistics.reduction import Estimate
from capest.statistics.refusals import REFUSAL_REASONS, SHORT_REASONS

MANY_ON_FADING = 0.1
"""The headline speaks of calls on fading where they are a larger share; the table always does."""

_OTHERWISE = "see channel.fading_gain=none, channel.urban_sigma_db=1.2"
"""Choices of the model under which such calls fail, to be shown beside a result."""

_CURVE = "no single number: capest uncertainty --margin -6:6:2 gives the curve"
"""An answer that hangs on a few decibels is a curve against link margin."""


def headline(
    estimates: Mapping[tuple[str, str], Estimate],
    service: str = "",
    lacking: str = "",
    where: str = "",
) -> str:
    """Return a line such as "voice: 1,830 calls at once, ±12; refused 71 %: bandwidth 83 %, ...".

    Parameters
    ----------
    estimates : mapping of (metric, statistic) to Estimate
    service : str
        Name of the service, if it has one.
    lacking : str
        What stands against calls in fact and not in the result.
    where : str
        In which beams they are, after a space.

    Returns
    -------
    str
        Empty where nobody calls.
    """
    calls = estimates.get(("calls", "mean"))
    refused = estimates.get(("refused_share", "mean"))
    if calls is None or refused is None or math.isnan(refused.value):
        return ""
    reasons = [
        (estimates[name, "mean"].value, SHORT_REASONS[reason])
        for reason, name in _refused()
        # A result of an earlier capest knows fewer reasons.
        if (name, "mean") in estimates
    ]
    # Nobody calls by text message.
    what = "users" if service == "message" else "calls"
    how_sure = "" if calls.note else f", {interval_text(calls)}"
    found = f"{value_text(calls)} {what} at once{how_sure}{where}{at_wanted_rate(estimates)}"
    if lacking:
        found += f" ({lacking})"
    if calls.note:
        found += f"; how sure is not known: {calls.note.partition(': ')[2]}"
    found += on_fading(estimates)
    found += f"; refused {percent_text(refused.value)}"
    shown = [
        f"{word} {percent_text(share)}"
        for share, word in sorted(reasons, reverse=True)
        if share > 0
    ]
    if service:
        found = f"{service}: {found}"
    return found + (": " + ", ".join(shown) if shown else "")


def at_wanted_rate(estimates: Mapping[tuple[str, str], Estimate]) -> str:
    """Say how many calls have the rate they want, such as ", 1,200 of them at the wanted rate".

    Returns
    -------
    str
        Empty where no call adapts its rate.
    """
    found = estimates.get(("calls_at_wanted_rate", "mean"))
    return "" if found is None else f", {value_text(found)} of them at the wanted rate"


def on_fading(estimates: Mapping[tuple[str, str], Estimate]) -> str:
    """Say how many of the calls rest on fading gains, such as "; 98 % of the calls rest on ...".

    Returns
    -------
    str
        Empty where `MANY_ON_FADING` or fewer do, or a result of an earlier capest does not know.
    """
    lifted = estimates.get(("calls_on_fading", "mean"))
    if lifted is None or not lifted.value > 0.0:
        return ""
    share = lifted.value / estimates["calls", "mean"].value
    if share <= MANY_ON_FADING:
        return ""
    many = "all" if share == 1.0 else f"{percent_text(share)} of the"
    return f"; {many} calls rest on shadow fading above free space ({_OTHERWISE}; {_CURVE})"


def call_means(
    estimates: Mapping[tuple[str, str], Estimate],
) -> list[tuple[str, Estimate, str]]:
    """Label, estimate and unit for people, of calls."""
    if ("calls", "mean") not in estimates:
        return []
    offered = estimates["calls_offered", "mean"]
    found = [("calls at once", estimates["calls", "mean"], f"of {value_text(offered)}")]
    for service, carried in _of_services(estimates):
        _, wanted = calls_of_service(service)
        asked = f"of {value_text(estimates[wanted, 'mean'])}"
        found.append((f"of these: {service}", carried, asked))
    lifted = estimates.get(("calls_on_fading", "mean"))
    # Without shadow fading there is none for certain, whatever few trials tell.
    if lifted is not None and (lifted.value > 0.0 or not lifted.note):
        found.append(("calls only by fading above free space", lifted, "calls"))
    found.append(("calls refused", in_percent(estimates["refused_share", "mean"]), "%"))
    found += [
        (f"refused: {SHORT_REASONS[reason]}", in_percent(estimates[name, "mean"]), "%")
        for reason, name in _refused()
        if (name, "mean") in estimates and estimates[name, "mean"].value > 0.0
    ]
    return found


def _of_services(
    estimates: Mapping[tuple[str, str], Estimate],
) -> Iterator[tuple[str, Estimate]]:
    """Services of a mix with the calls carried of each."""
    for (metric, statistic), found in estimates.items():
        row = quantity(metric)
        if statistic == "mean" and row.service and calls_of_service(row.service)[0] == metric:
            yield row.service, found


def _refused() -> list[tuple[str, str]]:
    """Reasons of refusal with the metrics of their shares."""
    return [(reason, f"refused_{reason}_share") for reason in REFUSAL_REASONS]


def in_percent(found: Estimate) -> Estimate:
    """A share in percent."""
    return scaled(found, 100.0)
