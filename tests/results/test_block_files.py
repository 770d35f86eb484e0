"""A block file comes back as it was, or is known to be damaged."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest

from capest.results.blockfile import DamagedBlocks, Gathered, Span, decode_blocks, gather
from capest.statistics.block import BlockResult
from tests.results import synthetic

GROUPS = ("trial", "trial_cell", "histograms", "cell")
START = 16  # of the lengths, after the mark


def same(one: BlockResult, other: BlockResult) -> bool:
    return one.first_trial == other.first_trial and all(
        getattr(one, part).keys() == getattr(other, part).keys()
        and all(
            getattr(other, part)[name].dtype == values.dtype
            and getattr(other, part)[name].shape == values.shape
            and getattr(other, part)[name].tobytes() == values.tobytes()
            for name, values in getattr(one, part).items()
        )
        for part in GROUPS
    )


def content(*blocks: tuple[int, BlockResult]) -> bytes:
    return gather(blocks or [(0, synthetic.block(0, 2))]).content(synthetic.IDENTITY)


def with_sums(block: BlockResult) -> BlockResult:
    sums = np.arange(5) + 10 * block.first_trial
    return replace(block, cell={"cell_users": sums, "cell_calls": sums.astype(np.int32)})


def test_blocks_come_back_with_what_they_are() -> None:
    """Of unequal lengths, and not one after the other: others are there already."""
    blocks = {
        2: with_sums(synthetic.block(8, 4)),
        3: with_sums(synthetic.block(12, 1)),
        7: with_sums(synthetic.block(28, 3)),
    }
    found = decode_blocks(content(*blocks.items()))
    assert found.identity == synthetic.IDENTITY
    assert found.spans == (Span(2, 8, 4), Span(3, 12, 1), Span(7, 28, 3))
    for index, block in blocks.items():
        assert index in found
        assert same(block, found.block(index))
    assert 4 not in found
    assert same(blocks[3], decode_blocks(content((3, blocks[3]))).block(3))


def test_short_blocks_take_little_room() -> None:
    """Of one trial each, as the first ones of a run: no more than one block of all, but counts."""
    short = content(*synthetic.blocks(40, 1))
    at_once = content((0, synthetic.block(0, 40)))
    histograms = len(synthetic.block(0, 1).histograms)
    filled = sum(
        np.count_nonzero(counts)
        for _, block in synthetic.blocks(40, 1)
        for counts in block.histograms.values()
    )
    assert len(short) < len(at_once) + 16 * filled + 40 * (8 * histograms + 20)


def test_blocks_of_other_quantities_are_no_company() -> None:
    gathered = Gathered()
    gathered.add(0, synthetic.block(0, 2))
    for other in (
        replace(synthetic.block(2, 2), cell={"cell_users": np.arange(3)}),
        replace(synthetic.block(2, 2), histograms={}),
    ):
        with pytest.raises(ValueError, match="block 1 has other quantities"):
            gathered.add(1, other)


def test_any_flipped_bit_is_found() -> None:
    """Flips everywhere in the mark, lengths, checksum and header, and at random in the data."""
    whole = content()
    random = np.random.default_rng(1)
    header = 40 + struct.unpack_from("<Q", whole, START)[0]
    places = [*range(48), *range(48, header, 5), *random.integers(header, len(whole), 200)]
    for place in places:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << int(random.integers(8))
        with pytest.raises(DamagedBlocks):
            decode_blocks(bytes(damaged))


@pytest.mark.parametrize("kept", [0, 1, 30, 0.5, 0.999])
def test_a_truncated_file_is_found(kept: float) -> None:
    whole = content()
    length = kept if isinstance(kept, int) else int(kept * len(whole))
    with pytest.raises(DamagedBlocks):
        decode_blocks(whole[:length])


@pytest.mark.parametrize("more", [b"\0", b"\0" * 4096, None])
def test_bytes_behind_the_end_are_found(more: bytes | None) -> None:
    """Zeros, as a file system may leave behind after a power cut, or the file once more."""
    with pytest.raises(DamagedBlocks, match="longer than it says"):
        decode_blocks(content() + (content() if more is None else more))


CHANGES = {
    "one array less": lambda arrays: arrays.pop(0),
    "one array more": lambda arrays: arrays.append(["trial.more", "<f8", [2]]),
    "longer than the file": lambda arrays: arrays[0].__setitem__(2, [2, 10**12]),
    "longer than an integer": lambda arrays: arrays[0].__setitem__(2, [2, 10**30]),
    "other rows": lambda arrays: arrays[0].__setitem__(2, [1, 2]),
    "below zero": lambda arrays: arrays[0].__setitem__(2, [-2]),
    "no type": lambda arrays: arrays[0].__setitem__(1, "<z9"),
    "objects": lambda arrays: arrays[0].__setitem__(1, "|O"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_arrays_that_are_not_there_are_found(change: str) -> None:
    """A file whose checksum is right, but not what it says of its arrays."""
    whole = content()
    (length,) = struct.unpack_from("<Q", whole, START)
    header, data = json.loads(whole[40 : 40 + length]), whole[40 + length :]
    CHANGES[change](header["arrays"])
    text = json.dumps(header).encode()
    lengths = struct.pack("<QQ", len(text), len(data))
    checksum = struct.pack("<Q", zlib.crc32(lengths + text + data))
    with pytest.raises(DamagedBlocks):
        decode_blocks(whole[:START] + lengths + checksum + text + data)
