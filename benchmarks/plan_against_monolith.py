"""Times the default solver beside the monolithic MIP (HiGHS) on growing cuts of a shipped study.

    python benchmarks/plan_against_monolith.py --study examples/european-expansion --markets 50 100 200

Each row states sizes, CPU seconds, proven gap and their ratio in the same run; machine and versions come
first. A cut keeps the markets with the largest demand; everything else stays as it is.
"""

import argparse
import platform
import time
from dataclasses import fields, replace
from importlib.metadata import version
from typing import Any

import numpy as np

import entrepot
from entrepot.instance import Instance, IntArray
from entrepot.location import LocationProblem, Options, Solution
from entrepot.model.build import build_problem
from entrepot.model.monolith import solve_monolith
from entrepot.planning import Unwatched
from entrepot.solvers.price_cut_plan import solve


def cut_of(instance: Instance, n_markets: int) -> Instance:
    """The instance with its largest markets only."""
    order = np.sort(np.argsort(-instance.demand.sum(axis=(1, 2)), kind="stable")[:n_markets])
    distances = instance.distances
    return replace(
        instance,
        markets=_rows(instance.markets, order),
        demand=instance.demand[order],
        distances=replace(
            distances,
            site_market=distances.site_market[:, order],
            gateway_market=distances.gateway_market[:, order],
            rival_market=distances.rival_market[:, order],
        ),
    )


def _rows(value: Any, order: IntArray) -> Any:
    kept = {}
    for field in fields(value):
        content = getattr(value, field.name)
        kept[field.name] = (
            content[order] if isinstance(content, np.ndarray) else tuple(content[i] for i in order)
        )
    return replace(value, **kept)


def timed(solver: Any, problem: LocationProblem, *rest: Any) -> tuple[Solution, float]:
    """Solution and CPU seconds of the process."""
    start = time.process_time()
    solution = solver(problem, *rest)
    return solution, time.process_time() - start


def main() -> None:
    """Print one row per cut."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--study", default="examples/two-countries")
    parser.add_argument("--markets", type=int, nargs="+", default=[10, 20, 40])
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--gap", type=float, default=0.001)
    arguments = parser.parse_args()
    instance = entrepot.assemble(entrepot.read_study(arguments.study))
    options = Options(gap=arguments.gap, seconds=arguments.seconds, threads=1)
    solve(build_problem(cut_of(instance, 10))[0], options, Unwatched())  # compiles the kernels
    versions = (
        f"entrepot {entrepot.__version__}, HiGHS {version('highspy')}, Python {platform.python_version()}"
    )
    print(f"{versions}, {platform.machine()}, gap {arguments.gap:g}, limit {arguments.seconds:g} s")
    print("markets     ways |  engine: CPU s      gap |  HiGHS: CPU s      gap | ratio")
    for n_markets in arguments.markets:
        problem, _ = build_problem(cut_of(instance, n_markets))
        ours, our_seconds = timed(solve, problem, options, Unwatched())
        theirs, their_seconds = timed(solve_monolith, problem, options)
        print(f"{n_markets:7d} {problem.n_ways:8d} | {our_seconds:14.2f} {ours.gap:8.4%} | "
              f"{their_seconds:13.2f} {theirs.gap:8.4%} | {their_seconds / our_seconds:5.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
