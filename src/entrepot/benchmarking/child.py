"""One case and one solver in a process of its own: job on standard input, result as JSON.

CPU seconds and peak memory are those of this process and its children, from after the instance is at hand and
the kernels are compiled (a small piece of the instance is solved first) to the solver's return. Peak memory
includes the interpreter and the instance.
"""

import json
import os
import resource
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from entrepot.benchmarking.generators import Reach
from entrepot.benchmarking.instances import Contest, Instance, instance_of, size_of
from entrepot.benchmarking.peers import solver_of
from entrepot.benchmarking.peers.outcome import Limits, NotApplicableError
from entrepot.benchmarking.registry import Case
from entrepot.errors import EntrepotError
from entrepot.kernels.compiling import compilations
from entrepot.location import FacilityLocation, MatrixCosts, PlaneCosts, ServiceCosts

PIECE = 40
"""Customers and sites of the piece that is solved to compile the kernels."""
WARM_SECONDS = 20.0


def main() -> None:
    """Run the job on standard input."""
    job = json.load(sys.stdin)
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as answer:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a solver prints is kept out of it
        json.dump(run(job), answer)


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Solve the job's case with its solver.

    Parameters
    ----------
    job : case (fields of `Case`), solver, data (folder or None), seconds, seed.
    """
    case = Case(**job["case"])
    limits = Limits(case.gap, job["seconds"], job["seed"], case.threads)
    try:
        instance = instance_of(case, Path(job["data"]) if job["data"] else None)
        size = size_of(instance)
    except (EntrepotError, OSError, TypeError) as error:
        return {"reason": "no instance", "note": str(error).splitlines()[0]}
    try:
        solve = solver_of(job["solver"])
        if job["solver"] == "entrepot":
            solve(piece_of(instance), replace(limits, seconds=WARM_SECONDS))
        compiled, begin, cpu = compilations(), time.monotonic(), _cpu_seconds()
        outcome = solve(instance, limits)
    except NotApplicableError as error:
        return {"size": size, "reason": "not run", "note": str(error)}
    except ImportError as error:
        return {"size": size, "reason": "not installed", "note": str(error)}
    except (EntrepotError, MemoryError, ArithmeticError, ValueError, RuntimeError) as error:
        return {"size": size, "reason": "failed", "note": f"{type(error).__name__}: {error}"}
    return {
        "size": size,
        **{key: _plain(value) for key, value in asdict(outcome).items()},
        "cpu_seconds": _cpu_seconds() - cpu,
        "wall_seconds": time.monotonic() - begin,
        "peak_mb": peak_mb(),
        "note": "some kernels were compiled within" if compilations() > compiled else "",
    }


def piece_of(instance: Instance) -> Instance:
    """A small piece of an instance that takes the same paths through the code."""
    if isinstance(instance, FacilityLocation):
        n_sites = min(PIECE, instance.n_sites)
        demand = instance.demand[:PIECE]
        room = np.full(n_sites, np.inf)
        if instance.is_capacitated:
            room = np.full(n_sites, demand.max(initial=0.0) + 3.0 * demand.sum() / n_sites)
        n_open = None if instance.n_open is None else max(1, min(n_sites // 8, instance.n_open))
        costs = _first(instance.costs)
        return replace(
            instance, costs=costs, fixed_cost=instance.fixed_cost[:n_sites], demand=demand, capacity=room,
            n_open=n_open,
        )  # fmt: skip
    if isinstance(instance, Reach):
        distances = _first(instance.distances)
        assert isinstance(distances, PlaneCosts)
        return replace(instance, distances=distances, weight=instance.weight[:PIECE], n_open=2)
    if isinstance(instance, Contest):
        market = instance.market
        own = np.ascontiguousarray(market.own[:PIECE, :PIECE])
        small = replace(market, own=own, rival=market.rival[:PIECE], weight=market.weight[:PIECE])
        return Contest(small, min(3, instance.n_open))
    if isinstance(instance, tuple):
        return _first(instance[0]), min(2, instance[0].n_sites)
    from entrepot.benchmarking.integrated import integrated

    return integrated(12, 6, 2, 1)


def peak_mb() -> float:
    """Largest resident memory of this process or a child so far, MB."""
    largest = max(
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return largest / (1024.0 * 1024.0 if sys.platform == "darwin" else 1024.0)


def _first(costs: ServiceCosts) -> ServiceCosts:
    if isinstance(costs, PlaneCosts):
        return PlaneCosts(costs.customers[:PIECE], costs.sites[:PIECE], costs.weight[:PIECE], costs.rounding)
    customers, sites = np.arange(min(PIECE, costs.n_customers)), np.arange(min(PIECE, costs.n_sites))
    return MatrixCosts(np.ascontiguousarray(costs.between(customers[:, None], sites)))


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _plain(value: Any) -> Any:
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value


if __name__ == "__main__":
    main()
