"""The canonical problem in the shape that the oracle reads: independent groups over one network."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from entrepot.errors import UsageError
from entrepot.kernels.grouping import numbered
from entrepot.kernels.network import Network
from entrepot.location.problem import BoolArray, FloatArray, IntArray, LocationProblem, Strategic
from entrepot.solvers.clusters import Cluster, clusters_of, free_columns
from entrepot.solvers.drawn import highest_prices
from entrepot.solvers.typical import typical_prices

Answer = TypeVar("Answer")
Item = TypeVar("Item")

OFF = 1e-9
"""Weights up to this are rounding: the enabler is off."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Cells whose flows share no row with the cells of another group.

    Attributes
    ----------
    index : of the group's value column. cells : (n,) their indices.
    enablers, resources : indices of those that the cells can use.
    """

    index: int
    cells: IntArray
    enablers: IntArray
    resources: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A problem ready for pricing.

    Attributes
    ----------
    threads : how many groups are worked on at a time. network : arrays of the kernels.
    groups : merged groups. is_free : (n_columns,) continuous columns that follow the integers.
    clusters : groups and free columns that are solved together at fixed integers.
    facility_of_enabler : (n_enablers,). is_used_at : (n_resources, n_facilities + 1) bool, whether a way to a
        facility (last: to none) uses a resource; empty where no column is free.
    has_capacity : (n_enablers,) bool, the capacity is finite.
    finite_capacity : (n_enablers,), 0 where infinite.
    capacity_price_unit : EUR per unit of load, a typical price.
    resource_price_unit : (n_resources,) EUR per unit of the resource, a typical price.
    highest_price : (n_resources,) EUR, at which no free column draws on a resource that flows fill; infinite
        for all others.
    money : EUR, the size of the problem's flows; the master counts in money / 1000.
    """

    problem: LocationProblem
    threads: int
    network: Network
    groups: tuple[Group, ...]
    is_free: BoolArray
    clusters: tuple[Cluster, ...]
    facility_of_enabler: IntArray
    is_used_at: BoolArray
    has_capacity: NDArray[np.bool_]
    finite_capacity: FloatArray
    capacity_price_unit: float
    resource_price_unit: FloatArray
    highest_price: FloatArray
    money: float

    def rooms(self, columns: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Enabler weights w(y) and resource room c(y) at a strategic point."""
        enablers, resources = self.problem.enablers, self.problem.resources
        weights = enablers.matrix @ columns + enablers.constant
        return np.where(weights > OFF, weights, 0.0), resources.matrix @ columns + resources.constant

    def scaled_shift(self, scale: float) -> FloatArray:
        """Shifts in units of `scale`, (n_enablers, n_kinds); what cannot be served stays so at scale 0."""
        shift = self.problem.enablers.shift
        if scale != 0.0:
            return scale * shift
        return np.where(np.isneginf(shift), shift, 0.0)

    def price_of_uses(self, way: IntArray, resource_price: FloatArray) -> FloatArray:
        """What the resources that some ways use cost at prices, (n,) EUR."""
        network = self.network
        start = network.use_pointer[way]
        count = network.use_pointer[way + 1] - start
        first = np.cumsum(count) - count
        entry = np.arange(count.sum()) + np.repeat(start - first, count)
        cost = network.use_amount[entry] * resource_price[network.use_resource[entry]]
        total = np.zeros(len(way))
        np.add.at(total, np.repeat(np.arange(len(way)), count), cost)
        return total

    @property
    def has_free(self) -> bool:
        """Whether any column follows the integers."""
        return bool(np.any(self.is_free))

    def bare(self, columns: FloatArray) -> FloatArray:
        """A strategic point without its free columns (0)."""
        kept: FloatArray = np.where(self.is_free, 0.0, columns)
        return kept

    def slots(self, cells: IntArray) -> tuple[IntArray, IntArray]:
        """Partners of the cells, one cell after the other: the cell's position, the partner's enabler."""
        if len(self.network.partner) == 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        start = self.network.slot_pointer[cells]
        count = self.network.slot_pointer[cells + 1] - start
        first = np.cumsum(count) - count
        slot = np.arange(count.sum()) + np.repeat(start - first, count)
        return np.repeat(np.arange(len(cells)), count), self.network.slot_enabler[slot]

    def slope_of_partners(self, cells: IntArray, price: NDArray[np.float32]) -> FloatArray:
        """Coefficient sum_j d_j beta_jf of each enabler as a partner, (n_enablers,) EUR."""
        position, enabler = self.slots(cells)
        amount = self.problem.cells.weight[cells[position]] * price
        slope = np.zeros(self.problem.n_enablers)
        np.add.at(slope, enabler, amount)
        return slope


def prepare(problem: LocationProblem, threads: int = 1) -> Prepared:
    """Shape a problem for pricing.

    Raises
    ------
    UsageError
        If a mandatory cell has no always-enabled way, or a strategic column has no finite bounds.
    """
    _check(problem)
    problem = replace(problem, strategic=_on_integers(problem.strategic))
    cells, enablers = problem.cells, problem.enablers
    counts = np.diff(cells.way_pointer)
    sizes = np.diff(enablers.facility_pointer)
    has_capacity = np.isfinite(enablers.capacity)
    weight_of_way = np.repeat(cells.weight, counts)
    value = float(np.sum(weight_of_way * np.abs(problem.ways.value)))
    load = float(np.sum(weight_of_way * problem.ways.volume * np.repeat(cells.kind_load[cells.kind], counts)))
    used = np.abs(problem.resources.usage) @ weight_of_way
    if problem.resources.load is not None:
        used = used + np.abs(problem.resources.load) @ _most_load(problem)
    is_free = problem.strategic.upper > problem.strategic.lower
    dearest = float(np.max(np.abs(problem.strategic.cost[is_free]), initial=0.0))
    money = max(_best_worth(problem), dearest, _worth_of_rooms(problem), 1e-6)
    groups, is_moving = _groups(problem), free_columns(problem)
    return Prepared(
        problem=problem,
        threads=threads,
        network=network_of(problem),
        groups=groups,
        is_free=is_moving,
        clusters=clusters_of(problem, [group.resources for group in groups]),
        facility_of_enabler=np.repeat(np.arange(len(sizes)), sizes),
        is_used_at=_uses_at(problem, any_free=bool(np.any(is_moving))),
        has_capacity=has_capacity,
        finite_capacity=np.where(has_capacity, enablers.capacity, 0.0),
        capacity_price_unit=value / load if load > 0.0 and value > 0.0 else 1.0,
        resource_price_unit=typical_prices(problem, used, max(value, money)),
        highest_price=highest_prices(problem, is_moving),
        money=money,
    )


def network_of(problem: LocationProblem, by_way: csr_array | None = None) -> Network:
    """The arrays that the kernels read; `by_way` is the usage by way, where it is known already."""
    cells, enablers = problem.cells, problem.enablers
    by_way = usage_by_way(problem) if by_way is None else by_way
    uses, partners = _uses(by_way), _partners(problem)
    return Network(
        weight=np.ascontiguousarray(cells.weight, dtype=np.float64),
        kind=np.ascontiguousarray(cells.kind, dtype=np.int64),
        is_mandatory=np.ascontiguousarray(cells.is_mandatory, dtype=np.bool_),
        way_pointer=np.ascontiguousarray(cells.way_pointer, dtype=np.int64),
        facility=np.ascontiguousarray(problem.ways.facility, dtype=np.int32),
        value=np.ascontiguousarray(problem.ways.value, dtype=np.float64),
        volume=np.ascontiguousarray(problem.ways.volume, dtype=np.float64),
        facility_pointer=np.ascontiguousarray(enablers.facility_pointer, dtype=np.int64),
        kind_load=np.ascontiguousarray(cells.kind_load, dtype=np.float64),
        use_pointer=uses[0],
        use_resource=uses[1],
        use_amount=uses[2],
        partner=partners[0],
        slot_pointer=partners[1],
        slot_enabler=partners[2],
    )


def usage_by_way(problem: LocationProblem) -> csr_array:
    """Usage with a row per way, (n_ways, n_resources)."""
    return csr_array(problem.resources.usage.T)


def _uses_at(problem: LocationProblem, *, any_free: bool) -> BoolArray:
    """Whether a way to each facility (last: to none) uses each resource."""
    usage, n = problem.resources.usage, problem.n_facilities
    if not any_free:
        return np.zeros((0, n + 1), dtype=np.bool_)
    found = np.zeros((problem.n_resources, n + 1), dtype=np.bool_)
    for resource in range(problem.n_resources):
        entries = slice(usage.indptr[resource], usage.indptr[resource + 1])
        used = usage.indices[entries][usage.data[entries] != 0.0]
        found[resource, problem.ways.facility[used]] = True
    return found


def for_each_group(
    prepared: Prepared, work: Callable[[Group], Answer], tick: Callable[[], None] | None = None
) -> list[Answer]:
    """Answers of all groups, in order; see `for_each`."""
    return for_each(prepared.groups, work, prepared.threads, tick)


def for_each(
    items: Sequence[Item],
    work: Callable[[Item], Answer],
    threads: int,
    tick: Callable[[], None] | None = None,
) -> list[Answer]:
    """Answers of all items, in order; `tick` is called now and then meanwhile.

    Items are independent, and each is worked on by serial code: the number of threads changes no bit.
    """
    with ThreadPoolExecutor(max(1, threads)) as pool:
        jobs = [pool.submit(work, item) for item in items]
        try:
            while wait(jobs, timeout=0.2).not_done:
                if tick is not None:
                    tick()
        except BaseException:
            for job in jobs:
                job.cancel()
            raise
        return [job.result() for job in jobs]


def _on_integers(strategic: Strategic) -> Strategic:
    """Bounds of integer columns moved to integers: fixing by reduced income counts whole steps from them."""
    lower = np.where(strategic.is_integer, np.ceil(strategic.lower - OFF), strategic.lower)
    upper = np.where(strategic.is_integer, np.floor(strategic.upper + OFF), strategic.upper)
    return replace(strategic, lower=lower, upper=upper)


def _check(problem: LocationProblem) -> None:
    cells = problem.cells
    always = np.concatenate([[0], np.cumsum(problem.ways.facility < 0)])
    has_one = always[cells.way_pointer[1:]] > always[cells.way_pointer[:-1]]
    if np.any(cells.is_mandatory & ~has_one):
        cell = int(np.argmax(cells.is_mandatory & ~has_one))
        raise UsageError(
            f"Cell {cell} must be served but has no way that is always enabled; add a penalty way."
        )
    partner = problem.ways.partner
    if partner is not None and np.any(partner >= 0):
        sizes = np.diff(problem.enablers.facility_pointer)[np.unique(partner[partner >= 0])]
        if np.any(problem.ways.facility[partner >= 0] < 0) or np.any(sizes != 1):
            raise UsageError("A way with a partner needs a facility, and its partner one configuration.")
    if not np.all(np.isfinite(problem.strategic.lower) & np.isfinite(problem.strategic.upper)):
        raise UsageError("Every strategic column needs finite bounds, or the bound cannot be certified.")


def _partners(problem: LocationProblem) -> tuple[IntArray, IntArray, IntArray]:
    """Position of each way's partner among those of its cell; pointer to the partners of each cell."""
    partner = problem.ways.partner
    if partner is None or not np.any(partner >= 0):
        return np.zeros(0, dtype=np.int64), np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64)
    cells = np.ascontiguousarray(problem.cells.way_pointer, dtype=np.int64)
    position, pointer, facility = numbered(cells, np.ascontiguousarray(partner, dtype=np.int32))
    enabler = problem.enablers.facility_pointer[facility]
    return position, pointer, np.ascontiguousarray(enabler, dtype=np.int64)


