"""How long a packet takes one way, beside a geostationary satellite and the budgets of 5G."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from capest.physics.geometry import one_way_delay_ms, slant_range_m
from capest.plot.curve_labels import NamedCurve, write_names
from capest.plot.distributions import Member, members_of
from capest.plot.plain_numbers import in_percent, write_plain_numbers
from capest.plot.service_words import asked_for
from capest.plot.sheet import Sheet, Words
from capest.plot.source import Source
from capest.plot.style import FAMILY, GREY, INK, LINES, MUTED, PAPER
from capest.results.figures import interval_text, percent_text, scaled, value_text
from capest.scenario.presets import presets_of
from capest.statistics.reduction import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KINDS = ("run",)
MOST = 3
OPTIONS = ()

PROPAGATION, PACKETS = "one_way_delay", "packet_delay"

_WORD = {PROPAGATION: "propagation alone", PACKETS: "packets"}

_GEOSTATIONARY_M = 35_786_000.0
"""Altitude of a geostationary satellite, 3GPP TR 38.821 clause 4.2."""

_LOWEST_DEG = 10.0
"""Elevation below which phones and gateways are not served, TR 38.821 Table 4.2-2."""

_OF_CLASS = ("delay_budget_ms", "five_qi")

_BEYOND = 0.0005
_ROOM_IN = (6.0, 1.8)
_BEHIND = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8}


def why_not(sources: tuple[Source, ...]) -> str:
    """Why it cannot be drawn; empty where it can."""
    for source in sources:
        (member,), _ = members_of(source, "", 1)
        if not member.has(PROPAGATION):
            return _why_no_delays(source)
    return ""


def _why_no_delays(source: Source) -> str:
    """Why a file does not say how delays are distributed."""
    names, name = source.stored.names, source.name or "this file"
    if f"{PROPAGATION}_quantile" not in names:
        return f"{name} has no delays: it is of an earlier version of capest"
    if f"{PROPAGATION}_count" not in names:
        # Files of 0.2 keep three quantiles of users alone.
        return (
            f"{name} keeps quantiles of delays, which capest show prints, and not how delays are "
            "distributed: it is of an earlier version of capest; run it again"
        )
    return f"nobody has a beam in any trial of {name}"


def geostationary_ms() -> tuple[float, float]:
    """Propagation through a transparent geostationary satellite, the least and the most.

    Returns
    -------
    (float, float)
        One way between user and network, in ms: both below the satellite, and both where they see
        it at the lowest elevation (TR 38.821 Table 4.2-2).
    """
    least, most = (float(slant_range_m(_GEOSTATIONARY_M, e)) for e in (90.0, _LOWEST_DEG))
    return float(one_way_delay_ms(least, least)), float(one_way_delay_ms(most, most))


def budgets_of_5g() -> dict[float, str]:
    """Delay budgets in ms with the classes that have them, such as ``{150.0: "5QI 2"}``.

    They are those of the packaged services (3GPP TS 23.501 Table 5.7.4-1).
    """
    classes: dict[float, set[int]] = {}
    for preset in presets_of("service"):
        values = preset.values_by("0.3")
        budget_ms, five_qi = (
            values.get(f"service.{key}") for key in ("delay_budget_ms", "five_qi")
        )
        if budget_ms is not None and five_qi is not None:
            classes.setdefault(float(budget_ms), set()).add(int(five_qi))
    return {
        budget_ms: f"5QI {', '.join(map(str, sorted(of)))}"
        for budget_ms, of in sorted(classes.items())
    }


def draw(sheet: Sheet, sources: tuple[Source, ...]) -> Words:
    """Draw delays as bars beside budgets, and below how they are distributed.

    Parameters
    ----------
    sheet : Sheet
    sources : tuple of Source
    """
    members = [members_of(source, "", 1)[0][0] for source in sources]
    budgets, own = _budgets(sources)
    ax, closer = sheet.panels(heights=(1.0, 1.1))
    assert ax is not None
    rows = [
        (k, member, metric)
        for k, member in enumerate(members)
        for metric in (PROPAGATION, PACKETS)
        if member.has(metric)
    ]
    _draw_bars(ax, rows)
    for budget_ms, name in budgets.items():
        _draw_budget(ax, members, budget_ms, name, own=budget_ms in own)
    ax.set_xlim(0.0, 1.08 * max(ax.get_xlim()[1], *budgets, geostationary_ms()[1]))
    ax.set_xlabel("one way between user and network, ms")
    if closer is not None:
        _draw_curves(closer, [row for row in rows if row[2] == _metric(row[1])])
    return _words(members, own)


def _budgets(sources: Sequence[Source]) -> tuple[dict[float, str], dict[float, str]]:
    """Budgets of 5G and those of the files' services, and the latter alone; ms with names."""
    own: dict[float, str] = {}
    for source in sources:
        for line in str(source.dataset.attrs.get("delay_budgets", "")).splitlines():
            name, _, budget_ms = line.rpartition(": ")
            own[float(budget_ms)] = name
    return {**budgets_of_5g(), **own}, own


