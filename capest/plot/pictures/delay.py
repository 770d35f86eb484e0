"""How long a packet takes one way, beside a geostationary satellite and the budgets of 5G."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from capest.physics.geometry import one_way_delay_ms, slant_range_m
from capest.plot.curve_labels import NamedCurve, write_names
from capest.plot.distributions import Member, members_of
from capest.plot.plain_numbers import in_percent, plain_number, write_plain_numbers
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
_LOG_FROM_MS = 3_000.0
"""Budgets of more would leave no room for delays beside them."""

_ROW_IN = 0.25
_LABEL_PT = 7.0
_NAME_PT = 5.6
"""Width of a letter at a tick."""

_LONGEST_NAME = 18
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
    metric = _common_metric(members)
    budgets, own = _budgets(sources)
    rows = [
        (k, member, each)
        for k, member in enumerate(members)
        for each in (PROPAGATION, PACKETS)
        if member.has(each)
    ]
    width_in, height_in = map(float, sheet.figure.get_size_inches())
    sheet.resize(width_in, height_in + _ROW_IN * max(len(rows) - 2, 0))
    ax, closer = sheet.panels(heights=(1.0, 1.1))
    assert ax is not None
    names = _draw_bars(ax, rows)
    most = max(ax.get_xlim()[1], *budgets, geostationary_ms()[1])
    if most > _LOG_FROM_MS:
        least = min(member.quantile(each, 0.05).value for _, member, each in rows)
        ax.set_xscale("log")
        ax.set_xlim(0.6 * least, 3.0 * most)
    else:
        ax.set_xlim(0.0, 1.08 * most)
    names_pt = _NAME_PT * max(len(line) for name in names for line in name.split("\n"))
    _draw_budgets(ax, members, budgets, own, max(72.0 * width_in - names_pt - 30.0, 100.0))
    write_plain_numbers(ax.xaxis)
    scale = " (log scale)" if ax.get_xscale() == "log" else ""
    ax.set_xlabel(f"one way between user and network, ms{scale}")
    if closer is not None:
        _draw_curves(sheet, closer, members, metric)
    return _words(members, metric, own)


def _budgets(sources: Sequence[Source]) -> tuple[dict[float, str], dict[float, str]]:
    """Budgets of 5G and those of the files' services, and the latter alone; ms with names."""
    own: dict[float, str] = {}
    for source in sources:
        for line in str(source.dataset.attrs.get("delay_budgets", "")).splitlines():
            name, _, budget_ms = line.rpartition(": ")
            own[float(budget_ms)] = name
    return {**budgets_of_5g(), **own}, own


def _common_metric(members: Sequence[Member]) -> str:
    """What all files are compared by: packets, and propagation where some have no packets."""
    return PACKETS if all(member.has(PACKETS) for member in members) else PROPAGATION


