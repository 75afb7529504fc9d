"""HiGHS: strong and weak formulation of facility location, and the monolithic MIP of integrated problems."""

from typing import Any

import numpy as np

from entrepot.benchmarking.instances import Instance
from entrepot.benchmarking.peers.formulation import Mip, mip_of
from entrepot.benchmarking.peers.outcome import Limits, Outcome, as_location
from entrepot.location import LocationProblem, Options
from entrepot.model.monolith import solve_monolith


def solve(instance: Instance, limits: Limits) -> Outcome:
    """Solve the strong formulation, or the monolithic MIP of an integrated problem."""
    if isinstance(instance, LocationProblem):
        options = Options(gap=limits.gap, seconds=limits.seconds, seed=limits.seed, threads=1)
        solution = solve_monolith(instance, options)
        return Outcome(solution.value, solution.claimed_bound, solution.stop_reason)
    return _solved(mip_of(as_location(instance, "HiGHS"), is_strong=True), limits)


def solve_weak(instance: Instance, limits: Limits) -> Outcome:
    """Solve the weak formulation."""
    return _solved(mip_of(as_location(instance, "HiGHS"), is_strong=False), limits)


def loaded(mip: Mip) -> Any:
    """A HiGHS object that holds the program."""
    import highspy

    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = mip.matrix.shape[1], mip.matrix.shape[0]
    program.col_cost_ = mip.cost
    program.col_lower_, program.col_upper_ = np.zeros(len(mip.cost)), np.ones(len(mip.cost))
    program.row_lower_, program.row_upper_ = mip.row_lower, mip.row_upper
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = mip.matrix.indptr
    program.a_matrix_.index_ = mip.matrix.indices
    program.a_matrix_.value_ = mip.matrix.data
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    program.integrality_ = [kinds[int(integer)] for integer in mip.is_integer]
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.passModel(program)
    return highs


def _solved(mip: Mip, limits: Limits) -> Outcome:
    import highspy

    highs = loaded(mip)
    highs.setOptionValue("time_limit", limits.seconds)
    highs.setOptionValue("mip_rel_gap", limits.gap)
    highs.setOptionValue("random_seed", limits.seed)
    highs.run()
    info = highs.getInfo()
    has_plan = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    value = info.objective_function_value if has_plan else float("inf")
    return Outcome(value, info.mip_dual_bound, highs.modelStatusToString(highs.getModelStatus()))
