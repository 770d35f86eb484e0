"""Augmenting paths: who has nothing comes in, and nobody who has something loses it.

Kuhn, "The Hungarian method for the assignment problem", Naval Research Logistics Quarterly 2, 1955.
Who has a place keeps one when another comes in, so that the sets that can have places are those of
a matroid: taking members in order gives the most of them a place, and the first of them (Edmonds,
"Matroids and the greedy algorithm", Mathematical Programming 1, 1971).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableSequence, Sequence


def augment(
    order: Iterable[int],
    own: MutableSequence[int],
    choices: Callable[[int], Sequence[int]],
    held: Callable[[int], list[int]],
    room: Sequence[int],
) -> None:
    """Give as many members as can be a place, by paths along which others change theirs.

    Parameters
    ----------
    order : iterable of int
        Members without a place, most important first.
    own : mutable sequence of int
        Place of each member, -1 for none; changed in place.
    choices : callable
        Places that a member may have, preferred first.
    held : callable
        Members that have a place, a list that is changed.
    room : sequence of int
        How many members may have each place.
    """
    # What a search in vain came by leads to no free place ever after.
    full: set[int] = set()
    for one in order:
        asked_by: dict[int, int] = {}
        waiting, free = [one], -1
        for member in waiting:
            for place in choices(member):
                if place in asked_by or place in full:
                    continue
                asked_by[place] = member
                if len(held(place)) < room[place]:
                    free = place
                    break
                waiting += held(place)
            if free >= 0:
                break
        if free < 0:
            full |= asked_by.keys()
        while free >= 0:
            member = asked_by[free]
            left, own[member] = own[member], free
            held(free).append(member)
            if left >= 0:
                held(left).remove(member)
            free = left