def _draw_bars(ax: Axes, rows: Sequence[tuple[int, Member, str]]) -> list[str]:
    """Draw from where 5 % have less to where 5 % have more, with the median, row by row.

    Names of the rows are returned.
    """
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
        names.append(f"{_short(member.name)}: {_WORD[metric]}" if several else _WORD[metric])
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
    names.append("geostationary,\npropagation alone")
    ax.set_yticks(range(y + 1), names)
    ax.set_ylim(y + 0.6, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    return names


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


def _draw_budgets(
    ax: Axes,
    members: Sequence[Member],
    budgets: dict[float, str],
    own: dict[float, str],
    panel_pt: float,
) -> None:
    """Draw budgets, and above the panel how many packets keep each.

    Texts that would lie over each other stand one above the other, each with a line to its place.
    """
    to_panel = ax.transData + ax.transAxes.inverted()
    ends_pt: list[float] = []
    tall_pt = 1.3 * _LABEL_PT * (1 + len(members)) + 3.0
    for budget_ms, name in sorted(budgets.items()):
        is_own = budget_ms in own
        lines = [f"{name}: {plain_number(budget_ms)} ms", *_kept_lines(members, budget_ms)]
        half_pt = (0.34 if is_own else 0.3) * _LABEL_PT * max(map(len, lines))
        at_pt = panel_pt * float(to_panel.transform((budget_ms, 0.0))[0])
        level = next((k for k, end in enumerate(ends_pt) if at_pt - half_pt > end), len(ends_pt))
        ends_pt[level : level + 1] = [at_pt + half_pt]
        colour = INK if is_own else MUTED
        ax.axvline(
            budget_ms,
            color=colour,
            linewidth=1.4 if is_own else 0.8,
            linestyle="--",
            zorder=0.5,
        )
        ax.annotate(
            "\n".join(lines),
            (budget_ms, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 2.0 + level * tall_pt),
            textcoords="offset points",
            fontsize=_LABEL_PT,
            color=colour,
            fontweight="bold" if is_own else "normal",
            ha="center",
            va="bottom",
        )
        if level:
            ax.annotate(
                "",
                (budget_ms, 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(0, level * tall_pt),
                textcoords="offset points",
                arrowprops={"arrowstyle": "-", "color": colour, "shrinkA": 0.0, "shrinkB": 0.0},
            )


def _kept_lines(members: Sequence[Member], budget_ms: float) -> list[str]:
    """How many packets of each file keep a budget."""
    if len(members) == 1:
        kept = _share_kept(members[0], budget_ms)
        is_kept = members[0].has(PACKETS) and not _carries_nothing(members[0])
        return [f"kept by {kept}" if is_kept else f"{kept} below it"] if kept else []
    return [
        f"{_short(member.name)} {_share_kept(member, budget_ms) or 'not known'}"
        for member in members
    ]


def _share_kept(member: Member, budget_ms: float) -> str:
    """Such as "99 %"; a bound where propagation alone is known; empty where that is none."""
    if member.has(PACKETS):
        return percent_text(member.share_below(PACKETS, budget_ms).value)
    most = member.share_below(PROPAGATION, budget_ms).value
    if most == 0.0:
        return percent_text(most)
    return f"at most {percent_text(most)}" if most < 1.0 else ""


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _draw_curves(sheet: Sheet, ax: Axes, members: Sequence[Member], metric: str) -> None:
    """Draw distribution functions, closer: only where they rise."""
    ends = [member.ends(metric, _BEYOND) for member in members]
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    margin = max(0.05 * (high - low), 0.005 * high)
    ax.set_xlim(low - margin, high + margin)
    ax.set_ylim(0.0, 1.0)
    named = []
    for k, member in enumerate(members):
        x, band = member.band(metric, low - margin, high + margin)
        colour, line = FAMILY[k % len(FAMILY)], LINES[k % len(LINES)]
        inside = (band.share > 0.0) & (band.share < 1.0)
        ax.fill_between(
            x, band.low, band.high, where=inside, color=colour, alpha=0.25, linewidth=0.0
        )
        ax.plot(x, band.share, color=colour, linestyle=line, linewidth=1.6, label=member.name)
        named.append(NamedCurve(x, band.share, _short(member.name), colour))
    in_percent(ax.yaxis)
    write_plain_numbers(ax.xaxis)
    ax.set_xlabel(f"{_WORD[metric]}, one way, ms: closer")
    ax.set_ylabel("share of users with less")
    if len(members) > 1:
        sheet.when_laid_out(lambda: write_names(ax, named) or ax.legend(loc="center left"))


def _words(members: Sequence[Member], metric: str, own: dict[float, str]) -> Words:
    """Title and what the lines mean."""
    texts = []
    for member in members:
        text = _median_text(member, metric)
        for budget_ms, name in own.items():
            if _budget_of(member) == name and metric == PACKETS:
                kept = f"{_kept_by(member, budget_ms)} {_keep(member)}"
                text += f"; {kept} {name}'s {plain_number(budget_ms)} ms"
        texts.append(f"{member.name}: {text}" if len(members) > 1 else text)
        if len(members) > 1 and _carries_nothing(member):
            texts[-1] += f" (no {_one_of(member)} is carried)"
    verb = {PACKETS: "Packets take", PROPAGATION: "Propagation alone takes"}[metric]
    if metric == PACKETS and len(members) == 1 and _carries_nothing(members[0]):
        verb = f"No {_one_of(members[0])} is carried; packets of users with a beam would take"
    title = f"{verb} {'; '.join(texts)}"
    geo_low, geo_high = geostationary_ms()
    # Where a geostationary satellite is shown itself, nobody needs it computed.
    if all(member.quantile(PROPAGATION, 0.5).value < geo_low for member in members):
        over = f"over a geostationary satellite {geo_low:.0f} to {geo_high:.0f} ms"
        if metric == PROPAGATION:
            title += f"; {over}"
        elif len(members) == 1:
            title += f"; propagation alone takes {_median_text(members[0], PROPAGATION)}, {over}"
        else:
            title += f"; propagation alone takes {geo_low:.0f} to {geo_high:.0f} ms over a "
            title += "geostationary satellite"
    payloads = {_payload(member) for member in members}
    feeder = "with the link to a gateway" if payloads == {"transparent"} else ""
    propagation = f"propagation {feeder}".strip()
    unheard = [each.name for each in members if not each.has(PACKETS)]
    said = [
        members[0].source.title if len(members) == 1 else "",
        "medians in the title, of all users with a beam, served or not; bars from 5 to 95 % of "
        "them; bands 95 %, over groups of trials",
        f"hatched: {propagation}; geostationary: computed, propagation alone, user and gateway at "
        f"90 to {_LOWEST_DEG:.0f}° elevation",
        "budgets of whole packets: 3GPP TS 23.501 Table 5.7.4-1"
        + (", bold those of the services here" if own else ", none is of a service here"),
        f"of {', '.join(unheard)} propagation alone is known, a part of a packet's delay: so all "
        "are compared by it"
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
        alt=f"Distribution functions of delay, with budgets as lines. {title}. Propagation over a "
        f"geostationary satellite takes {geo_low:.0f} to {geo_high:.0f} ms.",
    )


def _median_text(member: Member, metric: str) -> str:
    """Such as "54.65 ms ±0.03"."""
    middle = member.quantile(metric, 0.5)
    found = Estimate(metric, "p50", middle.value, middle.low, middle.high, "ms", middle.note)
    return f"{value_text(found)} ms{'' if found.note else f' {interval_text(found)}'}"


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