def _metric(member: Member) -> str:
    """What is held against a budget: packets, and propagation where there are no packets."""
    return PACKETS if member.has(PACKETS) else PROPAGATION


def _draw_bars(ax: Axes, rows: Sequence[tuple[int, Member, str]]) -> None:
    """Draw from where 5 % have less to where 5 % have more, with the median, row by row."""
    several = len({k for k, *_ in rows}) > 1
    names = []
    for y, (k, member, metric) in enumerate(rows):
        low, middle, high = (member.quantile(metric, p).value for p in (0.05, 0.5, 0.95))
        colour = FAMILY[k % len(FAMILY)]
        hatch = "////" if metric == PROPAGATION else ""
        ax.barh(
            y,
            max(high - low, 0.0),
            left=low,
            height=0.5,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            linewidth=0.0,
        )
        # A thin distribution is still seen.
        ax.plot(middle, y, marker="|", markersize=15.0, markeredgewidth=2.2, color=colour)
        _write(ax, high, y, f"{middle:,.3g} ms ({low:,.3g}–{high:,.3g})", colour)
        names.append(f"{member.name}: {_WORD[metric]}" if several else _WORD[metric])
    low, high = geostationary_ms()
    y = len(rows)
    ax.barh(
        y,
        high - low,
        left=low,
        height=0.5,
        color=GREY,
        hatch="////",
        edgecolor="white",
        linewidth=0.0,
    )
    ax.annotate(
        f"{low:.0f}–{high:.0f} ms ",
        (low, y),
        xytext=(-3, 0),
        textcoords="offset points",
        fontsize=8.0,
        color=MUTED,
        ha="right",
        va="center",
        bbox=_BEHIND,
    )
    ax.set_yticks(range(y + 1), [*names, "geostationary,\npropagation alone"])
    ax.set_ylim(y + 0.6, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")


def _write(ax: Axes, x: float, y: float, text: str, colour: str) -> None:
    """Write figures beside a bar: at its right, or at its left where it ends far right."""
    left = x > 200.0
    ax.annotate(
        text,
        (x, y),
        xytext=(-14 if left else 7, 0),
        textcoords="offset points",
        fontsize=8.0,
        fontweight="bold",
        color=colour,
        ha="right" if left else "left",
        va="center",
        bbox=_BEHIND,
    )


def _draw_budget(
    ax: Axes, members: Sequence[Member], budget_ms: float, name: str, *, own: bool
) -> None:
    """Draw a budget, and say how many keep it."""
    shares = [member.share_below(_metric(member), budget_ms).value for member in members]
    kept = [percent_text(share) for share in shares]
    if len(members) > 1:
        kept = [f"{member.name} {share}" for member, share in zip(members, kept, strict=True)]
    elif _metric(members[0]) == PACKETS and not _carries_nothing(members[0]):
        kept = [f"kept by {kept[0]}"]
    else:
        kept = [f"{kept[0]} below it"]
    ax.axvline(
        budget_ms,
        color=INK if own else MUTED,
        linewidth=1.4 if own else 0.8,
        linestyle="--",
        zorder=0.5,
    )
    ax.annotate(
        "\n".join([f"{name}: {budget_ms:,.10g} ms", *kept]),
        (budget_ms, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(0, 2),
        textcoords="offset points",
        fontsize=7.0,
        color=INK if own else MUTED,
        fontweight="bold" if own else "normal",
        ha="center",
        va="bottom",
    )


def _draw_curves(ax: Axes, rows: Sequence[tuple[int, Member, str]]) -> None:
    """Draw distribution functions, closer: only where they rise."""
    ends = [member.ends(metric, _BEYOND) for _, member, metric in rows]
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    margin = max(0.05 * (high - low), 0.005 * high)
    ax.set_xlim(low - margin, high + margin)
    ax.set_ylim(0.0, 1.0)
    named = []
    for k, member, metric in rows:
        x, band = member.band(metric, low - margin, high + margin)
        colour, line = FAMILY[k % len(FAMILY)], LINES[k % len(LINES)]
        inside = (band.share > 0.0) & (band.share < 1.0)
        ax.fill_between(
            x, band.low, band.high, where=inside, color=colour, alpha=0.25, linewidth=0.0
        )
        ax.plot(x, band.share, color=colour, linestyle=line, linewidth=1.6, label=member.name)
        named.append(NamedCurve(x, band.share, member.name, colour))
    if len(rows) > 1 and not write_names(ax, named, _ROOM_IN):
        ax.legend(loc="center left")
    in_percent(ax.yaxis)
    write_plain_numbers(ax.xaxis)
    words = " or ".join(dict.fromkeys(_WORD[metric] for *_, metric in rows))
    ax.set_xlabel(f"{words}, one way, ms: closer")
    ax.set_ylabel("share of users with less")


def _words(members: Sequence[Member], own: dict[float, str]) -> Words:
    """Title and what the lines mean."""
    texts = []
    for member in members:
        metric = _metric(member)
        middle = member.quantile(metric, 0.5)
        found = Estimate(metric, "p50", middle.value, middle.low, middle.high, "ms", middle.note)
        interval = "" if found.note else f" {interval_text(found)}"
        text = f"{value_text(found)} ms{interval}"
        for budget_ms, name in own.items():
            if _budget_of(member) == name and metric == PACKETS:
                text += (
                    f"; {_kept_by(member, budget_ms)} {_keep(member)} {name}'s {budget_ms:,.10g} ms"
                )
        texts.append(f"{member.name}: {text}" if len(members) > 1 else text)
        if len(members) > 1 and _carries_nothing(member):
            texts[-1] += f" (no {_one_of(member)} is carried)"
    verbs = {PACKETS: "Packets take", PROPAGATION: "Propagation takes"}
    if len(members) == 1 and _carries_nothing(members[0]):
        verbs[PACKETS] = (
            f"No {_one_of(members[0])} is carried; packets of users with a beam would take"
        )
    of_what = {_metric(each) for each in members}
    geo_low, geo_high = geostationary_ms()
    geo = f"over a geostationary satellite {geo_low:.0f} to {geo_high:.0f} ms"
    what = verbs[next(iter(of_what))] if len(of_what) == 1 else "One way:"
    title = f"{what} {'; '.join(texts)}; {geo}"
    payloads = {_payload(member) for member in members}
    feeder = "with the link to a gateway" if payloads == {"transparent"} else ""
    propagation = f"propagation {feeder}".strip()
    unheard = [each.name for each in members if _metric(each) == PROPAGATION]
    said = [
        members[0].source.title if len(members) == 1 else "",
        "packets are those of all users with a beam, also where what they ask for is not carried"
        if PACKETS in of_what
        else "",
        "medians in the title; bars from 5 to 95 % of users; bands 95 %, over groups of trials",
        f"hatched: {propagation}; geostationary: computed, user and gateway at 90 to "
        f"{_LOWEST_DEG:.0f}° elevation",
        "budgets of whole packets: 3GPP TS 23.501 Table 5.7.4-1"
        + (", bold those of the services here" if own else ", none is of a service here"),
        f"of {', '.join(unheard)} propagation alone is known, a part of a packet's delay"
        if unheard and len(members) > 1
        else "",
    ]
    return Words(
        title=title,
        subtitle=". ".join(f"{each[:1].upper()}{each[1:]}" for each in said if each) + ".",
        footer=" | ".join(
            f"{each.name}: {each.source.footer}" if len(members) > 1 else each.source.footer
            for each in members
        ),
        alt=f"Distribution functions of delay, with budgets as lines. {title}. A geostationary "
        f"satellite takes {geo_low:.0f} to {geo_high:.0f} ms.",
    )


def _kept_by(member: Member, budget_ms: float) -> str:
    """How many packets keep a budget, such as "99.2 % ±0.3"."""
    kept = member.share_below(PACKETS, budget_ms)
    if kept.value in (0.0, 1.0):
        return f"{'all' if kept.value else 'none'} in {member.trials.trials:,} trials"
    share = Estimate("kept", "", kept.value, kept.low, kept.high, "percent", kept.note)
    percent = scaled(share, 100.0)
    return f"{value_text(percent)} %{'' if share.note else f' {interval_text(percent)}'}"


def _keep(member: Member) -> str:
    return "would keep" if _carries_nothing(member) else "keep"


def _carries_nothing(member: Member) -> bool:
    """Whether calls are counted and none is carried in any trial."""
    stored = member.source.stored
    return "calls" in stored.names and not stored.values("calls").any()


def _one_of(member: Member) -> str:
    return asked_for(member.source.stored).removesuffix("s")


def _budget_of(member: Member) -> str:
    """Name of the one budget of a file's services; empty of none or several."""
    lines = str(member.source.dataset.attrs.get("delay_budgets", "")).splitlines()
    return lines[0].rpartition(": ")[0] if len(lines) == 1 else ""


def _payload(member: Member) -> str:
    scenario = tomllib.loads(str(member.source.dataset.attrs.get("scenario_toml", "")))
    return str(scenario.get("satellite", {}).get("payload", ""))
