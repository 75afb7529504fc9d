"""Random canonical problems of several kinds, and their exact optimum by a monolithic MIP."""

from dataclasses import replace

import highspy
import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_diag, coo_array, csr_array, eye_array, hstack, vstack

from entrepot.location import Cells, Enablers, LocationProblem, Resources, Strategic, Ways


def random_problem(rng, *, n_sites=3, n_sizes=2, n_groups=2, n_cells=6, is_mandatory=False, with_limits=True):
    """Sites with sizes over groups (periods), as interval columns: site s at size c from period t on."""
    starts = [(s, c, t) for s in range(n_sites) for c in range(n_sizes) for t in range(n_groups)]
    n_columns = len(starts)
    n_facilities = n_sites * n_groups
    n_enablers = n_facilities * n_sizes
    rows, cols = [], []
    for column, (s, c, t) in enumerate(starts):
        for period in range(t, n_groups):
            rows.append((s * n_groups + period) * n_sizes + c)
            cols.append(column)
    matrix = csr_array((np.ones(len(rows)), (rows, cols)), shape=(n_enablers, n_columns))
    has_capacity = rng.random() < 0.7
    capacity = rng.uniform(3.0, 12.0, n_enablers) if has_capacity else np.full(n_enablers, np.inf)
    if has_capacity and rng.random() < 0.5:
        capacity[rng.random(n_enablers) < 0.3] = np.inf
    n_kinds = 2
    strategic = _strategic(rng, starts, n_sites, n_groups, with_limits)
    enablers = Enablers(
        facility_pointer=np.arange(n_facilities + 1) * n_sizes,
        facility_group=np.tile(np.arange(n_groups), n_sites),
        matrix=matrix,
        constant=np.zeros(n_enablers),
        capacity=capacity,
        shift=rng.uniform(-0.5, 0.5, (n_enablers, n_kinds)),
        names=tuple(f"e{e}" for e in range(n_enablers)),
    )
    cells, ways = _demand(rng, n_sites, n_groups, n_cells, n_kinds, is_mandatory)
    resources = (
        _resources(rng, cells, ways, n_columns, n_groups)
        if with_limits
        else _none(len(ways.value), n_columns)
    )
    return LocationProblem("random", strategic, enablers, cells, ways, resources)


def with_partners(problem, rng, n_partners=2):
    """The problem where most ways also need one of a few partners, each signed for a group at a cost."""
    n_groups, n_old = problem.cells.n_groups, problem.n_columns
    n_new = n_partners * n_groups
    old, strategic, enablers = problem, problem.strategic, problem.enablers
    cost = np.where(rng.random(n_new) < 0.3, 0.0, rng.uniform(0.0, 8.0, n_new))
    rows = old.strategic.matrix.shape[0]
    is_limited = rng.random() < 0.5
    at_most = csr_array(np.concatenate([np.zeros(n_old), np.ones(n_new)])[None, :])
    matrix = hstack([strategic.matrix, csr_array((rows, n_new))], format="csr")
    strategic = replace(
        strategic,
        cost=np.concatenate([strategic.cost, cost]),
        charge=np.concatenate([strategic.charge, cost]),
        lower=np.zeros(n_old + n_new),
        upper=np.ones(n_old + n_new),
        is_integer=np.ones(n_old + n_new, dtype=bool),
        matrix=csr_array(vstack([matrix, at_most], format="csr")),
        row_lower=np.append(strategic.row_lower, -np.inf),
        row_upper=np.append(strategic.row_upper, n_groups if is_limited else n_new),
        column_names=(*strategic.column_names, *(f"sign {i}" for i in range(n_new))),
        row_names=(*strategic.row_names, "limit: partners"),
    )
    n_kinds = enablers.shift.shape[1]
    enablers = replace(
        enablers,
        facility_pointer=np.concatenate(
            [enablers.facility_pointer, enablers.facility_pointer[-1] + 1 + np.arange(n_new)]
        ),
        facility_group=np.concatenate([enablers.facility_group, np.tile(np.arange(n_groups), n_partners)]),
        matrix=csr_array(block_diag([enablers.matrix, eye_array(n_new)], format="csr")),
        constant=np.zeros(old.n_enablers + n_new),
        capacity=np.concatenate([enablers.capacity, np.full(n_new, np.inf)]),
        shift=np.vstack([enablers.shift, np.zeros((n_new, n_kinds))]),
        names=(*enablers.names, *(f"partner {i}" for i in range(n_new))),
    )
    group = np.repeat(old.cells.group, np.diff(old.cells.way_pointer))
    partner = old.n_facilities + rng.integers(0, n_partners, old.n_ways) * n_groups + group
    needs = (old.ways.facility >= 0) & (rng.random(old.n_ways) < 0.8)
    ways = replace(old.ways, partner=np.where(needs, partner, -1).astype(np.int32))
    usage = old.resources
    widened = csr_array(hstack([usage.matrix, csr_array((old.n_resources, n_new))], format="csr"))
    return replace(
        old,
        strategic=strategic,
        enablers=enablers,
        ways=ways,
        resources=replace(usage, matrix=widened),
    )


