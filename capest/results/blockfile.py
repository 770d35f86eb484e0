"""One block of trials as bytes: an uncompressed npz whose members carry CRC-32 checksums.

NumPy and the standard library only: workers write these. Uncompressed because random
mantissas hardly shrink, and a block is read once. All arrays stand in one member: a member of
its own for each would cost more than computing what is in it.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from dataclasses import asdict, dataclass

import numpy as np

from capest.statistics.block import BlockResult

_GROUPS = ("trial", "trial_cell", "histograms", "cell")
_ALIGNMENT = 8


@dataclass(frozen=True)
class RunIdentity:
    """What must be equal for the blocks of two runs to be one another's.

    Attributes
    ----------
    fingerprint : str
        Of everything in the scenario that can change a result.
    version : str
        Version of capest.
    backend : str
        Backend that computed, ``numpy`` or ``cupy``.
    block_trials : int or None
        Trials per block (the last block of a run may have fewer); ``None`` where they grow by
        themselves.
    """

    fingerprint: str
    version: str
    backend: str
    block_trials: int | None


@dataclass(frozen=True)
class BlockHeader:
    """What a block file says about itself."""

    identity: RunIdentity
    index: int
    first_trial: int
    trials: int


class DamagedBlock(ValueError):
    """The bytes are not a whole block file; internal to the store."""


def encode_block(identity: RunIdentity, index: int, block: BlockResult) -> bytes:
    """Bytes of a block file.

    Parameters
    ----------
    identity : RunIdentity
    index : int
        Number of the block in the run.
    block : BlockResult

    Returns
    -------
    bytes
    """
    arrays = {
        f"{group}.{name}": _filled_bins(values) if group == "histograms" else values
        for group in _GROUPS
        for name, values in getattr(block, group).items()
    }
    header = {
        "identity": asdict(identity),
        "index": int(index),
        "first_trial": int(block.first_trial),
        "trials": block.trials,
        "arrays": {name: [values.dtype.str, values.shape] for name, values in arrays.items()},
        "bins": {name: len(counts) for name, counts in block.histograms.items()},
    }
    parts = b"".join(_aligned(values.tobytes()) for values in arrays.values())
    buffer = io.BytesIO()
    np.savez(buffer, header=np.array(json.dumps(header)), data=np.frombuffer(parts, dtype=np.uint8))
    return buffer.getvalue()


def decode_block(content: bytes) -> tuple[BlockHeader, BlockResult]:
    """Read a block file back; every checksum is verified.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    header : BlockHeader
    block : BlockResult

    Raises
    ------
    DamagedBlock
        Truncated, altered, or not a block file.
    """
    try:
        return _decode(content)
    # Damage may strike anywhere in the zip and npy headers, and what zipfile and NumPy raise
    # then is no closed list. Nothing but the given bytes is touched here.
    except Exception as error:
        raise DamagedBlock(f"{type(error).__name__}: {error}") from error


def _decode(content: bytes) -> tuple[BlockHeader, BlockResult]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        # Reading verifies checksums. Before NumPy parses a header: a damaged shape could ask for
        # any amount of memory.
        members = {name: archive.read(name) for name in archive.namelist()}
    header_text, data = (
        np.load(io.BytesIO(members[name]), allow_pickle=False)
        for name in ("header.npy", "data.npy")
    )
    header = json.loads(str(header_text))
    groups: dict[str, dict[str, np.ndarray]] = {group: {} for group in _GROUPS}
    start = 0
    for member, (kind, shape) in header["arrays"].items():
        size = np.dtype(kind).itemsize * math.prod(shape)
        values = data[start : start + size].view(kind).reshape(shape)
        start += len(_padding(size)) + size
        group, name = member.split(".", 1)
        groups[group][name] = (
            _all_bins(values, header["bins"][name]) if group == "histograms" else values
        )
    if start != data.size:
        raise DamagedBlock("arrays missing or added")
    block = BlockResult(header["first_trial"], **groups)
    if block.trials != header["trials"]:
        raise DamagedBlock("number of trials")
    identity = RunIdentity(**header["identity"])
    return BlockHeader(identity, header["index"], block.first_trial, block.trials), block


def _aligned(content: bytes) -> bytes:
    """Bytes of an array, and what makes the next one start at a multiple of its elements' size."""
    return content + _padding(len(content))


def _padding(size: int) -> bytes:
    return bytes(-size % _ALIGNMENT)


def _filled_bins(counts: np.ndarray) -> np.ndarray:
    """Numbers and counts of the bins that hold anything, int64 (2, n): few of many thousand."""
    filled = np.flatnonzero(counts)
    return np.stack([filled, counts[filled]])


def _all_bins(filled: np.ndarray, bins: int) -> np.ndarray:
    """Undo `_filled_bins`."""
    counts = np.zeros(bins, dtype=np.int64)
    counts[filled[0]] = filled[1]
    return counts
