"""Textbook form and canonical form are the same problem: each as the other, and the answer lifted back.

A cost to be minimised becomes a value to be maximised, minus the cost. A site is a facility with one
configuration, a customer a cell that must be served, a pair of them a way. A cell that must be served needs
a way that is always enabled; it gets one at a penalty that no best plan pays:

- Without capacities the way costs more than the customer's dearest site, and a row keeps a site open.
- With capacities a row keeps enough capacity open, so that serving all demand is possible. A customer who
  is served by the penalty way could then be served instead by moving others on along a path that ends
  at a site with room. The path meets a site at most once, so serving one unit costs no more than the
  dearest cost per unit plus (n_sites - 1) times the largest difference of two costs per unit of one customer.
- With single sourcing the way costs more than any plan that serves everyone. Where there is no such plan, the
  best answer uses it: whoever reads the answer has to look.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, eye_array

from entrepot.errors import UsageError
from entrepot.location.facility_location import FacilityLocation, Siting
from entrepot.location.problem import (
    Cells,
    Enablers,
    FloatArray,
    IntArray,
    LocationProblem,
    Resources,
    Strategic,
    Ways,
)
from entrepot.location.service_costs import MatrixCosts
from entrepot.location.solution import Assignment, Solution, relative_gap

MOST_WAYS = 4_000_000
"""Pairs of customer and site that are listed; beyond, the textbook form is solved as it is."""
PENALTY_MARGIN = 1.01
"""Factor on the penalties above, which keeps them away from ties and rounding."""
COUNT, SOME_OPEN, ENOUGH_CAPACITY = "limit: open sites", "some site is open", "open capacity holds the demand"


def as_canonical(problem: FacilityLocation) -> LocationProblem:
    """State p-median, UFL, CFLP or SSCFLP in canonical form.

    Returns
    -------
    LocationProblem
        Its value is minus the cost. Cells are customers, facilities and columns are sites. The ways of a
        cell are the sites in order, then the penalty way.

    Raises
    ------
    UsageError
        If there are too many pairs.
    """
    n_sites, n_customers = problem.n_sites, problem.n_customers
    is_whole = problem.is_single_source and problem.is_capacitated
    n_ways = n_customers * (n_sites + 1)
    if n_ways > MOST_WAYS:
        raise UsageError(f"{n_ways:,} ways would have to be listed, more than {MOST_WAYS:,}.")
    costs = problem.costs.between(np.arange(n_customers)[:, None], np.arange(n_sites))
    table = np.column_stack([costs, penalties(problem, costs)])
    volume = np.column_stack([np.broadcast_to(problem.demand[:, None], costs.shape), np.zeros(n_customers)])
    facility = np.append(np.arange(n_sites, dtype=np.int32), np.int32(-1))
    identity = csr_array(eye_array(n_sites, format="csr"))
    return LocationProblem(
        name=problem.name,
        strategic=_strategic(problem),
        enablers=Enablers(
            facility_pointer=np.arange(n_sites + 1),
            facility_group=np.zeros(n_sites, dtype=np.int64),
            matrix=identity,
            constant=np.zeros(n_sites),
            capacity=problem.capacity.astype(np.float64),
            shift=np.zeros((n_sites, 1)),
            names=tuple(f"site {site}" for site in range(n_sites)),
        ),
        cells=Cells(
            weight=np.ones(n_customers),
            group=np.zeros(n_customers, dtype=np.int64),
            kind=np.zeros(n_customers, dtype=np.int64),
            is_mandatory=np.ones(n_customers, dtype=np.bool_),
            way_pointer=np.arange(n_customers + 1) * (n_sites + 1),
            kind_load=np.ones(1),
            n_groups=1,
            is_single=np.ones(n_customers, dtype=np.bool_) if is_whole else None,
        ),
        ways=Ways(
            facility=np.tile(facility, n_customers),
            value=-table.ravel(),
            volume=volume.ravel(),
            charge=np.maximum(table.ravel(), 0.0),
        ),
        resources=Resources(
            usage=csr_array((0, n_customers * (n_sites + 1))),
            matrix=csr_array((0, n_sites)),
            constant=np.zeros(0),
            names=(),
        ),
    )


def penalties(problem: FacilityLocation, costs: FloatArray) -> FloatArray:
    """Cost of leaving each customer unserved, above anything that serving it can cost in a best plan.

    Parameters
    ----------
    problem : textbook form. costs : (n_customers, n_sites).

    Returns
    -------
    (n_customers,) float64; see the module's text for why no best plan pays it.
    """
    dearest, cheapest = costs.max(axis=1), costs.min(axis=1)
    if problem.is_single_source and problem.is_capacitated:
        span = float(np.sum(dearest - cheapest)) + float(np.sum(np.abs(problem.fixed_cost)))
        return np.asarray(dearest + PENALTY_MARGIN * span + 1.0, dtype=np.float64)
    moved = np.zeros(problem.n_customers)
    served = problem.demand > 0.0
    if problem.is_capacitated and np.any(served):
        per_unit = (dearest[served] - cheapest[served]) / problem.demand[served]
        moved = problem.demand * (problem.n_sites - 1) * float(per_unit.max())
        highest = float(np.max(dearest[served] / problem.demand[served]))
        dearest = np.where(served, np.maximum(dearest, problem.demand * highest), dearest)
    size = float(np.max(np.abs(costs), initial=0.0))
    penalty: FloatArray = dearest + moved + (PENALTY_MARGIN - 1.0) * np.maximum(moved, size) + 1.0
    return penalty


def _strategic(problem: FacilityLocation) -> Strategic:
    n_sites = problem.n_sites
    ones = np.ones(n_sites)
    rows, lower, upper, names = [ones], [1.0], [np.inf], [SOME_OPEN]
    if problem.n_open is not None:
        rows, lower, upper, names = [ones], [float(problem.n_open)], [float(problem.n_open)], [COUNT]
    if problem.is_capacitated:
        total = float(problem.demand.sum())
        rows.append(np.minimum(problem.capacity, total))
        lower.append(total)
        upper.append(np.inf)
        names.append(ENOUGH_CAPACITY)
    return Strategic(
        cost=problem.fixed_cost.astype(np.float64),
        charge=np.maximum(problem.fixed_cost, 0.0),
        lower=np.zeros(n_sites),
        upper=np.ones(n_sites),
        is_integer=np.ones(n_sites, dtype=np.bool_),
        matrix=csr_array(np.array(rows)),
        row_lower=np.array(lower),
        row_upper=np.array(upper),
        column_names=tuple(f"site {site}" for site in range(n_sites)),
        row_names=tuple(names),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Recognised:
    """A canonical problem that is one of facility location, and the way back.

    Attributes
    ----------
    textbook : the same problem, without the penalty ways: an optimal plan of one is optimal in the other.
    column : (n_sites,) strategic column of each site. enabler : (n_sites,) its configuration.
    way : (n_customers, n_sites) the canonical way of each pair.
    """

    textbook: FacilityLocation
    column: IntArray
    enabler: IntArray
    way: IntArray


def recognised(problem: LocationProblem) -> Recognised | None:
    """The canonical problem in textbook form, or None where it is none.

    It is one if every facility has one configuration, switched by a binary column of its own; all cells
    lie in one group, must be served and have one way to every site; there is no resource and no strategic row
    but a count, "some site is open" and "open capacity holds the demand"; and the always-enabled ways
    cost at least `penalties`, so that no best plan uses them.
    """
    column = _columns_of_sites(problem)
    serves_all = bool(np.isfinite(problem.enablers.shift).all())
    if column is None or problem.n_resources or not serves_all or not _is_one_market(problem):
        return None
    way = _ways_of_pairs(problem)
    load = None if way is None else _loads(problem, way)
    count = _count(problem, column)
    if way is None or load is None or count is None:
        return None
    cells, ways = problem.cells, problem.ways
    shift = problem.enablers.shift[:, cells.kind].T
    costs = -cells.weight[:, None] * (ways.value[way] + ways.volume[way] * shift)
    n_open = count if count > 0 else None
    cost = problem.strategic.cost[column]
    textbook = FacilityLocation(
        problem.name, MatrixCosts(costs), cost, load, problem.enablers.capacity, n_open
    )
    if not (
        _keeps_enough_open(problem, textbook, column) and _never_pays_penalties(problem, textbook, costs)
    ):
        return None
    return Recognised(textbook, column, np.arange(problem.n_enablers), way)


def lifted(problem: LocationProblem, found: Recognised, siting: Siting) -> Solution:
    """The answer in canonical terms: value and bounds change sign, pairs become ways."""
    columns, assignment, charge = None, None, 0.0
    if siting.open_sites is not None:
        columns = np.zeros(problem.n_columns)
        columns[found.column[siting.open_sites]] = 1.0
        way = found.way[siting.customer, siting.site]
        order = np.argsort(way, kind="stable")
        enabler = found.enabler[siting.site][order]
        assignment = Assignment(way[order], enabler, siting.fraction[order])
        weight = problem.cells.weight[siting.customer]
        charge = float(
            problem.strategic.charge @ columns + np.sum(weight * problem.ways.charge[way] * siting.fraction)
        )
    value, claimed = -siting.value, -siting.claimed_bound
    return Solution(
        columns=columns,
        assignment=assignment,
        value=value,
        certified_bound=-siting.certified_bound,
        claimed_bound=claimed,
        gap=relative_gap(value, claimed, charge),
        stop_reason=siting.stop_reason,
        seconds=siting.seconds,
        conflict=(),
        trace=tuple(replace(step, value=-step.value, bound=-step.bound) for step in siting.trace),
        statistics=siting.statistics,
    )


def _columns_of_sites(problem: LocationProblem) -> IntArray | None:
    """The binary column that alone switches each facility's only configuration; None where that is not so."""
    enablers, strategic = problem.enablers, problem.strategic
    if not np.all(np.diff(enablers.facility_pointer) == 1) or problem.n_columns != problem.n_enablers:
        return None
    switch = csr_array(enablers.matrix)
    switch.eliminate_zeros()
    column = switch.indices.astype(np.int64)
    is_switch = np.all(np.diff(switch.indptr) == 1) and np.all(switch.data == 1.0)
    is_own = is_switch and len(np.unique(column)) == problem.n_columns
    is_binary = (
        np.all(strategic.is_integer) and np.all(strategic.lower == 0.0) and np.all(strategic.upper == 1.0)
    )
    return column if is_own and is_binary and not np.any(enablers.constant) else None