def with_whole_cells(problem, rng):
    """The problem where most cells are single-sourced."""
    is_single = rng.random(problem.n_cells) < 0.7
    return replace(problem, cells=replace(problem.cells, is_single=is_single))


def with_empty_ways(problem, rng):
    """The problem where some ways carry no volume, and one facility cannot serve a kind at all."""
    volume = np.where(rng.random(problem.n_ways) < 0.3, 0.0, problem.ways.volume)
    shift = problem.enablers.shift.copy()
    facility = rng.integers(problem.n_facilities)
    first, last = problem.enablers.facility_pointer[facility : facility + 2]
    shift[first:last, rng.integers(shift.shape[1])] = -np.inf
    return replace(
        problem,
        ways=replace(problem.ways, volume=volume),
        enablers=replace(problem.enablers, shift=shift),
    )


def with_loads(problem, rng):
    """The problem with rows over loads and room to buy; some configurations cannot serve a kind."""
    problem = replace(problem, enablers=replace(problem.enablers, shift=_masked(problem.enablers.shift, rng)))
    old, group = problem.resources, np.repeat(problem.enablers.facility_group, _sizes(problem))
    load, matrix, constant = [], [], []
    for period in range(problem.cells.n_groups):
        counted = (group == period) & (rng.random(problem.n_enablers) < 0.7)
        sign = -1.0 if rng.random() < 0.3 else 1.0
        load.append(np.where(counted, sign * rng.uniform(0.5, 1.5), 0.0))
        matrix.append(rng.uniform(0.0, 2.0, problem.n_columns) * (rng.random(problem.n_columns) < 0.4))
        constant.append(rng.uniform(2.0, 8.0) if sign > 0 else -rng.uniform(0.0, 1.5))
    n_new = len(load)
    loads = np.vstack([np.zeros((problem.n_resources, problem.n_enablers)), load])
    usage = vstack([old.usage, csr_array((n_new, problem.n_ways))], format="csr")
    resources = Resources(
        csr_array(usage),
        csr_array(vstack([old.matrix, csr_array(np.array(matrix))], format="csr")),
        np.concatenate([old.constant, constant]),
        (*old.names, *(f"limit: load {i}" for i in range(n_new))),
        csr_array(loads),
    )
    return replace(problem, resources=resources)


def _masked(shift, rng):
    masked = np.where(rng.random(shift.shape) < 0.2, -np.inf, shift)
    return masked if rng.random() < 0.7 else shift


def _sizes(problem):
    return np.diff(problem.enablers.facility_pointer)


def _strategic(rng, starts, n_sites, n_groups, with_limits):
    n_columns = len(starts)
    cost = rng.uniform(1.0, 15.0, n_columns)
    matrix = np.zeros((0, n_columns))
    upper, names = [], []
    for site in range(n_sites):
        matrix = np.vstack([matrix, [float(s == site) for s, _, _ in starts]])
        upper.append(1.0)
        names.append(f"one start of {site}")
    if with_limits:
        for period in range(n_groups):
            matrix = np.vstack([matrix, [cost[i] * (t == period) for i, (_, _, t) in enumerate(starts)]])
            upper.append(rng.uniform(8.0, 25.0))
            names.append(f"limit: budget {period}")
    return Strategic(
        cost=cost,
        charge=cost,
        lower=np.zeros(n_columns),
        upper=np.ones(n_columns),
        is_integer=np.ones(n_columns, dtype=bool),
        matrix=csr_array(matrix),
        row_lower=np.full(len(upper), -np.inf),
        row_upper=np.array(upper),
        column_names=tuple(f"y{i}" for i in range(n_columns)),
        row_names=tuple(names),
    )


