"""Instance in, refereed plan with its proof out."""

from collections.abc import Sequence
from dataclasses import replace

import entrepot
from entrepot.errors import InfeasibleError, SolverError, UsageError
from entrepot.instance import Instance, Objective, fingerprint
from entrepot.location import Memory, Options, Progress, Solution, Unwatched, Watcher, relative_gap
from entrepot.model.build import build
from entrepot.model.fixed_sources import needs_stable_sources
from entrepot.model.lift import lift_plan
from entrepot.model.settling import settled
from entrepot.model.stock import stock_undercharge
from entrepot.planning.in_order import solve_in_order
from entrepot.planning.pooled_stock import first_search
from entrepot.planning.rooms import plan_within_rooms
from entrepot.planning.stable_sources import refuse_if_large, solve_stable
from entrepot.planning.stable_stock import improved_from_its_sources
from entrepot.planning.stock_pieces import with_exact_stock
from entrepot.plans.plan import Plan
from entrepot.plans.referee import judge
from entrepot.plans.result import Proof, Result, Verdict
from entrepot.plans.stages import amounts_of
from entrepot.solvers.clock import clock_after

AGREEMENT = 1e-6
"""Largest difference between the solver's value of a plan and the referee's, relative to its cost."""
PROVED = 1e-9

VALUE_LAST = (
    "With pooled stock (stock.pooled = true) the value can only be the last of the objectives in order: what "
    "later stages would keep of it is stated in the model, which values stock too low. Put the value last."
)


