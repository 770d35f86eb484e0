"""Blocks of trials as bytes: one raw record of many blocks with one checksum.

NumPy and the standard library only: workers write these. A record starts with its mark, the lengths
of what follows and a CRC-32 of all that; a header in JSON says whose blocks these are and which
arrays follow. Blocks of a record lie one after the other in the same arrays, so that a block of one
trial costs no more than its share: the first blocks of a run are as short.
"""

from __future__ import annotations

import itertools
import json
import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np

from capest.statistics.block import BlockResult

FORM = 2
"""Of block files: a folder of files of another form is of no use. Form 1 was a zip a block."""

_MARK = b"capest blocks 2\n"
_LENGTHS = struct.Struct("<QQ")
_CHECKSUM = struct.Struct("<Q")
_START = len(_MARK) + _LENGTHS.size + _CHECKSUM.size
_ALIGNMENT = 8

_ROWS = ("trial", "trial_cell")
"""Groups of a block whose arrays have a row a trial."""


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
        Backend that computed, such as ``numpy``.
    block_trials : int or None
        Trials per block (the last block of a run may have fewer); ``None`` where they grow by
        themselves.
    form : int
        Of the files, see ``FORM``.
    """

    fingerprint: str
    version: str
    backend: str
    block_trials: int | None
    form: int = FORM


@dataclass(frozen=True)
class Span:
    """Number of a block in the run, its first trial, and how many it has."""

    index: int
    first_trial: int
    trials: int


class DamagedBlocks(ValueError):
    """The bytes are not a whole block file; internal to the store."""


class Gathered:
    """Blocks on their way into one file, in the order of the run.

    Attributes
    ----------
    spans : list of Span
    trials : int
        Of all blocks.
    bytes : int
        Of the arrays.
    """

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.trials = 0
        self.bytes = 0
        self._parts: dict[str, list[np.ndarray]] = {}
        self._bins: dict[str, int] = {}

    @property
    def blocks(self) -> tuple[int, ...]:
        """Numbers of the blocks."""
        return tuple(span.index for span in self.spans)

    def add(self, index: int, block: BlockResult) -> None:
        """Add a block.

        Parameters
        ----------
        index : int
            Number of the block in the run.
        block : BlockResult
            Of the same quantities as the others.
        """
        arrays = {
            f"{group}.{name}": a for group in _ROWS for name, a in getattr(block, group).items()
        }
        arrays |= {f"cell.{name}": values[None] for name, values in block.cell.items()}
        # Few of many thousand bins hold anything.
        for name, counts in block.histograms.items():
            filled = (counts != 0).nonzero()[0]  # of truth values it is several times faster
            arrays[f"bin.{name}"], arrays[f"count.{name}"] = filled, counts[filled]
        bins = {name: len(counts) for name, counts in block.histograms.items()}
        if not self.spans:
            self._parts, self._bins = {name: [] for name in arrays}, bins
        if arrays.keys() != self._parts.keys() or bins != self._bins:
            raise ValueError(f"block {index} has other quantities than those before it")
        self.spans.append(Span(int(index), int(block.first_trial), block.trials))
        self.trials += block.trials
        for name, values in arrays.items():
            self._parts[name].append(values)
            self.bytes += values.nbytes

    def first(self, count: int) -> Gathered:
        """The first so many of the blocks."""
        found = Gathered()
        found.spans = self.spans[:count]
        found.trials = sum(span.trials for span in found.spans)
        found._parts = {name: parts[:count] for name, parts in self._parts.items()}
        found.bytes = sum(part.nbytes for parts in found._parts.values() for part in parts)
        found._bins = self._bins
        return found

    def of_trials(self, name: str) -> np.ndarray:
        """Values of a quantity of a trial, of all trials."""
        return _joined(self._parts[f"trial.{name}"])

    def content(self, identity: RunIdentity) -> bytes:
        """Bytes of the file."""
        arrays = {name: _joined(parts) for name, parts in self._parts.items()}
        for name in self._bins:
            sizes = [len(part) for part in self._parts[f"bin.{name}"]]
            arrays[f"end.{name}"] = np.cumsum(sizes, dtype=np.int64)
        header = {
            "identity": asdict(identity),
            "blocks": [[span.index, span.first_trial, span.trials] for span in self.spans],
            "arrays": [[name, a.dtype.str, a.shape] for name, a in arrays.items()],
            "bins": self._bins,
        }
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % _ALIGNMENT)
        parts = [part for values in arrays.values() for part in _aligned(values)]
        lengths = _LENGTHS.pack(len(text), sum(map(len, parts)))
        checksum = 0
        for part in (lengths, text, *parts):
            checksum = zlib.crc32(part, checksum)
        return b"".join([_MARK, lengths, _CHECKSUM.pack(checksum), text, *parts])


@dataclass(frozen=True)
class StoredBlocks:
    """Content of a block file, its checksum verified.

    Attributes
    ----------
    identity : RunIdentity
    spans : tuple of Span
        Of the blocks in it.
    """

    identity: RunIdentity
    spans: tuple[Span, ...]
    _arrays: dict[str, np.ndarray]
    _bins: dict[str, int]

    def __contains__(self, index: int) -> bool:
        return index in self._places

    def block(self, index: int) -> BlockResult:
        """Content of a block by its number in the run; arrays are read-only views.

        Raises
        ------
        KeyError
            It is not in the file.
        """
        place, start = self._places[index]
        span = self.spans[place]
        rows = slice(start, start + span.trials)
        groups: dict[str, dict[str, np.ndarray]] = {group: {} for group in (*_ROWS, "cell")}
        for key, values in self._arrays.items():
            group, name = key.split(".", 1)
            if group in groups:
                groups[group][name] = values[place if group == "cell" else rows]
        histograms = {}
        for name, bins in self._bins.items():
            ends = self._arrays[f"end.{name}"]
            filled = slice(ends[place - 1] if place else 0, ends[place])
            counts = np.zeros(bins, dtype=np.int64)
            counts[self._arrays[f"bin.{name}"][filled]] = self._arrays[f"count.{name}"][filled]
            histograms[name] = counts
        return BlockResult(span.first_trial, histograms=histograms, **groups)

    @cached_property
    def _places(self) -> dict[int, tuple[int, int]]:
        """Place in ``spans`` and first row of every block."""
        starts = itertools.accumulate((span.trials for span in self.spans), initial=0)
        both = zip(self.spans, starts, strict=False)
        return {span.index: (place, start) for place, (span, start) in enumerate(both)}


def gather(blocks: Sequence[tuple[int, BlockResult]]) -> Gathered:
    """Put blocks with their numbers together for one file."""
    gathered = Gathered()
    for index, block in blocks:
        gathered.add(index, block)
    return gathered


def decode_blocks(content: bytes) -> StoredBlocks:
    """Read a block file.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    StoredBlocks

    Raises
    ------
    DamagedBlocks
        Truncated, altered, or not a block file.
    """
    if len(content) < _START or not content.startswith(_MARK):
        raise DamagedBlocks("it does not start as a block file does")
    header_length, data_length = _LENGTHS.unpack_from(content, len(_MARK))
    # Before anything is parsed: a damaged shape could ask for any amount of memory.
    if len(content) != _START + header_length + data_length:
        raise DamagedBlocks("it is cut off, or longer than it says")
    (checksum,) = _CHECKSUM.unpack_from(content, len(_MARK) + _LENGTHS.size)
    view = memoryview(content)
    lengths = view[len(_MARK) : len(_MARK) + _LENGTHS.size]
    if zlib.crc32(view[_START:], zlib.crc32(lengths)) != checksum:
        raise DamagedBlocks("its checksum is another one")
    try:
        return _decode(content, header_length)
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise DamagedBlocks(f"{type(error).__name__}: {error}") from error


def _decode(content: bytes, header_length: int) -> StoredBlocks:
    header = json.loads(content[_START : _START + header_length])
    spans = tuple(Span(*each) for each in header["blocks"])
    arrays = {}
    start = _START + header_length
    for name, kind, shape in header["arrays"]:
        count = math.prod(shape)
        arrays[name] = np.frombuffer(content, kind, count, start).reshape(shape)
        size = arrays[name].nbytes
        start += size + -size % _ALIGNMENT
    if start != len(content):
        raise ValueError("arrays missing or added")
    rows = sum(span.trials for span in spans)
    for name, values in arrays.items():
        group = name.split(".", 1)[0]
        wanted = rows if group in _ROWS else len(spans) if group in ("cell", "end") else len(values)
        if len(values) != wanted:
            raise ValueError("number of trials")
    return StoredBlocks(RunIdentity(**header["identity"]), spans, arrays, header["bins"])


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _aligned(values: np.ndarray) -> tuple[bytes, bytes]:
    """Bytes of an array, and what makes the next one start at a multiple of its elements' size."""
    content = values.tobytes()
    return content, bytes(-len(content) % _ALIGNMENT)
