"""A block file comes back as it was, or is known to be damaged."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

from capest.results.blockfile import BlockHeader, DamagedBlock, decode_block, encode_block
from tests.results import synthetic


def same(one, other):
    return one.first_trial == other.first_trial and all(
        getattr(one, part).keys() == getattr(other, part).keys()
        and all(
            getattr(other, part)[name].dtype == values.dtype
            and getattr(other, part)[name].tobytes() == values.tobytes()
            for name, values in getattr(one, part).items()
        )
        for part in ("trial", "trial_cell", "histograms")
    )


def test_a_block_comes_back_with_its_header():
    block = synthetic.block(8, 4)
    header, found = decode_block(encode_block(synthetic.IDENTITY, 2, block))
    assert header == BlockHeader(synthetic.IDENTITY, 2, 8, 4)
    assert same(block, found)


def test_any_flipped_bit_is_found_or_harmless():
    """Flips everywhere in names and headers, and at random in the data."""
    block = synthetic.block(0, 2)
    content = encode_block(synthetic.IDENTITY, 0, block)
    header = decode_block(content)[0]
    random = np.random.default_rng(1)
    directory = len(content) - 2000
    places = np.concatenate(
        [np.arange(0, 1500, 7), np.arange(directory, len(content), 7),
         random.integers(0, len(content), 150)]
    )  # fmt: skip
    found = 0
    for place in places:
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(random.integers(8))
        try:
            other_header, other = decode_block(bytes(damaged))
        except DamagedBlock:
            found += 1
        else:
            # Some bytes of a zip file mean nothing, such as times of day.
            assert other_header == header
            assert same(block, other)
    assert found > 0.8 * len(places)


@pytest.mark.parametrize("kept", [0, 1, 30, 0.5, 0.999])
def test_a_truncated_file_is_found(kept):
    content = encode_block(synthetic.IDENTITY, 0, synthetic.block(0, 2))
    length = kept if isinstance(kept, int) else int(kept * len(content))
    with pytest.raises(DamagedBlock):
        decode_block(content[:length])


def test_missing_members_are_found():
    content = encode_block(synthetic.IDENTITY, 0, synthetic.block(0, 2))
    for member in (b"header.npy", b"data.npy"):
        assert member in content
        with pytest.raises(DamagedBlock):
            decode_block(content.replace(member, member.upper()))


@pytest.mark.parametrize("change", ["one less", "one more", "longer"])
def test_missing_arrays_are_found(change):
    """A file whose checksums are right, but not what it says of its arrays."""
    content = encode_block(synthetic.IDENTITY, 0, synthetic.block(0, 2))
    with np.load(io.BytesIO(content)) as members:
        header, data = json.loads(str(members["header"])), members["data"]
    kind, shape = header["arrays"]["trial.lit_users"]
    if change == "one less":
        del header["arrays"]["trial.lit_users"]
    elif change == "one more":
        header["arrays"]["trial.lot_users"] = [kind, shape]
    else:
        header["arrays"]["trial.lit_users"] = [kind, [*shape, 10**12]]
    buffer = io.BytesIO()
    np.savez(buffer, header=np.array(json.dumps(header)), data=data)
    with pytest.raises(DamagedBlock):
        decode_block(buffer.getvalue())
