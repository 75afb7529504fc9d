"""The monolithic MIP: the whole canonical problem given to HiGHS, to check the engine on small cases."""

import time
from dataclasses import replace

import numpy as np

from entrepot.errors import SolverError
from entrepot.location import (
    Assignment,
    LocationProblem,
    Options,
    Solution,
    StopReason,
    charge_of,
    relative_gap,
    value_of,
)
from entrepot.location.problem import FloatArray
from entrepot.model.elastic import relax_limits
from entrepot.model.families import LinearProgram, Pairs, expand
from entrepot.model.highs import Answer, maximise
from entrepot.model.lp_text import write_lp

__all__ = ["relax_limits", "solve_monolith", "write_lp"]

PROVED = 1e-9


def solve_monolith(problem: LocationProblem, options: Options) -> Solution:
    """Solve the strong formulation by branch and cut.

    Parameters
    ----------
    options : `gap` is given to HiGHS, which takes it relative to the plan's value; the solution's gap is
        relative to the controllable cost, as everywhere.

    Returns
    -------
    Solution
        Its bound is HiGHS's word (claimed); none is certified. Where the limits contradict each other, the
        stop reason is "infeasible" and `conflict` names them.

    Raises
    ------
    SolverError : HiGHS ended in a way that proves nothing.
    """
    start = time.monotonic()
    program, pairs = expand(problem)
    answer = maximise(program, options.seconds, options.gap, options.seed)
    if answer.status == "infeasible":
        return _no_plan(answer, "infeasible", time.monotonic() - start, relax_limits(problem))
    if answer.columns is None:
        return _no_plan(answer, "time limit", time.monotonic() - start, ())
    columns, assignment = _settle(problem, program, pairs, answer.columns)
    value = value_of(problem, columns, assignment)
    bound = max(answer.bound, value)
    return Solution(
        columns=columns,
        assignment=assignment,
        value=value,
        certified_bound=np.inf,
        claimed_bound=bound,
        gap=relative_gap(value, bound, charge_of(problem, columns, assignment)),
        stop_reason=_reason(answer, value, bound),
        seconds=time.monotonic() - start,
        conflict=(),
        trace=(),
        statistics={"columns": float(len(program.objective)), "rows": float(len(program.rows.lower))},
    )


def _settle(
    problem: LocationProblem, program: LinearProgram, pairs: Pairs, point: FloatArray
) -> tuple[FloatArray, Assignment]:
    """Round the integer columns and find the best flows for them, without the MIP's tolerances."""
    n, is_integer = program.n_strategic, program.is_integer
    rounded = np.rint(point)
    fixed = replace(
        program,
        lower=np.where(is_integer, rounded, program.lower),
        upper=np.where(is_integer, rounded, program.upper),
        is_integer=np.zeros(len(point), dtype=np.bool_),
    )
    answer = maximise(fixed, np.inf, 0.0)
    if answer.columns is None:
        raise SolverError("The plan that HiGHS reported is not feasible once its numbers are rounded.")
    columns = np.where(problem.strategic.is_integer, rounded[:n], answer.columns[:n])
    fraction = np.clip(answer.columns[n:], 0.0, 1.0)
    used = np.flatnonzero(fraction > 0.0)
    return columns, Assignment(pairs.way[used], pairs.enabler[used], fraction[used])


def _reason(answer: Answer, value: float, bound: float) -> StopReason:
    if answer.status == "time limit":
        return "time limit"
    return "proved" if bound - value <= PROVED * max(1.0, abs(value)) else "gap reached"


def _no_plan(
    answer: Answer, reason: StopReason, seconds: float, conflict: tuple[tuple[str, float], ...]
) -> Solution:
    return Solution(
        columns=None,
        assignment=None,
        value=-np.inf,
        certified_bound=np.inf,
        claimed_bound=answer.bound,
        gap=np.inf,
        stop_reason=reason,
        seconds=seconds,
        conflict=conflict,
        trace=(),
        statistics={},
    )
