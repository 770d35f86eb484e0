"""What the groups of trials of two runs have in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class CommonGroups:
    """Groups of two runs, joined until no trial is in different groups of the two.

    Attributes
    ----------
    of_values, of_reference : int64 array (G,)
        Joined group of each group of either run; -1 for those left out.
    groups : int
        Number of joined groups.
    enough : bool
        Whether they are about as many as either run has, or 20: else joining has left too few to
        rest an interval on.
    """

    of_values: np.ndarray
    of_reference: np.ndarray
    groups: int
    enough: bool

    def joined(self, counts: np.ndarray, *, reference: bool = False) -> np.ndarray:
        """Counts of joined groups (groups, bins) from those of a run's own (G, bins)."""
        place = self.of_reference if reference else self.of_values
        if np.array_equal(place, np.arange(self.groups)):
            return counts
        found = np.zeros((self.groups, counts.shape[1]), counts.dtype)
        for group, own in zip(place, counts, strict=True):
            if group >= 0:
                found[group] += own
        return found


def common_groups(values: np.ndarray, reference: np.ndarray) -> CommonGroups:
    """Join the groups of two runs until those of one number hold the same trials, or more.

    Runs of equal length and blocks have equal groups already. Blocks of other lengths cut the
    trials elsewhere: groups of one that share trials with one group of the other become one.
    A longer run has trials that the other lacks. Where groups with the same trials in both make
    at least half of the shorter run, the others are left out; else all are used: what
    they have in common counts as far as it goes.

    Parameters
    ----------
    values, reference : int64 array (trials,) of either run
        From ``growing_blocks.group_of_trials``.

    Returns
    -------
    CommonGroups
    """
    ours, theirs = int(values.max()) + 1, int(reference.max()) + 1
    shared = min(len(values), len(reference))
    both = np.unique(values[:shared] * theirs + reference[:shared])
    label = np.arange(ours + theirs)
    changed = True
    while changed:
        before = label.copy()
        for mine, other in zip(both // theirs, ours + both % theirs, strict=True):
            label[[mine, other]] = min(label[mine], label[other])
        changed = not np.array_equal(before, label)
    numbers, label = np.unique(label, return_inverse=True)
    first, second = label[:ours], label[ours:]
    sizes = [
        np.bincount(place[of_trial], minlength=len(numbers))
        for place, of_trial in ((first, values), (second, reference))
    ]
    in_both = np.bincount(first[values[:shared]], minlength=len(numbers))
    same = (sizes[0] == in_both) & (sizes[1] == in_both)
    kept = same if 2 * in_both[same].sum() >= shared else np.ones(len(numbers), bool)
    renumbered = np.where(kept, np.cumsum(kept) - 1, -1)
    groups = int(kept.sum())
    enough = groups >= min(20, -(-min(ours, theirs) // 2))
    return CommonGroups(renumbered[first], renumbered[second], groups, enough)