def _most_load(problem: LocationProblem) -> FloatArray:
    """Load on each configuration if it served all that it can, at most its capacity, (n_enablers,)."""
    weight = np.repeat(problem.cells.weight, np.diff(problem.cells.way_pointer))
    most: FloatArray = np.minimum(_load_on(problem, weight), problem.enablers.capacity)
    return most


def _load_on(problem: LocationProblem, weight: FloatArray) -> FloatArray:
    """Load on each configuration if all ways to its facility took it at these weights, (n_enablers,)."""
    cells, ways, enablers = problem.cells, problem.ways, problem.enablers
    kind = np.repeat(cells.kind, np.diff(cells.way_pointer))
    per_way = weight * cells.kind_load[kind] * ways.volume
    on = ways.facility >= 0
    total = np.bincount(ways.facility[on], weights=per_way[on], minlength=problem.n_facilities)
    found: FloatArray = np.repeat(total, np.diff(enablers.facility_pointer))
    return found


def _best_worth(problem: LocationProblem) -> float:
    """Absolute value of the best way of every cell, summed, EUR."""
    pointer = problem.cells.way_pointer
    filled = np.diff(pointer) > 0
    if not np.any(filled):
        return 0.0
    best = np.maximum.reduceat(problem.ways.value, pointer[:-1][filled])
    return float(np.sum(problem.cells.weight[filled] * np.abs(best)))


