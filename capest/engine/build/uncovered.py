"""The people of a scenario who have no terrestrial network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from capest.errors import InputError
from capest.geo.coverage import NetworkCoverage, read_coverage
from capest.geo.points import PointsModel
from capest.geo.population import PopulationModel
from capest.geo.uncovered import uncovered_by_density, uncovered_by_file
from capest.scenario.paths import shown_path

if TYPE_CHECKING:
    from capest.scenario.model import Scenario

_ROUNDING = 1e-9
"""Of people who are added up in two ways."""


@dataclass(frozen=True)
class Uncovered:
    """People without a terrestrial network.

    Attributes
    ----------
    people : PopulationModel or PointsModel
    notes : tuple of str
        What the user should know of them, one line each.
    """

    people: PopulationModel | PointsModel
    notes: tuple[str, ...]


def uncovered_of(scenario: Scenario, living: PopulationModel, where: str) -> Uncovered:
    """Find out who of the people somewhere has no terrestrial network.

    Parameters
    ----------
    scenario : Scenario
    living : PopulationModel
        Everybody there.
    where : str
        For messages.

    Raises
    ------
    InputError
        For a file that cannot be read, and where a network covers everybody.
    """
    coverage = coverage_of(scenario)
    people = uncovered_if_any(scenario, living, coverage)
    if people is None:
        raise InputError(
            f"users.file = {shown_path(scenario.users.file)}: covers everybody in {where}: nobody "
            'is without a terrestrial network; choose another region, or placement = "population"'
        )
    share = people.people / living.people
    by = "users.file" if coverage is not None else "users.uncovered_density_per_km2"
    told = (
        f"users stand for the {people.people:,.0f} of {living.people:,.0f} people ({share:.2%}) of "
        f"{where} without a terrestrial network, by {by}"
    )
    of_file = () if coverage is None else (*coverage.notes, *_nobody_note(scenario, share, where))
    return Uncovered(people, (*of_file, told))


def _nobody_note(scenario: Scenario, uncovered_share: float, where: str) -> tuple[str, ...]:
    """Doubt a file by which nobody has a network: it may be that of another part of the Earth."""
    if uncovered_share < 1.0 - _ROUNDING:
        return ()
    return (
        f"users.file = {shown_path(scenario.users.file)}: covers nobody in {where}; is it of this "
        "part of the Earth?",
    )


def coverage_of(scenario: Scenario) -> NetworkCoverage | None:
    """Read the file of coverage, ``None`` where the density of people tells it."""
    users = scenario.users
    if users.file is None:
        return None
    return read_coverage(shown_path(users.file), users.file_variable)


def uncovered_if_any(
    scenario: Scenario, living: PopulationModel, coverage: NetworkCoverage | None
) -> PopulationModel | PointsModel | None:
    """Those without a terrestrial network, ``None`` where that is nobody."""
    if coverage is None:
        return uncovered_by_density(living, scenario.users.uncovered_density_per_km2)
    return uncovered_by_file(living, coverage)
