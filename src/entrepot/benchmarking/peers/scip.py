"""SCIP through PySCIPOpt: the strong formulation, handed over as an MPS file."""

import tempfile
from pathlib import Path

from entrepot.benchmarking.instances import Instance
from entrepot.benchmarking.peers.formulation import mip_of
from entrepot.benchmarking.peers.highs import loaded
from entrepot.benchmarking.peers.outcome import Limits, Outcome, as_location


def solve(instance: Instance, limits: Limits) -> Outcome:
    """Solve the strong formulation of facility location."""
    from pyscipopt import Model

    mip = mip_of(as_location(instance, "SCIP"), is_strong=True)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "problem.mps")
        loaded(mip).writeModel(path)
        model = Model()
        model.hideOutput()
        model.readProblem(path)
    model.setParam("limits/time", limits.seconds)
    model.setParam("limits/gap", limits.gap)
    model.setParam("randomization/randomseedshift", limits.seed)
    model.optimize()
    value = model.getObjVal() if model.getNSols() else float("inf")
    bound = model.getDualbound()
    return Outcome(value, -float("inf") if abs(bound) >= model.infinity() else bound, model.getStatus())