def _worth_of_rooms(problem: LocationProblem) -> float:
    """What rooms may cost, EUR: the dearest column's price for the use that flows have for it on average."""
    columns = np.flatnonzero(free_columns(problem))
    if len(columns) == 0:
        return 0.0
    strategic, cells = problem.strategic, problem.cells
    count = np.diff(cells.way_pointer)
    share = np.repeat(cells.weight / np.maximum(count, 1), count)
    lent = abs(problem.resources.matrix[:, columns]).tocoo()
    some = lent.data > 0.0
    row, column = lent.coords[0][some], lent.coords[1][some]
    amount, used = np.zeros(len(columns)), abs(problem.resources.usage) @ share
    if problem.resources.load is not None:
        used = used + abs(problem.resources.load) @ _load_on(problem, share)
    np.maximum.at(amount, column, used[row] / lent.data[some])
    amount = np.minimum(amount, strategic.upper[columns] - strategic.lower[columns])
    return float(np.max(np.abs(strategic.cost[columns]) * amount))


def _uses(by_way: csr_array) -> tuple[IntArray, NDArray[np.int32], FloatArray]:
    if by_way.shape[1] == 0:
        return np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0)
    return (
        np.ascontiguousarray(by_way.indptr, dtype=np.int64),
        np.ascontiguousarray(by_way.indices, dtype=np.int32),
        np.ascontiguousarray(by_way.data, dtype=np.float64),
    )


