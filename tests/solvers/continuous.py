"""Continuous strategic columns of several kinds, added to a random canonical problem."""

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.sparse import csr_array

from entrepot.benchmarking.integrated import integrated
from entrepot.location import LocationProblem
from solvers.problems import random_problem, with_loads, with_partners, with_whole_cells


@dataclass
class Additions:
    """Columns, rows and resources to be added; entries are {column: coefficient}."""

    problem: LocationProblem
    columns: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    resources: list = field(default_factory=list)

    def column(self, cost, upper, *, is_integer=False, lower=0.0):
        self.columns.append((cost, lower, upper, is_integer))
        return self.problem.n_columns + len(self.columns) - 1

    def binary(self, cost):
        return self.column(cost, 1.0, is_integer=True)

    def row(self, entries, low, high, name="rule"):
        self.rows.append((entries, low, high, name))

    def resource(self, usage, entries, constant=0.0, name="volume", load=None):
        self.resources.append((usage, entries, constant, name, load))

    def built(self):
        old, n_new = self.problem, len(self.columns)
        width = old.n_columns + n_new
        cost, lower, upper, is_integer = (np.array(part) for part in zip(*self.columns, strict=True))
        strategic, resources = old.strategic, old.resources
        strategic = replace(
            strategic,
            cost=np.concatenate([strategic.cost, cost]),
            charge=np.concatenate([strategic.charge, np.maximum(cost, 0.0)]),
            lower=np.concatenate([strategic.lower, lower]),
            upper=np.concatenate([strategic.upper, upper]),
            is_integer=np.concatenate([strategic.is_integer, is_integer.astype(bool)]),
            matrix=_taller(strategic.matrix, [row[0] for row in self.rows], width),
            row_lower=np.concatenate([strategic.row_lower, [row[1] for row in self.rows]]),
            row_upper=np.concatenate([strategic.row_upper, [row[2] for row in self.rows]]),
            column_names=(*strategic.column_names, *(f"new {i}" for i in range(n_new))),
            row_names=(*strategic.row_names, *(row[3] for row in self.rows)),
        )
        usage = np.vstack([resources.usage.toarray(), *(added[0] for added in self.resources)])
        resources = replace(
            resources,
            usage=csr_array(usage),
            matrix=_taller(resources.matrix, [added[1] for added in self.resources], width),
            constant=np.concatenate([resources.constant, [added[2] for added in self.resources]]),
            names=(*resources.names, *(f"{added[3]} {i}" for i, added in enumerate(self.resources))),
            load=_longer(resources.load, old, [added[4] for added in self.resources]),
        )
        enablers = replace(old.enablers, matrix=_taller(old.enablers.matrix, [], width))
        return replace(old, strategic=strategic, enablers=enablers, resources=resources)


def _taller(matrix, entries, width):
    """The matrix with `width` columns and more rows."""
    rows = np.zeros((len(entries), width))
    for row, found in zip(rows, entries, strict=True):
        for column, value in found.items():
            row[column] += value
    old = np.zeros((matrix.shape[0], width))
    old[:, : matrix.shape[1]] = matrix.toarray()
    return csr_array(np.vstack([old, rows]))


def _longer(load, problem, added):
    """The loads that rows count, with those of the rows added below; None where no row counts any."""
    if load is None and all(row is None for row in added):
        return None
    nothing = np.zeros(problem.n_enablers)
    old = np.zeros((problem.n_resources, problem.n_enablers)) if load is None else load.toarray()
    return csr_array(np.vstack([old, *(nothing if row is None else row for row in added)]))


def group_of_ways(problem):
    return np.repeat(problem.cells.group, np.diff(problem.cells.way_pointer))


def _volume_of_some(problem, rng, group):
    """Volume of about half of a group's ways, 0 elsewhere."""
    chosen = (group_of_ways(problem) == group) & (rng.random(problem.n_ways) < 0.5)
    return np.where(chosen, problem.ways.volume, 0.0)


