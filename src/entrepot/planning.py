"""Instance in, refereed plan with its proof out."""

import entrepot
from entrepot.errors import InfeasibleError, SolverError
from entrepot.instance import Instance, fingerprint
from entrepot.location import Memory, Options, Progress, Solution, Unwatched, Watcher, relative_gap
from entrepot.model.build import build_problem
from entrepot.model.keeping import keep_centres
from entrepot.model.lift import lift_plan
from entrepot.plans.plan import Plan
from entrepot.plans.referee import judge
from entrepot.plans.result import Proof, Result, Verdict
from entrepot.solvers.engine import solve

AGREEMENT = 1e-6
"""Largest difference between the solver's value of a plan and the referee's, relative to its cost."""


def plan(  # noqa: PLR0913 - the options of a plan
    instance: Instance,
    *,
    gap: float = 0.005,
    seconds: float = 120.0,
    seed: int = 1,
    threads: int = 2,
    watcher: Watcher | None = None,
    after: Result | Memory | None = None,
    keep: tuple[Plan, int] | None = None,
) -> Result:
    """Plan the network: where, with whom, when, against whom.

    Parameters
    ----------
    instance : as `entrepot.assemble` returns it.
    gap : stop when (bound - value) / controllable cost is proven to be at most this.
    seconds : wall-clock limit for the search, s. Reading and the referee come on top.
    seed : of every random choice; the same seed gives the same plan unless the clock stops the run.
    threads : of the kernels.
    watcher : told of progress, asked whether to stop.
    after : result (or its memory) of an instance much like this one: a changed rent, demand or limit is
        planned from its prices, cuts and plan, much sooner than from nothing, and proved as always.
    keep : a plan, and the number of first periods in which its centres and who runs them are decided
        already; flows stay free.

    Returns
    -------
    Result
        The plan that the referee passed, its ledger, and the bounds. Without a plan (stopped too early)
        the bound is kept.

    Raises
    ------
    InfeasibleError : no plan meets all limits; those in conflict are named.
    UsageError : centres to keep are not possible in this instance.
    SolverError : the plan does not pass the referee, or the solver failed.
    """
    watcher = watcher or Unwatched()
    options = Options(gap=gap, seconds=seconds, seed=seed, threads=threads)
    watcher.report(Progress("building the problem", 0.0, float("-inf"), float("inf"), float("inf")))
    problem, layout = build_problem(instance)
    if keep is not None:
        problem = keep_centres(instance, problem, layout, keep)
    memory = after.memory if isinstance(after, Result) else after
    solution = solve(problem, options, watcher, memory if isinstance(memory, Memory) else None)
    if solution.stop_reason == "infeasible":
        raise InfeasibleError(solution.conflict)
    if solution.columns is None:
        return Result(None, None, _proof(instance, options, solution, None), solution.memory)
    found = lift_plan(instance, layout, solution)
    verdict = referee(instance, found, solution.value)
    return Result(found, verdict, _proof(instance, options, solution, verdict), solution.memory)


def referee(instance: Instance, found: Plan, claimed: float) -> Verdict:
    """Let the referee recompute a plan and hold it against the value that its finder claims.

    Parameters
    ----------
    instance : the problem. found : the plan. claimed : its net present value by the solver, EUR.

    Raises
    ------
    SolverError : the plan breaks a limit, or its value is not the claimed one.
    """
    verdict = judge(instance, found)
    if verdict.breaches:
        worst = verdict.breaches[0]
        raise SolverError(
            f"The referee rejects the plan: {worst.limit} at {worst.place} is off by {worst.amount:.6g} "
            f"({len(verdict.breaches)} breaches). Please report this with the study."
        )
    difference = abs(verdict.ledger.value - claimed)
    if difference > AGREEMENT * max(1.0, verdict.ledger.controllable_cost, abs(claimed)):
        raise SolverError(
            f"The solver values the plan at {claimed:,.2f} EUR, "
            f"the referee at {verdict.ledger.value:,.2f} EUR. Please report this with the study."
        )
    return verdict


def _proof(instance: Instance, options: Options, solution: Solution, verdict: Verdict | None) -> Proof:
    value = verdict.ledger.value if verdict else float("-inf")
    charge = verdict.ledger.controllable_cost if verdict else 0.0
    return Proof(
        value=value,
        certified_bound=max(solution.certified_bound, value),
        claimed_bound=max(solution.claimed_bound, value),
        gap=relative_gap(value, solution.claimed_bound, charge),
        certified_gap=relative_gap(value, solution.certified_bound, charge),
        stop_reason=solution.stop_reason,
        seconds=solution.seconds,
        seed=options.seed,
        version=entrepot.__version__,
        fingerprint=fingerprint(instance),
        solver="price-cut-plan",
        trace=tuple((step.elapsed, step.value, step.bound) for step in solution.trace),
    )