def _groups_of_load(problem: LocationProblem, resource: int) -> IntArray:
    """Groups of the configurations whose load a resource counts."""
    load = problem.resources.load
    if load is None:
        return np.zeros(0, dtype=np.int64)
    counted = load.indices[load.indptr[resource] : load.indptr[resource + 1]]
    facility = np.searchsorted(problem.enablers.facility_pointer, counted, side="right") - 1
    group: IntArray = problem.enablers.facility_group[facility].astype(np.int64)
    return group


def _groups(problem: LocationProblem) -> tuple[Group, ...]:
    """Merge the groups that share a facility or a resource."""
    cells, n = problem.cells, problem.cells.n_groups
    group_of_way = np.repeat(cells.group, np.diff(cells.way_pointer)).astype(np.int64)
    on = problem.ways.facility >= 0
    facility_group = problem.enablers.facility_group.astype(np.int64)
    meets = np.zeros((n, n), dtype=np.bool_)
    meets[group_of_way[on], facility_group[problem.ways.facility[on]]] = True
    if problem.ways.partner is not None:
        paired = problem.ways.partner >= 0
        meets[group_of_way[paired], facility_group[problem.ways.partner[paired]]] = True
    left, right = ([each] for each in np.nonzero(meets))
    usage = problem.resources.usage
    for resource in range(problem.n_resources):
        is_touched = np.zeros(n, dtype=np.bool_)
        is_touched[group_of_way[usage.indices[usage.indptr[resource] : usage.indptr[resource + 1]]]] = True
        touched = np.union1d(np.flatnonzero(is_touched), _groups_of_load(problem, resource))
        left.append(touched)
        right.append(np.full(len(touched), n + resource))
    rows, columns = np.concatenate(left), np.concatenate(right)
    size = n + problem.n_resources
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    sizes = np.diff(problem.enablers.facility_pointer)
    label_of_enabler = np.repeat(label[facility_group], sizes)
    groups: list[Group] = []
    for name in np.unique(label):
        members = np.flatnonzero(label[cells.group] == name)
        groups.append(
            Group(
                index=len(groups),
                cells=members.astype(np.int64),
                enablers=np.flatnonzero(label_of_enabler == name).astype(np.int64),
                resources=np.flatnonzero(label[n:] == name).astype(np.int64),
            )
        )
    return tuple(groups)