def plan(  # noqa: PLR0913 - the options of a plan
    instance: Instance,
    *,
    gap: float = 0.005,
    seconds: float = 120.0,
    seed: int = 1,
    threads: int = 2,
    watcher: Watcher | None = None,
    after: Result | Memory | None = None,
    objectives: Sequence[Objective] | None = None,
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
    objectives : pursued one after the other, each within what the earlier ones must keep; None = those of
        the study, () = the net present value alone. `seconds` are shared by the stages, `gap` holds for each.

    Returns
    -------
    Result
        The plan that the referee passed, its ledger, and the bounds. Without a plan (stopped too early)
        the bound is kept. With objectives in order, its stages say what each of them reached.

    Raises
    ------
    InfeasibleError : no plan meets all limits; those in conflict are named.
    UsageError : centres to keep are not possible in this instance, or with what else is asked; a value
        that is not the last of the objectives, with pooled stock.
    SolverError : the plan does not pass the referee, or the solver failed.
    """
    watcher = watcher or Unwatched()
    options = Options(gap=gap, seconds=seconds, seed=seed, threads=threads)
    watcher.report(Progress("building the problem", 0.0, float("-inf"), float("inf"), float("inf")))
    asked = instance.policies.objectives if objectives is None else tuple(objectives)
    if keep is not None and (asked or needs_stable_sources(instance)):
        raise UsageError("Centres can be kept neither with objectives in order nor with stable sources.")
    if instance.stock.is_pooled and any(objective.kind == "value" for objective in asked[:-1]):
        raise UsageError(VALUE_LAST)
    if asked:
        refuse_if_large(instance)
        return _plan_in_order(instance, asked, options, watcher)
    if needs_stable_sources(instance):
        return _plan_stable(_with_objectives(instance, ()), instance, options, watcher)
    memory = after.memory if isinstance(after, Result) else after
    start = memory if isinstance(memory, Memory) else None
    search = first_search(instance, options)
    within, solution = plan_within_rooms(
        instance, _with_objectives(instance, ()), (search, watcher), start=start, keep=keep
    )
    if solution.stop_reason == "infeasible":
        raise InfeasibleError(solution.conflict)
    if within is None:
        return Result(None, None, _proof(instance, options, solution, None), solution.memory)
    solution, reached = with_exact_stock(instance, within, solution, options=options, watcher=watcher)
    lifted = within.lifted(instance, solution, clock_after(options, solution.seconds, watcher))
    if lifted is None:
        raise SolverError("No paths were found for a plan that had some. Please report this with the study.")
    found, dues = lifted
    missing = stock_undercharge(instance, within.problem, within.built.stock, solution)
    verdict = referee(instance, found, solution.value - missing - dues)
    has_dues = not within.is_followed and dues > PROVED * verdict.ledger.controllable_cost
    flatters = instance.stock.is_pooled or has_dues
    approximation = max(0.0, reached - verdict.ledger.value) if flatters else 0.0
    proof = _proof(instance, options, solution, verdict, approximation)
    return Result(found, verdict, proof, solution.memory)


def _plan_in_order(
    instance: Instance, objectives: tuple[Objective, ...], options: Options, watcher: Watcher
) -> Result:
    built = build(_with_objectives(instance, objectives))
    staged = solve_in_order(instance, built, objectives, options, watcher)
    solution = staged.solution
    if solution.stop_reason == "infeasible" and solution.columns is None:
        raise InfeasibleError(solution.conflict)
    if solution.columns is None:
        return Result(None, None, _proof(instance, options, solution, None))
    solution = settled(built.problem, built.strategy, solution)
    found = lift_plan(instance, built.layout, solution)
    missing = stock_undercharge(instance, built.problem, built.stock, solution)
    verdict = referee(instance, found, solution.value - missing)
    final = amounts_of(instance, found, verdict, objectives[: len(staged.stages)])
    stages = tuple(replace(each, final=amount) for each, amount in zip(staged.stages, final, strict=True))
    approximation = _approximation(instance, solution.value, verdict)
    return Result(found, verdict, _proof(instance, options, solution, verdict, approximation), stages=stages)


def _plan_stable(stripped: Instance, instance: Instance, options: Options, watcher: Watcher) -> Result:
    stable = solve_stable(stripped, first_search(instance, options), watcher)
    solution = stable.solution
    if solution.stop_reason == "infeasible" and solution.columns is None:
        raise InfeasibleError(solution.conflict)
    if solution.columns is None:
        return Result(None, None, _proof(instance, options, solution, None))
    reached = solution.value
    stable = improved_from_its_sources(stripped, stable, options=options, watcher=watcher)
    solution = settled(stable.built.problem, stable.built.strategy, stable.solution)
    found = lift_plan(instance, stable.built.layout, solution)
    missing = stock_undercharge(instance, stable.built.problem, stable.built.stock, solution)
    verdict = referee(instance, found, solution.value - missing)
    approximation = _approximation(instance, reached, verdict)
    return Result(found, verdict, _proof(instance, options, solution, verdict, approximation))


def _with_objectives(instance: Instance, objectives: tuple[Objective, ...]) -> Instance:
    return replace(instance, policies=replace(instance.policies, objectives=objectives))


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


def _trace(solution: Solution, value: float, approximation: float) -> tuple[tuple[float, float, float], ...]:
    """Elapsed seconds, value and bound of the search; last the exact value where chords flattered it."""
    steps = tuple((step.elapsed, step.value, step.bound) for step in solution.trace)
    if approximation == 0.0 or not steps:
        return steps
    bound = max(value, min(steps[-1][2], solution.claimed_bound))
    return (*steps, (max(solution.seconds, steps[-1][0]), value, bound))


def _approximation(instance: Instance, reached: float, verdict: Verdict) -> float:
    """By how much the best plan of the bound's problem seems to be worth more than the plan is, EUR."""
    return max(0.0, reached - verdict.ledger.value) if instance.stock.is_pooled else 0.0


def _kept(bound: float, value: float, charge: float) -> float:
    """A bound, or none where the referee's value of the plan contradicts it by more than rounding."""
    return bound if value <= bound + AGREEMENT * max(1.0, charge, abs(value)) else float("inf")


def _proof(
    instance: Instance,
    options: Options,
    solution: Solution,
    verdict: Verdict | None,
    approximation: float = 0.0,
) -> Proof:
    value = verdict.ledger.value if verdict else float("-inf")
    charge = verdict.ledger.controllable_cost if verdict else 0.0
    certified = _kept(solution.certified_bound, value, charge)
    claimed = min(_kept(solution.claimed_bound, value, charge), certified)
    gap = relative_gap(value, claimed, charge)
    is_open = solution.stop_reason in ("proved", "gap reached") and gap > max(options.gap, PROVED)
    return Proof(
        value=value,
        certified_bound=max(certified, value),
        claimed_bound=max(claimed, value),
        gap=gap,
        certified_gap=relative_gap(value, certified, charge),
        stop_reason="approximation" if is_open and approximation > 0.0 else solution.stop_reason,
        seconds=solution.seconds,
        seed=options.seed,
        version=entrepot.__version__,
        fingerprint=fingerprint(instance),
        solver="price-cut-plan",
        trace=_trace(solution, value, approximation),
        approximation=approximation,
    )