def add_tiers(new, rng):
    """Volume at a price that falls beyond a threshold: the second tier opens when the first one is full."""
    group = rng.integers(new.problem.cells.n_groups)
    threshold, most = rng.uniform(0.5, 3.0), 40.0
    first, second = new.column(rng.uniform(0.5, 2.0), threshold), new.column(rng.uniform(-0.5, 0.5), most)
    is_beyond = new.binary(rng.uniform(0.0, 1.0))
    new.row({first: 1.0, is_beyond: -threshold}, 0.0, np.inf, "first tier is full")
    new.row({second: 1.0, is_beyond: -most}, -np.inf, 0.0, "second tier")
    usage = _volume_of_some(new.problem, rng, group)
    new.resource(usage, {first: 1.0, second: 1.0})
    if rng.random() < 0.5:  # what is paid for is what is used
        new.resource(-usage, {first: -1.0, second: -1.0})


def add_commitment(new, rng):
    """A contract that pays for itself unless the volume falls short of what was promised."""
    group = rng.integers(new.problem.cells.n_groups)
    promised = rng.uniform(1.0, 6.0)
    contract, short = new.binary(-rng.uniform(0.0, 3.0)), new.column(rng.uniform(0.2, 3.0), 100.0)
    new.resource(-_volume_of_some(new.problem, rng, group), {short: 1.0, contract: -promised})
    if rng.random() < 0.3:
        new.row({contract: 1.0}, 1.0, 1.0, "limit: contract")


def add_paths(new, rng):
    """What the sites of a group send out comes in on paths, each with a gateway of limited capacity."""
    problem = new.problem
    group = rng.integers(problem.cells.n_groups)
    facilities = np.flatnonzero(problem.enablers.facility_group == group)
    used = [f for f in facilities if np.any(problem.ways.facility == f)]
    arriving = {f: [] for f in used}
    for _ in range(2):
        gateway = new.binary(rng.uniform(0.0, 2.0))
        flows = [new.column(rng.uniform(0.0, 1.5), 50.0) for _ in used]
        total = dict.fromkeys(flows, 1.0)
        new.row(total | {gateway: -rng.uniform(1.0, 8.0)}, -np.inf, 0.0, "gateway")
        for facility, flow in zip(used, flows, strict=True):
            arriving[facility].append(flow)
    is_equal = rng.random() < 0.5
    for facility in used:
        usage = np.where(problem.ways.facility == facility, problem.ways.volume, 0.0)
        new.resource(usage, dict.fromkeys(arriving[facility], 1.0))
        if is_equal:
            new.resource(-usage, dict.fromkeys(arriving[facility], -1.0))


def add_lease(new, rng):
    """Room that is rented for two periods at once."""
    room = new.column(rng.uniform(0.1, 2.0), rng.uniform(1.0, 20.0))
    for group in range(min(2, new.problem.cells.n_groups)):
        new.resource(_volume_of_some(new.problem, rng, group), {room: 1.0}, rng.uniform(0.0, 1.0))


def add_carried_over(new, rng):
    """Money of the first period that may be kept, with interest; it lends no room."""
    kept = new.column(-0.01, 50.0)
    n = new.problem.n_columns
    early = {i: new.problem.strategic.cost[i] for i in range(n) if rng.random() < 0.5}
    late = {i: new.problem.strategic.cost[i] for i in range(n) if i not in early}
    new.row(early | {kept: 1.0}, -np.inf, rng.uniform(5.0, 20.0), "limit: early money")
    new.row(late | {kept: -1.0}, -np.inf, rng.uniform(0.0, 8.0), "limit: late money")


def add_volumes_of_partners(new, rng):
    """What a partner handles in his centres is paid by tiers, and so is a shortfall of what was promised."""
    enablers = new.problem.enablers
    group = np.repeat(enablers.facility_group, np.diff(enablers.facility_pointer))
    for period in range(new.problem.cells.n_groups):
        his = (group == period) & (rng.random(len(group)) < 0.6)
        load = np.where(his, rng.uniform(0.5, 2.0), 0.0)
        usage, threshold, most = np.zeros(new.problem.n_ways), rng.uniform(0.5, 4.0), 60.0
        first, second = new.column(rng.uniform(0.3, 1.5), threshold), new.column(rng.uniform(0.0, 0.3), most)
        is_beyond, short = new.binary(0.0), new.column(rng.uniform(0.1, 1.5), 50.0)
        new.row({first: 1.0, is_beyond: -threshold}, 0.0, np.inf, "first tier is full")
        new.row({second: 1.0, is_beyond: -most}, -np.inf, 0.0, "second tier")
        new.resource(usage, {first: 1.0, second: 1.0}, load=load)
        new.resource(usage, {first: -1.0, second: -1.0}, load=-load)
        promise = {int(c): -rng.uniform(0.5, 3.0) for c in _columns_of(enablers, np.flatnonzero(his))}
        new.resource(usage, promise | {short: 1.0}, load=-load)


