"""Other solvers on the same instances. Each module imports its library only when it is asked to solve."""

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from entrepot.benchmarking.instances import Instance
from entrepot.benchmarking.peers.outcome import Limits, Outcome

Solve = Callable[[Instance, Limits], Outcome]

PACKAGES = {
    "entrepot": "entrepot",
    "highs": "highspy",
    "highs-weak": "highspy",
    "scip": "pyscipopt",
    "cpsat": "ortools",
    "pbp": "pbp-pmedian",
    "spopt": "spopt",
}
"""Solver -> the distribution that it needs. `highs-weak` is HiGHS with the aggregated formulation."""

_MODULES = {"highs-weak": "highs", "entrepot": "ours"}


def solver_of(name: str) -> Solve:
    """The function that solves an instance with a peer, or with Entrepot itself."""
    module = import_module(f"entrepot.benchmarking.peers.{_MODULES.get(name, name)}")
    solve: Solve = module.solve_weak if name == "highs-weak" else module.solve
    return solve


def version_of(name: str) -> str | None:
    """Installed version of a peer; None where it is not installed."""
    try:
        return version(PACKAGES[name])
    except PackageNotFoundError:
        import entrepot

        return entrepot.__version__ if name == "entrepot" else None
