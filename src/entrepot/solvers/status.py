"""Running HiGHS: the one place where its status is read."""

import threading
import time
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import highspy
import numpy as np
from scipy.sparse import csr_array

from entrepot.errors import SolverError
from entrepot.location.problem import BoolArray, FloatArray, IntArray

Outcome = Literal["optimal", "infeasible", "stopped"]
POLL = 0.1
_STOPPED = (
    highspy.HighsModelStatus.kTimeLimit,
    highspy.HighsModelStatus.kIterationLimit,
    highspy.HighsModelStatus.kSolutionLimit,
    highspy.HighsModelStatus.kInterrupt,
    highspy.HighsModelStatus.kObjectiveTarget,
    highspy.HighsModelStatus.kObjectiveBound,
)
_UNCLEAR = (
    highspy.HighsModelStatus.kUnknown,
    highspy.HighsModelStatus.kNotset,
    highspy.HighsModelStatus.kSolveError,
)


class Timer(Protocol):
    """What a run of HiGHS must know of the run that it is part of."""

    def left(self) -> float:
        """Seconds that remain."""

    def is_over(self) -> bool:
        """Whether to end now."""

    def report(self, phase: str) -> None:
        """Tell the user."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """min cost.x, lower <= x <= upper, row_lower <= matrix x <= row_upper, some x integer."""

    cost: FloatArray
    lower: FloatArray
    upper: FloatArray
    matrix: csr_array
    row_lower: FloatArray
    row_upper: FloatArray
    is_integer: BoolArray


class _QuietHighs(highspy.Highs):  # type: ignore[misc]
    """HiGHS without the banner that it prints to standard output as soon as callbacks are set up."""

    def enableCallbacks(self) -> None:  # noqa: N802 - the name is HiGHS's
        """Turn output off before the first line is written."""
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()


def claim_scheduler() -> None:
    """Let this run choose HiGHS's number of threads: another user of HiGHS in the process may have set his.

    HiGHS fails where two runs in one process ask for different numbers.
    """
    highspy.Highs.resetGlobalScheduler(True)


def open_program(program: Program, **settings: float | int | str | bool) -> Any:
    """A silent single-threaded HiGHS object that holds the program."""
    highs = _QuietHighs()
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("small_matrix_value", 1e-12)  # smaller entries are dropped without a word
    for name, setting in settings.items():
        highs.setOptionValue(name, setting)
    matrix = csr_array(program.matrix)
    status = highs.passModel(
        len(program.cost),
        len(program.row_lower),
        matrix.nnz,
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        program.cost,
        program.lower,
        program.upper,
        program.row_lower,
        program.row_upper,
        matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32),
        matrix.data.astype(np.float64),
        program.is_integer.astype(np.int32),
    )
    if status == highspy.HighsStatus.kError:
        raise SolverError("HiGHS rejected the model.")
    return highs


def run(highs: Any, clock: Timer, grace: float = 0.05, phase: str = "") -> Outcome:
    """Run HiGHS within the clock, but for `grace` seconds at least.

    Where a `phase` is given it is reported while HiGHS runs, and the user can end the run; a short program is
    over sooner without.

    Raises
    ------
    SolverError
        If HiGHS ends with any status other than optimal, infeasible or stopped by a limit.
    """
    limit = max(grace, clock.left())
    highs.setOptionValue("time_limit", float(highs.getRunTime() + limit))  # cumulative over runs
    _run_once(highs, clock, grace, phase)
    if highs.getModelStatus() in _UNCLEAR:  # numerical trouble from a warm start: once more from nothing
        highs.clearSolver()
        _run_once(highs, clock, grace, phase)
    if highs.getModelStatus() in _UNCLEAR:  # and by another way
        _run_otherwise(highs, clock, grace, phase)
    return _outcome(highs)


def _run_otherwise(highs: Any, clock: Timer, grace: float, phase: str) -> None:
    """Run from nothing with the other choice of presolve, once."""
    _, before = highs.getOptionValue("presolve")
    highs.setOptionValue("presolve", "on" if before == "off" else "off")
    highs.clearSolver()
    _run_once(highs, clock, grace, phase)
    highs.setOptionValue("presolve", before)


def _run_once(highs: Any, clock: Timer, grace: float, phase: str) -> None:
    if phase:
        _run_watched(highs, clock, grace, phase)
    else:
        highs.run()


def _run_watched(highs: Any, clock: Timer, grace: float, phase: str) -> None:
    stop, begin = threading.Event(), time.monotonic()

    def end_if_asked(event: Any) -> None:
        if stop.is_set():
            event.interrupt()

    moments = (highs.cbMipInterrupt, highs.cbSimplexInterrupt)
    for moment in moments:
        moment.subscribe(end_if_asked)
    worker = threading.Thread(target=highs.run, daemon=True)
    worker.start()
    try:
        while worker.is_alive():
            worker.join(POLL)
            clock.report(phase)
            if clock.is_over() and time.monotonic() - begin >= grace:
                stop.set()
    except BaseException:
        stop.set()
        worker.join()
        raise
    finally:
        for moment in moments:
            moment.unsubscribe(end_if_asked)


def _outcome(highs: Any) -> Outcome:
    status = highs.getModelStatus()
    if status in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty):
        return "optimal"
    if status == highspy.HighsModelStatus.kInfeasible:
        return "infeasible"
    if status in _STOPPED:
        return "stopped"
    raise SolverError(f"HiGHS ended with status '{highs.modelStatusToString(status)}'.")


@dataclass(frozen=True, slots=True, eq=False)
class Vertex:
    """Primal and dual values of an optimal LP."""

    columns: FloatArray
    row_duals: FloatArray
    column_duals: FloatArray
    objective: float


def vertex_of(highs: Any) -> Vertex:
    """Values of the LP that was just solved to optimality."""
    solution = highs.getSolution()
    return Vertex(
        columns=np.array(solution.col_value, dtype=np.float64),
        row_duals=np.array(solution.row_dual, dtype=np.float64),
        column_duals=np.array(solution.col_dual, dtype=np.float64),
        objective=float(highs.getInfo().objective_function_value),
    )


def has_point(highs: Any) -> bool:
    """Whether the last run found a feasible point."""
    found: bool = highs.getInfo().primal_solution_status == int(
        highspy.SolutionStatus.kSolutionStatusFeasible
    )
    return found


def add_rows(highs: Any, matrix: csr_array, lower: FloatArray, upper: FloatArray) -> None:
    """Add rows to a model that HiGHS holds."""
    rows = csr_array(matrix)
    status = highs.addRows(
        len(lower),
        lower,
        upper,
        rows.nnz,
        rows.indptr[:-1].astype(np.int32),
        rows.indices.astype(np.int32),
        rows.data.astype(np.float64),
    )
    if status == highspy.HighsStatus.kError:
        raise SolverError("HiGHS rejected a row.")


def delete_rows(highs: Any, rows: IntArray) -> None:
    """Delete rows, ascending indices, from a model that HiGHS holds."""
    if len(rows):
        highs.deleteRows(len(rows), rows.astype(np.int32))


def set_start(highs: Any, index: IntArray, values: FloatArray) -> None:
    """Give HiGHS a (partial) starting point."""
    highs.setSolution(len(index), index.astype(np.int32), values)


def watch_solutions(highs: Any, found: list[FloatArray]) -> None:
    """Have HiGHS append every better integer point to `found` while it runs."""

    def keep(event: Any) -> None:
        found.append(np.array(event.data_out.mip_solution, dtype=np.float64))

    highs.cbMipImprovingSolution.subscribe(keep)


def set_bounds(highs: Any, lower: FloatArray, upper: FloatArray) -> None:
    """Replace the bounds of the first columns of a model that HiGHS holds."""
    highs.changeColsBounds(len(lower), np.arange(len(lower), dtype=np.int32), lower, upper)


def set_costs(highs: Any, cost: FloatArray) -> None:
    """Replace the objective of a model that HiGHS holds."""
    highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
