"""The summary of a result: what it holds, from the file alone."""

from __future__ import annotations

import tomllib
from typing import Any

from capest.results.bound_verdict import bound_ratios, bound_verdict
from capest.results.changed import changed_figures, changed_line
from capest.results.columns import printable
from capest.results.counted_beams import (
    RIM_NOTE,
    calls_where,
    guard_words,
    which_beams,
    which_cells,
    with_totals,
)
from capest.results.delay_verdict import delay_shares, delay_verdicts
from capest.results.emissions_lines import emissions_summary
from capest.results.figures import notes_of, people_unit, plain, scaled, sentence
from capest.results.headline import call_means, headline, in_percent
from capest.results.layouts import has_layout
from capest.results.left_out import left_out, rules_words
from capest.results.search_verdict import local_search, search_verdict
from capest.results.settled import settling_notes
from capest.results.stored import Stored, stored_estimates
from capest.results.who_is_served import who_is_served
from capest.results.who_is_served_text import (
    dark_rows,
    density_table,
    never_served_line,
    sentences,
)
from capest.shown import label_of
from capest.statistics.quantities import AXES, in_order, quantity
from capest.statistics.quantity import QUANTILES
from capest.statistics.reduction import Estimate

_SIZES = ("cell", "satellite")
"""Dimensions whose sizes tell what a result is of."""