def _demand(rng, n_sites, n_groups, n_cells, n_kinds, is_mandatory):
    total = n_cells * n_groups
    mandatory = np.full(total, is_mandatory) & (rng.random(total) < 0.8)
    pointer, facility, value, volume = [0], [], [], []
    for cell in range(total):
        group = cell % n_groups
        for site in range(n_sites):
            for _ in range(rng.integers(0, 3)):
                facility.append(site * n_groups + group)
                value.append(rng.uniform(-2.0, 6.0) - (4.0 if is_mandatory else 0.0))
                volume.append(rng.uniform(0.3, 1.0))
        if mandatory[cell] or rng.random() < 0.4:
            facility.append(-1)
            value.append(-10.0 if mandatory[cell] else rng.uniform(-0.5, 1.5))
            volume.append(rng.uniform(0.0, 1.0))
        pointer.append(len(facility))
    cells = Cells(
        weight=rng.uniform(0.5, 3.0, total),
        group=np.arange(total) % n_groups,
        kind=rng.integers(0, n_kinds, total),
        is_mandatory=mandatory,
        way_pointer=np.array(pointer),
        kind_load=rng.uniform(0.5, 1.5, n_kinds),
        n_groups=n_groups,
    )
    value = np.array(value, dtype=float)
    ways = Ways(
        np.array(facility, dtype=np.int32),
        value,
        np.array(volume, dtype=float),
        np.maximum(-value, 0.0) + 0.5,
    )
    return cells, ways


def _resources(rng, cells, ways, n_columns, n_groups):
    """A service floor per group (usage of both signs) and a cap per group (usage >= 0, columns use it)."""
    group = np.repeat(cells.group, np.diff(cells.way_pointer))
    usage, matrix, constant, names = [], [], [], []
    for period in range(n_groups):
        if rng.random() < 0.6:
            fast = rng.random(len(group)) < 0.6
            usage.append(np.where(group == period, ways.volume * (rng.uniform(0.2, 0.7) - fast), 0.0))
            matrix.append(np.zeros(n_columns))
            constant.append(0.0 if rng.random() < 0.8 else -rng.uniform(0.0, 1.0))
            names.append(f"limit: service {period}")
        if rng.random() < 0.4:
            usage.append(np.where(group == period, rng.uniform(0.0, 2.0, len(group)), 0.0))
            matrix.append(-rng.uniform(0.0, 2.0, n_columns))
            constant.append(rng.uniform(3.0, 12.0))
            names.append(f"limit: carbon {period}")
    if not usage:
        return _none(len(group), n_columns)
    return Resources(
        csr_array(np.array(usage)), csr_array(np.array(matrix)), np.array(constant), tuple(names)
    )


def _none(n_ways, n_columns):
    return Resources(csr_array((0, n_ways)), csr_array((0, n_columns)), np.zeros(0), ())


def flow_rows(problem):
    """Pairs (way, enabler) with their cell, value, load and weight, each for the pair taken in full."""
    counts = np.diff(problem.cells.way_pointer)
    cell_of_way = np.repeat(np.arange(problem.n_cells), counts)
    pointer = problem.enablers.facility_pointer
    pairs = []
    for way, facility in enumerate(problem.ways.facility):
        options = [-1] if facility < 0 else range(pointer[facility], pointer[facility + 1])
        pairs += [(way, enabler) for enabler in options]
    pairs = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    kind = problem.cells.kind[cell_of_way[pairs[:, 0]]]
    pairs = pairs[(pairs[:, 1] < 0) | np.isfinite(problem.enablers.shift[pairs[:, 1], kind])]
    way, enabler = pairs[:, 0], pairs[:, 1]
    cell = cell_of_way[way]
    kind = problem.cells.kind[cell]
    weight = problem.cells.weight[cell]
    shift = np.where(enabler >= 0, problem.enablers.shift[enabler, kind], 0.0)
    value = weight * (problem.ways.value[way] + problem.ways.volume[way] * shift)
    load = weight * problem.ways.volume[way] * problem.cells.kind_load[kind]
    return pairs, cell, value, load, weight


def resource_rows(problem, pairs, load, weight):
    """Use by every pair taken in full, coefficients of the columns, and constant, row by row."""
    resources, (way, enabler) = problem.resources, pairs.T
    usage, matrix = resources.usage.toarray(), resources.matrix.toarray()
    per_load = None if resources.load is None else resources.load.toarray()
    for r, constant in enumerate(resources.constant):
        on_x = weight * usage[r, way]
        if per_load is not None:
            on_x = on_x + np.where(enabler >= 0, load * per_load[r, enabler], 0.0)
        yield on_x, matrix[r], constant


