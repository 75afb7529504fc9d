"""The one place where the cross-check calls HiGHS, and where its status is read."""

from dataclasses import dataclass
from typing import Literal

import highspy
import numpy as np
from scipy.sparse import csc_array

from entrepot.errors import SolverError
from entrepot.location.problem import FloatArray
from entrepot.model.families import LinearProgram

Status = Literal["optimal", "time limit", "infeasible"]

LARGEST_COEFFICIENT = 1e3
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What HiGHS found.

    Attributes
    ----------
    status : how it ended. columns : (n_columns,) best point, or None. bound : upper bound on the maximum.
    """

    status: Status
    columns: FloatArray | None
    bound: float


class QuietHighs(highspy.Highs):  # type: ignore[misc]
    """HiGHS without the banner that it prints to standard output as soon as callbacks are set up."""

    def enableCallbacks(self) -> None:  # noqa: N802 - the name is HiGHS's
        """Turn output off before the first line is written."""
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()


def maximise(program: LinearProgram, seconds: float, gap: float, seed: int = 1) -> Answer:
    """Solve a linear program with integers.

    Parameters
    ----------
    seconds : wall clock. gap : relative to the value, as HiGHS measures it.

    Raises
    ------
    SolverError : HiGHS ended in a way that proves nothing.
    """
    scale = max(float(np.max(np.abs(program.objective), initial=0.0)) / LARGEST_COEFFICIENT, 1e-12)
    highspy.Highs.resetGlobalScheduler(True)  # runs that ask for different threads fail
    solver = QuietHighs()
    options = {
        "threads": 1,
        "time_limit": seconds,
        "mip_rel_gap": gap,
        "mip_feasibility_tolerance": TOLERANCE,
        "primal_feasibility_tolerance": TOLERANCE,
        "dual_feasibility_tolerance": TOLERANCE,
        "random_seed": seed,
    }
    for option, value in options.items():
        _must_be_ok(solver.setOptionValue(option, value), f"option {option}")
    _must_be_ok(solver.passModel(_highs_lp(program, scale)), "the model")
    _must_be_ok(solver.run(), "the run")
    return _read(solver, bool(program.is_integer.any()), scale)


def _must_be_ok(status: highspy.HighsStatus, what: str) -> None:
    if status == highspy.HighsStatus.kError:
        raise SolverError(f"HiGHS did not accept {what}.")


def _highs_lp(program: LinearProgram, scale: float) -> highspy.HighsLp:
    matrix = csc_array(program.rows.matrix)
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = program.objective / scale
    lp.col_lower_, lp.col_upper_ = program.lower, program.upper
    lp.row_lower_, lp.row_upper_ = program.rows.lower, program.rows.upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data
    if program.is_integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(whole)] for whole in program.is_integer]
    return lp


def _read(solver: highspy.Highs, is_mixed: bool, scale: float) -> Answer:
    """Answer by the status of the model: whatever is not known to be sound is an error."""
    known = highspy.HighsModelStatus
    status, info = solver.getModelStatus(), solver.getInfo()
    if status in (known.kInfeasible, known.kUnboundedOrInfeasible):
        return Answer("infeasible", None, -np.inf)
    if status not in (known.kOptimal, known.kTimeLimit, known.kModelEmpty):
        raise SolverError(f"HiGHS ended with {solver.modelStatusToString(status)}.")
    is_feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    columns = np.array(solver.getSolution().col_value) if is_feasible else None
    if status == known.kTimeLimit:
        bound = info.mip_dual_bound * scale if is_mixed else np.inf
        return Answer("time limit", columns, bound)
    if columns is None:
        columns = np.zeros(solver.getNumCol())
    value = info.objective_function_value
    return Answer("optimal", columns, max(info.mip_dual_bound, value) * scale if is_mixed else value * scale)