class Summary:
    """Headline figures of a result; prints as a table of 80 columns and as HTML.

    Parameters
    ----------
    stored : Stored
        A result of capest.
    """

    def __init__(self, stored: Stored) -> None:
        # Everything is read now: the file may be closed when the summary is printed.
        self._attributes = dict(stored.attributes)
        self._estimates = {(one.metric, one.statistic): one for one in stored_estimates(stored)}
        self._groups = int(stored.sizes["group"])
        self._sizes = {name: int(stored.sizes[name]) for name in _SIZES if name in stored.sizes}
        self._has_layout = has_layout(stored.names)
        counted = self._sizes["cell"]
        # Files of regions up to 0.2 do not say: all cells count.
        if "cell_counted" in stored.names:
            counted = int(stored.values("cell_counted").sum())
        self._statistics_beams = counted if self._has_layout else 0
        self._guard_cells = 0 if self._has_layout else self._sizes["cell"] - counted
        elapsed_s = self._attributes.get("elapsed_s")
        self._elapsed_s = None if elapsed_s is None else float(elapsed_s)
        self.trials = int(self._attributes["trials_done"])
        users = self._attributes.get("users_per_trial")
        if users is None:
            users = stored.values("cell_users", 0).sum()
        self.users_per_trial = int(users)
        self._served = who_is_served(stored)
        self._scenario = tomllib.loads(str(self._attributes["scenario_toml"]))
        self._emissions = emissions_summary(stored, self._scenario)
        self._delays = delay_shares(stored)
        self._search = local_search(stored, self._scenario, self.trials)

    @property
    def heading(self) -> str:
        """One line: title, trials and users, device, time."""
        attributes = self._attributes
        parts = [
            printable(str(attributes["title"])),
            f"{self.trials:,} trials × {self.users_per_trial:,} users",
            printable(str(attributes.get("device", attributes["backend"]))),
        ]
        if words := rules_words(self._attributes):
            parts.append(words)
        if self._elapsed_s is not None:
            parts.append(f"{self._elapsed_s:,.3g} s")
        return " · ".join(parts)

    @property
    def headline(self) -> str:
        """How many calls at once, and why not more; empty where nobody calls."""
        name = label_of(str(self._scenario.get("service", {}).get("preset", "")))
        words = rules_words(self._attributes)
        lack = str(self._attributes.get("calls_lack", ""))
        lacking = ", ".join(filter(None, [f"by the {words}" if words else "", lack]))
        where = calls_where(self._estimates, *self._beams)
        found = headline(self._estimates, name, lacking, where)
        return found and found + guard_words(self._guard_cells)

    @property
    def _beams(self) -> tuple[int, int]:
        """Beams that count, and all beams, of one satellite; zeros of a constellation."""
        return self._statistics_beams, self._sizes["cell"] if self._has_layout else 0

    @property
    def counted_beams(self) -> str:
        """Which beams or cells the figures are of; empty where all cells of a region count."""
        return which_beams(*self._beams) + which_cells(*self._cells)

    @property
    def _cells(self) -> tuple[int, int]:
        """Cells of a region, and guard cells around it; zeros for one satellite."""
        return 0 if self._has_layout else self._sizes["cell"] - self._guard_cells, self._guard_cells

    @property
    def _plain_sizes(self) -> dict[str, int]:
        if self._has_layout:
            return {"beams": self._sizes["cell"], "statistics_beams": self._statistics_beams}
        cells, guard = self._cells
        sizes = {"cells": cells, "satellites": self._sizes["satellite"]}
        return sizes | ({"guard_cells": guard} if guard else {})

    @property
    def _run_notes(self) -> list[str]:
        return str(self._attributes.get("notes", "")).splitlines()

    @property
    def delay_verdicts(self) -> list[str]:
        """Whether packets keep the delay that calls allow; empty where nobody calls."""
        budgets = str(self._attributes.get("delay_budgets", ""))
        return delay_verdicts(budgets, self._estimates, self._delays)

    @property
    def bound_verdict(self) -> str:
        """How far calls are from what any assignment could carry; empty without a bound."""
        in_turn = self._scenario.get("beams", {}).get("allocation", "all-on") != "all-on"
        return bound_verdict(self._estimates, in_turn=in_turn)

    @property
    def search_verdict(self) -> str:
        """What a local search of the assignment came to; empty without one."""
        return search_verdict(self._search, self._estimates, self._guard_cells)

    @property
    def power_and_flux(self) -> list[str]:
        """What reaches the ground, what satellites radiate and what limits take; lines."""
        return self._emissions.lines() if self._emissions else []

    @property
    def _rules(self) -> str:
        """Which rules of a network hold; empty for files of versions that do not say."""
        return str(self._attributes.get("rules", ""))

    @property
    def _not_modelled(self) -> str:
        return str(self._attributes.get("not_modelled", ""))

    @property
    def left_out(self) -> str:
        """The largest effects that are not modelled; empty for files that do not say."""
        return left_out(self._attributes)

    @property
    def changed(self) -> str:
        """What differs from presets and defaults; empty for files that do not say."""
        return changed_line(self._attributes)

    @property
    def never_served(self) -> str:
        """How many people no trial served; empty if there are none, or nobody knows."""
        return never_served_line(self._served) if self._served else ""

    @property
    def rows(self) -> list[tuple[str, list[Estimate]]]:
        """Label, and the estimates of 5 %, median and 95 %, of every metric."""
        return [
            (
                quantity(metric).label or axis.long_name,
                [self._estimates[metric, statistic] for statistic in QUANTILES],
            )
            for metric, axis in AXES.items()
            if (metric, "p50") in self._estimates
        ]

    @property
    def means(self) -> list[tuple[str, Estimate, str]]:
        """Label, estimate and unit for people, of what is averaged over trials."""
        if not self._has_layout:
            return self._network_means() + call_means(self._estimates) + self._labelled_means()
        beams = self._statistics_beams
        which = f"{beams} statistics beams" if beams > 1 else "the statistics beam"
        percent = in_percent(self._mean("served_share"))
        lit = self._mean("lit_beams")
        hopping = lit.value != beams
        found = [
            (f"throughput of {which}", self._mean("throughput"), "Mbit/s"),
            ("users of lit beams served" if hopping else "users served", percent, "%"),
        ]
        if ("uplink_throughput", "mean") in self._estimates:
            uplink = self._mean("uplink_throughput")
            found.insert(1, (f"uplink throughput of {which}", uplink, "Mbit/s"))
            heard = in_percent(self._mean("uplink_share"))
            found.append(("users that take turns in the uplink", heard, "%"))
        if hopping:
            found.append(("statistics beams lit", lit, f"of {beams}"))
            found += dark_rows(self._estimates, of_beams=True)
        found += call_means(self._estimates) + self._labelled_means()
        return with_totals(found, self._estimates, *self._beams)

    def _mean(self, metric: str) -> Estimate:
        return self._estimates[metric, "mean"]

    def _network_means(self) -> list[tuple[str, Estimate, str]]:
        """Means over trials of a constellation."""
        mean, cells = self._mean, self._cells[0]
        return [
            ("throughput of the region", mean("throughput"), "Mbit/s"),
            ("users with a beam", in_percent(mean("beam_share")), "%"),
            ("of these served", in_percent(mean("served_share")), "%"),
            ("cells with a satellite in view", scaled(mean("covered_cells"), 100.0 / cells), "%"),
            ("beams lit", mean("lit_beams"), f"for {cells:,} cells"),
            *dark_rows(self._estimates, of_beams=False),
            ("satellites in use", mean("satellites_in_use"), f"of {self._sizes['satellite']:,}"),
        ]

    def _labelled_means(self) -> list[tuple[str, Estimate, str]]:
        """Means and shares whose label stands in the table of quantities."""
        there = (metric for metric, statistic in self._estimates if statistic == "mean")
        found = []
        for row in map(quantity, in_order(there)):
            if not row.label or row.distribution:
                continue
            mean = self._mean(row.name)
            shown = in_percent(mean) if row.is_share else mean
            found.append((row.label, shown, "%" if row.is_share else people_unit(mean.units)))
        return found

    @property
    def who_is_served(self) -> list[str]:
        """Who is never served, and how evenly the others are; sentences."""
        return sentences(self._served) if self._served else []

    def by_density(self, width: int) -> list[str]:
        """Lines of the table of what is served by density of people."""
        return density_table(self._served, width) if self._served else []

    @property
    def _population(self) -> str:
        if self._has_layout:
            return "Users (beams) of lit statistics beams"
        return "Users with a beam (throughput: all)"

    @property
    def notes(self) -> list[str]:
        """What the intervals are intervals of."""
        lines = []
        counted, beams = self._beams
        if counted != beams:
            lines.append(RIM_NOTE)
        lines += [
            f"{self._population}, all trials. CI: 95 % confidence interval,",
            f"of quantiles by Woodruff's method over {self._groups} groups of whole trials,",
            "of means and of the share served over trials.",
        ]
        of_demand = ("offered_traffic", "mean") in self._estimates
        if ("calls_offered", "mean") in self._estimates and not of_demand:
            lines.append("Throughput and users served are those of users who all take as much as")
            lines.append("they are given, whatever they ask for.")
        lines += settling_notes(self._estimates)
        if ("calls", "p50") in self._estimates:
            lines.append("Of calls by trial: order statistics, limits for any distribution.")
        shown = [(label.partition(",")[0], row[1]) for label, row in self.rows]
        covered = self._estimates.get(("covered_cells", "mean"))
        if covered is not None and covered.value == 0.0:
            lines.append("No cell had a satellite above the mask in any trial.")
        lines += notes_of([*shown, *((label, found) for label, found, _ in self.means)])
        if self._groups < 20:
            lines.append("Few groups: the intervals of quantiles are rough; run more trials.")
        if "until" in self._attributes:
            lines.append(self._rule_note())
        return lines + [f"Note: {sentence(printable(note))}" for note in self._run_notes]

    def _rule_note(self) -> str:
        rule, most = self._attributes["until"], int(self._attributes["most_trials"])
        if self._attributes["stopped_by"] == "rule":
            return f"Stopped by {rule} after {self.trials:,} of {most:,} trials."
        return f"{rule} was not reached in {self.trials:,} trials."

    def _rule(self) -> dict[str, Any]:
        attributes = self._attributes
        if "until" not in attributes:
            return {}
        reached = str(attributes["stopped_by"]) == "rule"
        return {"until": {"rule": str(attributes["until"]), "reached": reached}}

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values that JSON can hold.

        Returns
        -------
        dict
            ``estimates`` is a list of ``{"metric", "statistic", "value", "low", "high", "unit"}``,
            with ``"ci95": [low, high]`` and ``"units"`` beside them, and ``"note"`` where too few
            trials contribute to know the limits. NaN becomes None, infinities the strings
            "Infinity" and "-Infinity".
        """
        attributes = self._attributes
        return {
            "title": str(attributes["title"]),
            "capest_version": str(attributes["capest_version"]),
            "scenario_fingerprint": str(attributes["scenario_fingerprint"]),
            "scenario": self._scenario,
            **({"rules": self._rules} if self._rules else {}),
            "trials": self.trials,
            "users_per_trial": self.users_per_trial,
            **self._rule(),
            **self._plain_sizes,
            **({"counted_beams": which} if (which := self.counted_beams) else {}),
            "backend": str(attributes["backend"]),
            **({"changed": rows} if (rows := changed_figures(attributes)) else {}),
            **({"notes": self._run_notes} if self._run_notes else {}),
            **({"headline": self.headline} if self.headline else {}),
            **({"delay_verdicts": verdicts} if (verdicts := self.delay_verdicts) else {}),
            **({"local_search": self._search.to_dict()} if self._search else {}),
            **({"of_bound": ratios} if (ratios := bound_ratios(self._estimates)) else {}),
            **({"not_modelled": lines} if (lines := self._not_modelled.splitlines()) else {}),
            **(self._served.to_dict() if self._served else {}),
            **({"power_and_flux": self._emissions.to_dict()} if self._emissions else {}),
            "estimates": [
                {
                    "metric": found.metric,
                    "statistic": found.statistic,
                    "value": plain(found.value),
                    "low": plain(found.low),
                    "high": plain(found.high),
                    "unit": found.units,
                    # As they were called first.
                    "ci95": [plain(found.low), plain(found.high)],
                    "units": found.units,
                    **({"note": found.note} if found.note else {}),
                }
                for found in self._estimates.values()
            ],
            "ci95_of": {
                "quantiles": (
                    f"Woodruff over {self._groups} groups of whole trials; "
                    f"{self._population[0].lower()}{self._population[1:]} of all trials"
                ),
                "means": (
                    "Student t over trials; of shares: Wilson with the effective sample size; "
                    "where few trials decide: gamma (Fay and Feuer)"
                ),
                "calls_quantiles": "order statistics of the trials, distribution-free",
            },
        }

    def __repr__(self) -> str:
        from capest.results.table import text

        return text(self)

    def _repr_html_(self) -> str:
        from capest.results.table import html

        return html(self)
