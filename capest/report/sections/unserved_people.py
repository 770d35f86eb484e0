"""Who gets nothing: cells that no trial served, and what is served by density of people."""

from __future__ import annotations

from capest.report.blocks import Block, BulletList, DataTable, ReportSection
from capest.report.report_files import ReportFiles
from capest.results.by_density import DensityGroup
from capest.results.figures import percent_text
from capest.results.who_is_served import WhoIsServed, who_is_served
from capest.results.who_is_served_text import amount_text, sentences


def unserved_people(files: ReportFiles) -> ReportSection | None:
    """Return who is never served in a run; ``None`` of files without values of cells."""
    found = who_is_served(files.first.stored) if files.summary else None
    if found is None:
        return None
    blocks: list[Block] = [BulletList(sentences(found))]
    if found.by_density:
        blocks.append(_table(found))
    elif found.why_no_groups:
        blocks.append(BulletList([f"No groups by density: {found.why_no_groups}."]))
    return ReportSection("unserved", "Who gets nothing", blocks)


def _table(found: WhoIsServed) -> DataTable:
    what = found.unserved.what
    of_people = found.by_density[0].people is not None
    with_minimum = found.by_density[0].at_minimum is not None
    who = "people" if of_people else "users"
    headings = [
        f"{who} per km²",
        *(("people",) if of_people else ()),
        *("cells", "km²", f"{what} asked", "carried" if what == "calls" else "served", "share"),
        *(("minimum alone", "share with it") if with_minimum else ()),
    ]
    rows = [_row(group, of_people, with_minimum) for group in found.by_density]
    caption = f"Tenths of the {who}, from thinly to densely settled: what a trial serves"
    return DataTable(caption, headings, rows)


def _row(group: DensityGroup, of_people: bool, with_minimum: bool) -> list[str]:
    def share(name: str) -> str:
        return percent_text(group.shares[name]) if group.asked > 0.0 else "nobody asked"

    low, high = amount_text(group.lowest_per_km2), amount_text(group.highest_per_km2)
    row = [f"{low} to {high}"]
    if of_people and group.people is not None:
        row.append(amount_text(group.people))
    row += [amount_text(each) for each in (group.cells, group.area_km2, group.asked, group.served)]
    row.append(share("share"))
    if with_minimum and group.at_minimum is not None:
        row += [amount_text(group.at_minimum), share("share_with_minimum")]
    return row
