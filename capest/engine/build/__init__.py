"""The client's part of a run: a scenario becomes a `World` of plain arrays, once.

Nothing here is imported by a worker: names of countries, files of users and catalogues, tables of
the weather and the scenario's own checks stay with the client.
"""

from capest.engine.build.world import build

__all__ = ["build"]
