"""What is begun now: whether a joint plan begins a site, and rules that it does, or that nothing is begun."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, vstack

from entrepot.instance import IntArray
from entrepot.location import LocationProblem
from entrepot.model.decided import begins_before
from entrepot.model.joint import Joint
from entrepot.planning.futures import FuturePlan, FutureSet


def is_begun(known: FutureSet, n_decided: int, found: FuturePlan, site: int) -> bool:
    """Whether the openings of a site that are decided now take place."""
    part, decisions = known.parts[0], known.decisions[0]
    lives = part.strategy.lives
    chosen = decisions[found.decisions[0] > 0.5]
    chosen = chosen[chosen < len(lives.site)]
    mine = chosen[(lives.site[chosen] == site) & (lives.module[chosen] == 1) & (lives.first[chosen] >= 0)]
    instance = known.futures[0].instance
    return any(begins_before(instance, site, int(first), n_decided) for first in lives.first[mine].tolist())


def _openings(joint: Joint, site: int | None) -> IntArray:
    """Joint columns of decided openings of a site, or of all openings and expansions."""
    lives = joint.parts[0].strategy.lives
    found = []
    for column, group in joint.decided:
        first = int(group[0][0])
        if first >= len(lives.site) or lives.first[first] < 0:
            continue
        if site is None or (lives.site[first] == site and lives.module[first] == 1):
            found.append(column)
    return np.array(found, dtype=np.int64)


def without_new(joint: Joint) -> LocationProblem:
    """Nothing new is begun now."""
    return _without(joint.problem, _openings(joint, None))


def _without(problem: LocationProblem, columns: IntArray) -> LocationProblem:
    upper = problem.strategic.upper.copy()
    upper[columns] = 0.0
    return replace(problem, strategic=replace(problem.strategic, upper=upper))


@dataclass(frozen=True, slots=True)
class Put:
    """The rule that a site is begun now, or that it is not."""

    site: int
    now: bool
    label: str

    def __call__(self, joint: Joint) -> LocationProblem:
        """The joint problem under the rule."""
        columns = _openings(joint, self.site)
        if not self.now:
            return _without(joint.problem, columns)
        strategic = joint.problem.strategic
        where = (np.zeros(len(columns), dtype=np.int64), columns)
        row = csr_array((np.ones(len(columns)), where), shape=(1, len(strategic.cost)))
        asked = replace(
            strategic,
            matrix=csr_array(vstack([strategic.matrix, row], format="csr")),
            row_lower=np.append(strategic.row_lower, 1.0),
            row_upper=np.append(strategic.row_upper, np.inf),
            row_names=(*strategic.row_names, f"limit: {self.label} is begun now"),
        )
        return replace(joint.problem, strategic=asked)
