"""A smaller problem with the same optimum, and the way back: ways that never pay, cells that are alike.

Step 1 of the engine. Each reduction keeps value and bound as they are; only the assignment has to be lifted.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from entrepot.kernels.reducing import dominated_ways
from entrepot.location import Assignment, LocationProblem, cell_of_way
from entrepot.location.problem import BoolArray, FloatArray, IntArray
from entrepot.solvers.prepared import network_of, usage_by_way

WORTH_IT = 0.02
"""Share of the ways that must go for the smaller problem to be made."""


@dataclass(frozen=True, slots=True, eq=False)
class Reduced:
    """A problem and where its ways come from.

    Attributes
    ----------
    problem : the smaller problem. original : the problem as it was given.
    way : (n_ways of the smaller,) original way of the cell that stands for its likes.
    member_pointer, member : the original cells that each cell stands for.
    """

    problem: LocationProblem
    original: LocationProblem
    way: IntArray
    member_pointer: IntArray
    member: IntArray

    def lift(self, assignment: Assignment) -> Assignment:
        """The same flows in the original problem: cells that are alike are served alike."""
        pointer = self.original.cells.way_pointer
        cell = cell_of_way(self.problem, assignment.way)
        count = np.diff(self.member_pointer)[cell]
        used = np.repeat(np.arange(len(cell)), count)
        first = np.cumsum(count) - count
        position = np.arange(len(used)) - np.repeat(first, count)
        member = self.member[self.member_pointer[cell[used]] + position]
        stands_for = self.way[assignment.way[used]]
        way = pointer[member] + (stands_for - pointer[cell_of_way(self.original, stands_for)])
        order = np.lexsort((assignment.enabler[used], way))
        return Assignment(way[order], assignment.enabler[used][order], assignment.fraction[used][order])

    def lowered(self, assignment: Assignment) -> Assignment | None:
        """Flows of the original problem in this one; None where they use a way that was left out.

        A cell is served as its members are together: values and loads are linear in the flows.
        """
        pointer, weight = self.original.cells.way_pointer, self.original.cells.weight
        cell_of = np.empty(self.original.n_cells, dtype=np.int64)
        cell_of[self.member] = np.repeat(np.arange(self.problem.n_cells), np.diff(self.member_pointer))
        member = cell_of_way(self.original, assignment.way)
        cell = cell_of[member]
        leader = self.member[self.member_pointer[cell]]
        original = pointer[leader] + (assignment.way - pointer[member])
        if not np.all(np.isin(original, self.way)):
            return None
        way = np.searchsorted(self.way, original)
        total, count = self.problem.cells.weight[cell], np.diff(self.member_pointer)[cell]
        part = assignment.fraction * np.divide(weight[member], total, out=1.0 / count, where=total > 0.0)
        width = self.problem.n_enablers + 1
        key, place = np.unique(way * width + assignment.enabler + 1, return_inverse=True)
        return Assignment(key // width, key % width - 1, np.bincount(place, part).astype(np.float64))


def reduce(problem: LocationProblem) -> Reduced | None:
    """The smaller problem, or None where little can be left out."""
    by_way = usage_by_way(problem)
    kept = ~never_pays(problem, by_way)
    leader = _leaders(problem, by_way)
    is_leader = leader == np.arange(problem.n_cells)
    cell = np.repeat(np.arange(problem.n_cells), np.diff(problem.cells.way_pointer))
    kept &= is_leader[cell]
    if problem.n_ways == 0 or float(np.mean(kept)) > 1.0 - WORTH_IT:
        return None
    position = np.cumsum(is_leader) - 1
    group = position[leader]
    member = np.argsort(group, kind="stable")
    way = np.flatnonzero(kept)
    count = np.bincount(position[cell[way]], minlength=int(is_leader.sum()))
    pointer = np.searchsorted(group[member], np.arange(int(is_leader.sum()) + 1))
    weight = np.zeros(int(is_leader.sum()))
    np.add.at(weight, group, problem.cells.weight)
    smaller = restricted(problem, way, is_leader, weight, count, by_way=by_way)
    return Reduced(smaller, problem, way, pointer, member)


def never_pays(problem: LocationProblem, by_way: csr_array | None = None) -> BoolArray:
    """Ways that a way which is always there, or doing nothing, dominates at any prices.

    Prices of capacities and resources are never negative. So a way cannot beat another that needs no enabler,
    is worth as much as the first could be with its best configuration, and uses no more of any resource.
    `by_way` is the usage by way, where it is known already.
    """
    if problem.n_facilities == 0:
        return np.zeros(problem.n_ways, dtype=np.bool_)
    top = np.maximum.reduceat(problem.enablers.shift, problem.enablers.facility_pointer[:-1], axis=0)
    return dominated_ways(network_of(problem, by_way), top) & ~_may_free_room(problem)


def _may_free_room(problem: LocationProblem) -> BoolArray:
    """Ways whose load, on some configuration, makes room in a resource: prices may pay for them."""
    load = problem.resources.load
    if load is None:
        return np.zeros(problem.n_ways, dtype=np.bool_)
    frees = np.zeros(problem.n_enablers)
    np.minimum.at(frees, load.indices, load.data)
    of_facility = np.minimum.reduceat(frees, problem.enablers.facility_pointer[:-1]) < 0.0
    facility = problem.ways.facility
    found: BoolArray = (facility >= 0) & of_facility[np.maximum(facility, 0)]
    return found


def _leaders(problem: LocationProblem, by_way: csr_array) -> IntArray:
    """First cell that equals each cell in everything but its weight; cells served whole have no equal."""
    cells, ways = problem.cells, problem.ways
    count = np.diff(cells.way_pointer)
    salt = np.random.default_rng(1).random((2, int(count.max(initial=0)) + 1))
    place = np.arange(problem.n_ways) - np.repeat(cells.way_pointer[:-1], count)
    mark = ways.value * salt[0, place] + ways.volume * salt[1, place]
    totals = np.concatenate([[0.0], np.cumsum(mark)])
    key = np.round(totals[cells.way_pointer[1:]] - totals[cells.way_pointer[:-1]], 6)
    own = np.arange(problem.n_cells)
    whole = np.full(problem.n_cells, -1) if cells.is_single is None else np.where(cells.is_single, own, -1)
    order = np.lexsort((own, key, whole, count, cells.is_mandatory, cells.kind, cells.group))
    is_new = np.ones(problem.n_cells, dtype=np.bool_)
    for trait in (key, whole, count, cells.is_mandatory, cells.kind, cells.group):
        is_new[1:] &= trait[order][1:] == trait[order][:-1]
    is_new[1:] = ~is_new[1:]
    leader = np.empty(problem.n_cells, dtype=np.int64)
    leader[order] = order[np.flatnonzero(is_new)][np.cumsum(is_new) - 1]
    followers = np.flatnonzero(leader != own)
    differs = followers[~_are_alike(problem, by_way, followers, leader[followers])]
    leader[differs] = differs
    return leader


def _are_alike(
    problem: LocationProblem, by_way: csr_array, followers: IntArray, leaders: IntArray
) -> BoolArray:
    """Whether each cell equals its leader way by way: the marks were only a first guess."""
    ways, pointer = problem.ways, problem.cells.way_pointer
    count = np.diff(pointer)[followers]
    local = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    mine = np.repeat(pointer[followers], count) + local
    other = np.repeat(pointer[leaders], count) + local
    differs = np.zeros(len(mine), dtype=np.bool_)
    for fact in (ways.facility, ways.value, ways.volume, ways.charge, ways.partner):
        if fact is not None:
            differs |= fact[mine] != fact[other]
    if problem.n_resources and len(mine):
        differs |= np.asarray(abs(by_way[mine] - by_way[other]).sum(axis=1)).ravel() > 0.0
    alike = np.ones(len(followers), dtype=np.bool_)
    alike[np.repeat(np.arange(len(followers)), count)[differs]] = False
    return alike


def restricted(
    problem: LocationProblem,
    way: IntArray,
    is_kept: BoolArray,
    weight: FloatArray,
    count: IntArray,
    *,
    by_way: csr_array | None = None,
) -> LocationProblem:
    """The problem with some of its cells and ways.

    Parameters
    ----------
    way : (n,) ways that stay, ascending. is_kept : (n_cells,) cells that stay. weight, count : of each cell
        that stays, its weight and its number of ways.
    by_way : usage by way, where it is known already.
    """
    cells, ways = problem.cells, problem.ways
    by_way = usage_by_way(problem) if by_way is None else by_way
    return replace(
        problem,
        cells=replace(
            cells,
            weight=weight,
            group=cells.group[is_kept],
            kind=cells.kind[is_kept],
            is_mandatory=cells.is_mandatory[is_kept],
            way_pointer=np.concatenate([[0], np.cumsum(count)]),
            is_single=None if cells.is_single is None else cells.is_single[is_kept],
        ),
        ways=replace(
            ways,
            facility=ways.facility[way],
            value=ways.value[way],
            volume=ways.volume[way],
            charge=ways.charge[way],
            partner=None if ways.partner is None else ways.partner[way],
        ),
        resources=replace(problem.resources, usage=csr_array(by_way[way].T)),
    )
