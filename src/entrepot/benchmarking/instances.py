"""The instance of a case: read from the data folder, or made by its generator."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from entrepot.benchmarking.generators import Reach, covering_in_the_plane, koerkel_ghosh, ufl_in_the_plane
from entrepot.benchmarking.integrated import integrated
from entrepot.benchmarking.registry import Case
from entrepot.errors import UsageError
from entrepot.location import FacilityLocation, LocationProblem, ServiceCosts
from entrepot.tables.formats import (
    Attractions,
    Reading,
    located,
    needed_count,
    read_attractions,
    read_stated,
)


@dataclass(frozen=True, slots=True, eq=False)
class Contest:
    """Maximum capture: attractions and the number of sites to open."""

    market: Attractions
    n_open: int


Instance = FacilityLocation | Reach | Contest | LocationProblem | tuple[ServiceCosts, int]
"""By problem: facility location, maximal covering, maximum capture, integrated, p-centre (distances, p)."""

GENERATORS: dict[str, Callable[..., Instance]] = {
    "koerkel_ghosh": koerkel_ghosh,
    "ufl_in_the_plane": ufl_in_the_plane,
    "covering_in_the_plane": covering_in_the_plane,
    "integrated": integrated,
}


def instance_of(case: Case, data: Path | None) -> Instance:
    """Read or make the instance of a case.

    Parameters
    ----------
    case : of the registry. data : folder of instance files, None where there is none.

    Raises
    ------
    UsageError
        If the file or the generator is missing.
    DataError
        If the file is wrong.
    """
    if case.generator:
        if case.generator not in GENERATORS:
            raise UsageError(f"There is no generator {case.generator!r}.")
        return GENERATORS[case.generator](**case.parameters)
    if data is None:
        raise UsageError(f"{case.name} needs the file {case.file}: name its folder with --data.")
    path, reading = data / case.file, Reading(**case.reading)
    if case.problem == "max-capture":
        if reading.n_open is None:
            raise UsageError(f"{case.name} does not state n_open.")
        return Contest(read_attractions(path, case.file_format, reading), reading.n_open)
    question: Any = case.problem
    stated = read_stated(path, case.file_format, question, reading)
    if case.problem == "p-centre":
        return stated.distances, needed_count(stated, reading)
    if case.problem == "max-covering":
        raise UsageError("Maximal covering is generated, not read.")
    return located(stated, question, reading)


def size_of(instance: Instance) -> str:
    """Customers x sites, or cells x columns and ways of an integrated problem."""
    if isinstance(instance, FacilityLocation):
        return f"{instance.n_customers:,} x {instance.n_sites:,}"
    if isinstance(instance, Reach):
        return f"{instance.distances.n_customers:,} x {instance.distances.n_sites:,}"
    if isinstance(instance, Contest):
        return f"{instance.market.own.shape[0]:,} x {instance.market.own.shape[1]:,}"
    if isinstance(instance, LocationProblem):
        return f"{instance.n_cells:,} cells, {instance.n_ways:,} ways, {instance.n_columns:,} columns"
    return f"{instance[0].n_customers:,} x {instance[0].n_sites:,}"