def _is_one_market(problem: LocationProblem) -> bool:
    cells = problem.cells
    in_one_group = len(np.unique(cells.group)) == 1 and not np.any(
        problem.enablers.facility_group != cells.group[0]
    )
    return bool(
        in_one_group
        and np.all(cells.is_mandatory)
        and problem.ways.partner is None
        and cells.is_single is None
    )


def _ways_of_pairs(problem: LocationProblem) -> IntArray | None:
    """(n_cells, n_facilities) the one way of each pair; None where a pair has none or several."""
    shape = problem.n_cells, problem.n_facilities
    cell = np.repeat(np.arange(shape[0]), np.diff(problem.cells.way_pointer))
    facility = problem.ways.facility.astype(np.int64)
    listed = np.flatnonzero(facility >= 0)
    if len(listed) != shape[0] * shape[1]:
        return None
    way = np.full(shape, -1, dtype=np.int64)
    way[cell[listed], facility[listed]] = listed
    return None if np.any(way < 0) else way


def _loads(problem: LocationProblem, way: IntArray) -> FloatArray | None:
    """(n_cells,) load of a cell on the site that serves it; None where it depends on the site."""
    cells = problem.cells
    load = cells.weight[:, None] * problem.ways.volume[way] * cells.kind_load[cells.kind][:, None]
    finite = np.isfinite(problem.enablers.capacity)
    if np.any(finite) and not np.all(load[:, finite] == load[:, finite][:, :1]):
        return None
    demand: FloatArray = load[:, int(np.argmax(finite))]
    return demand


