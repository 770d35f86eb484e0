"""Merging ten times the trials takes no more memory."""

from __future__ import annotations

import subprocess
import sys

import pytest

MERGE = """
import dataclasses, resource, sys
from tests.results import synthetic
from capest.results.netcdf import write_result
blocks, beams, size = int(sys.argv[2]), 61, 50
one = synthetic.block(0, size, beams)
def all_blocks():
    for index in range(blocks):
        arrays = ({k: v.copy() for k, v in part.items()}
                  for part in (one.trial, one.trial_cell, one.histograms))
        yield index, type(one)(index * size, *arrays)
write_result(sys.argv[1], all_blocks(), synthetic.layout(beams), sizes=[size] * blocks,
             block_trials=size, provenance=synthetic.provenance())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak_mib(tmp_path, blocks):
    command = [sys.executable, "-c", MERGE, str(tmp_path / f"{blocks}.nc"), str(blocks)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024


@pytest.mark.slow
def test_memory_of_the_merge_is_flat(tmp_path):
    """50,000 trials x 61 beams are 65 MB of trial_cell arrays and 95 MB of histograms.

    From 50 blocks on every group has its counts.
    """
    few, many = peak_mib(tmp_path, 100), peak_mib(tmp_path, 1000)
    assert many - few < 6, (few, many)