def formulation(problem):
    """The problem over the flows of `flow_rows`, then the columns: cost, rows, their limits, whole flows."""
    pairs, cell, value, load, weight = flow_rows(problem)
    way, enabler = pairs[:, 0], pairs[:, 1]
    n_x, n_y = len(pairs), problem.n_columns
    w, w0 = problem.enablers.matrix.toarray(), problem.enablers.constant
    rows, lower, upper = [], [], []

    def add(on_x, on_y, low, high):
        rows.append(np.concatenate([on_x, on_y]))
        lower.append(low)
        upper.append(high)

    for j in range(problem.n_cells):
        add((cell == j).astype(float), np.zeros(n_y), 1.0 if problem.cells.is_mandatory[j] else -np.inf, 1.0)
    on = np.flatnonzero(enabler >= 0)
    key = cell[on] * problem.n_enablers + enabler[on]
    for k in np.unique(key):
        link = np.zeros(n_x)
        link[on[key == k]] = 1.0
        e = k % problem.n_enablers
        add(link, -w[e], -np.inf, w0[e])
    if problem.ways.partner is not None:
        partner = problem.ways.partner[way]
        for j, g in {(j, g) for j, g in zip(cell, partner, strict=True) if g >= 0}:
            e = problem.enablers.facility_pointer[g]
            add(((cell == j) & (partner == g)).astype(float), -w[e], -np.inf, w0[e])
    for e in np.flatnonzero(np.isfinite(problem.enablers.capacity)):
        cap = problem.enablers.capacity[e]
        add(np.where(enabler == e, load, 0.0), -cap * w[e], -np.inf, cap * w0[e])
    for on_x, room, constant in resource_rows(problem, pairs, load, weight):
        add(on_x, -room, -np.inf, constant)
    strategic = problem.strategic
    for i in range(len(strategic.row_lower)):
        add(np.zeros(n_x), strategic.matrix.toarray()[i], strategic.row_lower[i], strategic.row_upper[i])
    single = problem.cells.is_single
    is_whole = np.zeros(n_x) if single is None else single[cell].astype(float)
    cost = np.concatenate([-value, strategic.cost])
    return cost, np.array(rows), np.array(lower), np.array(upper), is_whole


def optimum(problem, fixed=None):
    """Optimal value by scipy's MIP (or LP at a fixed y): (value, y), value -inf where infeasible."""
    cost, rows, lower, upper, is_whole = formulation(problem)
    strategic, n_x, n_y = problem.strategic, len(is_whole), problem.n_columns
    y_lower = strategic.lower if fixed is None else fixed
    y_upper = strategic.upper if fixed is None else fixed
    result = milp(
        cost,
        constraints=LinearConstraint(coo_array(rows), lower, upper),
        integrality=np.concatenate([is_whole, strategic.is_integer if fixed is None else np.zeros(n_y)]),
        bounds=Bounds(np.concatenate([np.zeros(n_x), y_lower]), np.concatenate([np.ones(n_x), y_upper])),
        options={"mip_rel_gap": 1e-10},
    )
    if result.x is None:
        return -np.inf, None
    return -result.fun, result.x[n_x:]


def enumerated(problem):
    """Optimal value by looking at every strategic point in turn (0-1 columns), -inf where none is feasible.

    At a point the flows are a linear program, which HiGHS solves from the last one's basis, or where cells
    are served whole an integer one.
    """
    cost, rows, lower, upper, is_whole = formulation(problem)
    n_x, n_y, strategic = len(is_whole), problem.n_columns, problem.strategic
    points = (np.arange(2**n_y)[:, None] >> np.arange(n_y) & 1).astype(float)
    sums = points @ strategic.matrix.toarray().T
    slack = 1e-9 * np.maximum(1.0, np.abs(sums))
    fits = (sums >= strategic.row_lower - slack) & (sums <= strategic.row_upper + slack)
    inside = (points >= strategic.lower) & (points <= strategic.upper)
    points = points[np.all(fits, axis=1) & np.all(inside, axis=1)]
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("mip_rel_gap", 1e-10)
    matrix = csr_array(rows)
    highs.passModel(
        n_x + n_y, len(lower), matrix.nnz, int(highspy.MatrixFormat.kRowwise), 1, 0.0, cost,
        np.zeros(n_x + n_y), np.ones(n_x + n_y), lower, upper, matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32), matrix.data,
        np.concatenate([is_whole, np.zeros(n_y)]).astype(np.int32),
    )  # fmt: skip
    best, columns = -np.inf, np.arange(n_x, n_x + n_y, dtype=np.int32)
    for point in points:
        highs.changeColsBounds(n_y, columns, point, point)
        highs.run()
        if highs.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            best = max(best, -highs.getInfo().objective_function_value)
        else:
            assert highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible
    return best


class Quiet:
    """A watcher that never stops the run and remembers what it was told."""

    def __init__(self, stop_after=None):
        self.lines = []
        self.stop_after = stop_after

    def report(self, progress):
        self.lines.append(progress)

    def should_stop(self):
        return self.stop_after is not None and len(self.lines) >= self.stop_after
