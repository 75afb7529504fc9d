"""What runs on single futures leave behind for the joint one: cuts per future in the same master.

A cut of a future is a cut of the joint problem once its prices are in weighted money; the engine makes every
cut anew from its prices, so nothing here has to be trusted.
"""

from collections.abc import Sequence

import numpy as np

from entrepot.instance import FloatArray
from entrepot.location import Memory
from entrepot.location.memory import KeptCut
from entrepot.model.joint import Joint


def joint_memory(
    joint: Joint, memories: Sequence[Memory | None], columns: FloatArray | None = None
) -> Memory | None:
    """A memory of the joint problem.

    Parameters
    ----------
    memories : of a run on each future, with the names of its problem.
    columns : (n_columns,) a point of the joint problem to start from; None = the search finds its first plan.

    Returns
    -------
    Memory, or None where some future has none.
    """
    known = [memory for memory in memories if memory is not None]
    fits = [
        memory.column_names == part.problem.strategic.column_names
        and memory.enabler_names == part.problem.enablers.names
        and memory.resource_names == part.problem.resources.names
        for memory, part in zip(known, joint.parts, strict=False)
    ]
    if len(known) < len(joint.parts) or not all(fits):
        return None
    problem = joint.problem
    groups = np.concatenate([[0], np.cumsum([len(memory.shape) for memory in known])])
    cuts = [
        _moved(joint, number, cut, int(groups[number]))
        for number, memory in enumerate(known)
        for cut in memory.cuts
        if joint.weights[number] > 0.0 or cut.scale == 0.0
    ]
    n_resources = np.concatenate([[0], np.cumsum([part.problem.n_resources for part in joint.parts])])
    capacity, resource = np.zeros(problem.n_enablers), np.zeros(problem.n_resources)
    for number, memory in enumerate(known):
        weight = joint.weights[number]
        capacity[joint.first_enabler[number] : joint.first_enabler[number + 1]] = (
            weight * memory.capacity_price
        )
        resource[n_resources[number] : n_resources[number + 1]] = weight * memory.resource_price
    return Memory(
        digest="",
        shape=np.concatenate([memory.shape for memory in known]),
        column_names=problem.strategic.column_names,
        columns=np.full(problem.n_columns, np.nan) if columns is None else columns,
        core=joint_point(joint, [memory.core for memory in known]),
        enabler_names=problem.enablers.names,
        resource_names=problem.resources.names,
        capacity_price=capacity,
        resource_price=resource,
        cuts=tuple(cuts),
    )


def joint_point(joint: Joint, points: Sequence[FloatArray]) -> FloatArray:
    """A point of each future as one of the joint problem: shared columns are weighted means, (n_columns,)."""
    n = joint.problem.n_columns
    total, weight = np.zeros(n), np.zeros(n)
    for number, point in enumerate(points):
        share = max(float(joint.weights[number]), 1e-9)
        np.add.at(total, joint.columns[number], share * point)
        np.add.at(weight, joint.columns[number], share)
    mean = np.divide(total, weight, out=np.zeros(n), where=weight > 0.0)
    for at, group in joint.decided:
        sums = [float(mean[joint.columns[s][members]].sum()) for s, members in enumerate(group)]
        if weight[at] == 0.0:
            mean[at] = float(np.mean(sums))
    return mean


def _moved(joint: Joint, number: int, cut: KeptCut, first_group: int) -> KeptCut:
    """A cut of one future in the joint problem's order and money."""
    weight = float(joint.weights[number]) if cut.scale > 0.0 else 1.0
    enablers = slice(joint.first_enabler[number], joint.first_enabler[number + 1])
    counts = [part.problem.n_resources for part in joint.parts]
    start = sum(counts[:number])
    slope, capacity = np.zeros(joint.problem.n_enablers), np.zeros(joint.problem.n_enablers)
    resource = np.zeros(joint.problem.n_resources)
    slope[enablers], capacity[enablers] = weight * cut.slope, weight * cut.capacity_price
    resource[start : start + counts[number]] = weight * cut.resource_price
    return KeptCut(
        group=first_group + cut.group,
        scale=cut.scale,
        constant=weight * cut.constant,
        slope=slope,
        capacity_price=capacity,
        resource_price=resource,
        cell_price=weight * cut.cell_price,
        partner_price=(np.float32(weight) * cut.partner_price).astype(np.float32),
    )