def _count(problem: LocationProblem, column: IntArray) -> int | None:
    """Number of open sites that the rows ask for, 0 where it is free; None where a row says more."""
    strategic, count = problem.strategic, 0
    for row, name in enumerate(strategic.row_names):
        entries = strategic.matrix[[row], :].toarray().ravel()[column]
        low, high = strategic.row_lower[row], strategic.row_upper[row]
        if np.all(entries == 1.0) and low == high and low == round(low) and count == 0:
            count = int(low)
        elif not (np.isinf(high) and (name == ENOUGH_CAPACITY or (np.all(entries == 1.0) and low <= 1.0))):
            return None
    return count


def _keeps_enough_open(problem: LocationProblem, textbook: FacilityLocation, column: IntArray) -> bool:
    """Whether the rows keep open what serving every customer takes, and no more than that."""
    strategic = problem.strategic
    total = float(textbook.demand.sum())
    has_row = textbook.n_open is not None and not textbook.is_capacitated
    for row in range(len(strategic.row_names)):
        entries = strategic.matrix[[row], :].toarray().ravel()[column]
        if strategic.row_names[row] == ENOUGH_CAPACITY:
            is_it = np.array_equal(entries, np.minimum(textbook.capacity, total))
            if not (is_it and strategic.row_lower[row] == total):
                return False
            has_row = has_row or total > 0.0
        elif np.all(entries == 1.0) and strategic.row_lower[row] >= 1.0:
            has_row = has_row or not textbook.is_capacitated or total == 0.0
    return has_row


def _never_pays_penalties(problem: LocationProblem, textbook: FacilityLocation, costs: FloatArray) -> bool:
    """Whether every always-enabled way costs at least the penalty that makes it useless."""
    cells = problem.cells
    cell = np.repeat(np.arange(problem.n_cells), np.diff(cells.way_pointer))
    always = problem.ways.facility < 0
    cost = -cells.weight[cell[always]] * problem.ways.value[always]
    return bool(np.all(cost >= penalties(textbook, costs)[cell[always]] * (1.0 - 1e-12)))
