"""Why a backend cannot be used here."""

from __future__ import annotations

from dataclasses import dataclass

from capest.errors import BackendError


@dataclass(frozen=True)
class Obstacle:
    """Why a backend cannot be used here, and what would help."""

    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.reason}: {self.remedy}"


class Unusable(BackendError):
    """A backend that cannot be used here.

    Parameters
    ----------
    reason, remedy : str
        As of `Obstacle`.
    """

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy)
        self.obstacle = Obstacle(reason, remedy)

    def __str__(self) -> str:
        return str(self.obstacle)