def _columns_of(enablers, chosen):
    """Columns that any of the chosen enablers has in its weight."""
    return np.unique(enablers.matrix[chosen].tocoo().coords[1])


def add_anything(new, rng):
    """Continuous columns of any sign in rows and resources of any group."""
    columns = [
        new.column(rng.uniform(-1.0, 2.0), rng.uniform(0.5, 9.0), lower=-rng.uniform(0.0, 2.0))
        for _ in range(3)
    ]
    switch = new.binary(rng.uniform(-1.0, 1.0))
    for _ in range(2):
        entries = {c: rng.uniform(-1.0, 1.0) for c in columns if rng.random() < 0.7}
        new.row(entries | {switch: rng.uniform(-2.0, 2.0)}, -np.inf, rng.uniform(0.0, 3.0), "mixed")
    for _ in range(2):
        group = rng.integers(new.problem.cells.n_groups)
        usage = _volume_of_some(new.problem, rng, group) * rng.uniform(-0.3, 1.0)
        entries = {c: rng.uniform(-0.5, 1.0) for c in columns if rng.random() < 0.7}
        new.resource(usage, entries, rng.uniform(0.0, 4.0))


KINDS = (
    add_tiers,
    add_commitment,
    add_paths,
    add_lease,
    add_carried_over,
    add_anything,
    add_volumes_of_partners,
)


def with_continuous(problem, rng, kinds=KINDS, chance=0.5):
    """The problem with continuous columns of some kinds, at least one."""
    new = Additions(problem)
    chosen = [kind for kind in kinds if rng.random() < chance]
    for kind in chosen or [kinds[rng.integers(len(kinds))]]:
        kind(new, rng)
    return new.built()


def mixed_problem(seed, **sizes):
    """A small random problem with continuous columns; some with partners, whole cells, rows over loads."""
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, is_mandatory=seed % 2 == 1, with_limits=seed % 3 > 0, **sizes)
    problem = problem if seed % 4 else with_partners(problem, rng)
    problem = problem if seed % 5 else with_whole_cells(problem, rng)
    problem = problem if seed % 7 % 3 else with_loads(problem, rng)
    return with_continuous(problem, rng)


def with_bought_rooms(n_markets, n_sites, n_periods, seed=1, n_gateways=3):
    """The integrated study where what a site sends out comes through gateways and is handled in two tiers."""
    problem = integrated(n_markets, n_sites, n_periods, seed)
    rng, new = np.random.default_rng(seed), Additions(problem)
    total = float(np.sum(problem.cells.weight)) / n_periods
    most = 0.05 * total
    for period in range(n_periods):
        sites = np.flatnonzero(problem.enablers.facility_group == period)
        arriving = {site: [] for site in sites}
        for _ in range(n_gateways):
            gateway = new.binary(2e5 * rng.uniform(0.5, 1.5))
            flows = [new.column(rng.uniform(0.1, 0.8), most) for _ in sites]
            capacity = total * rng.uniform(0.02, 0.08)
            new.row(dict.fromkeys(flows, 1.0) | {gateway: -capacity}, -np.inf, 0.0, "gateway")
            for site, flow in zip(sites, flows, strict=True):
                arriving[site].append(flow)
        for site in sites:
            sent = np.where(problem.ways.facility == site, problem.ways.volume, 0.0)
            new.resource(sent, dict.fromkeys(arriving[site], 1.0))
            threshold = total * rng.uniform(0.003, 0.01)
            first, second = (
                new.column(rng.uniform(0.8, 1.2), threshold),
                new.column(rng.uniform(0.4, 0.7), most),
            )
            is_beyond = new.binary(0.0)
            new.row({first: 1.0, is_beyond: -threshold}, 0.0, np.inf, "first tier is full")
            new.row({second: 1.0, is_beyond: -most}, -np.inf, 0.0, "second tier")
            new.resource(sent, {first: 1.0, second: 1.0})
            new.resource(-sent, {first: -1.0, second: -1.0})
    return new.built()
