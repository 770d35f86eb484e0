"""The world of a run, on its way from the client to the workers: a file beside the blocks.

The blocks' folder lies on a file system that the client and all workers share. A worker reads the
file once and needs nothing of the scenario it was built from.
"""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from capest.engine.world import World
from capest.errors import CapestError
from capest.results.files import write_whole
from capest.results.store import WORLD_NAME


@dataclass(frozen=True)
class WorldFile:
    """Where a world lies, and what is in the file.

    Attributes
    ----------
    path : Path
    digest : str
        SHA-256 of the file: a worker takes no other.
    """

    path: Path
    digest: str


def save_world(world: World, folder: Path, name: str = WORLD_NAME) -> WorldFile:
    """Write a world, whole or not at all.

    Parameters
    ----------
    world : World
    folder : Path
    name : str
        Of the file in the folder.

    Returns
    -------
    WorldFile

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    content = pickle.dumps(world, protocol=5)
    path = folder / name
    write_whole(path, content)
    return WorldFile(path, hashlib.sha256(content).hexdigest())


# A worker gets many batches of one run.
@lru_cache(maxsize=1)
def load_world(file: WorldFile) -> World:
    """Read a world, and keep the last one; see `read_world`."""
    return read_world(file)


def read_world(file: WorldFile) -> World:
    """Read a world.

    Raises
    ------
    CapestError
        If the file is not the client's, or not to be read here.
    """
    try:
        content = file.path.read_bytes()
    except OSError as error:
        raise CapestError(
            f"a worker cannot read {file.path}: the output must lie on a file system that this "
            "machine and all workers share"
        ) from error
    if hashlib.sha256(content).hexdigest() != file.digest:
        raise CapestError(f"{file.path} is not the one that this run's client wrote")
    world = pickle.loads(content)
    if not isinstance(world, World):
        raise CapestError(f"{file.path} holds no world of capest")
    return world
