"""Restricted integer programs: over the arcs that survive, or over a region of a plan."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array

from entrepot.errors import SolverError
from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.single_source.plans import Plan, plan_of
from entrepot.solvers.single_source.prepared import Prepared
from entrepot.solvers.status import Program, Timer, open_program, run, set_start, vertex_of


@dataclass(frozen=True, slots=True, eq=False)
class Core:
    """A part of the problem.

    Attributes
    ----------
    customers, sites : indices. arc_customer, arc_site : (n_arcs,) positions in them.
    room : (n_sites,) capacity. need : demand that open sites must hold. n_open : their number or None.
    """

    customers: IntArray
    sites: IntArray
    arc_customer: IntArray
    arc_site: IntArray
    room: FloatArray
    need: float
    n_open: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """plan : of the whole problem or None. bound : of the part, inf where it has no plan; claimed."""

    plan: Plan | None
    bound: float


def core_of(prepared: Prepared, customer: IntArray, site: IntArray) -> Core:
    """The whole problem over the given arcs."""
    sites = np.unique(site)
    if prepared.n_open is not None:
        sites = np.arange(prepared.n_sites)
    place = np.searchsorted(sites, site)
    everyone = np.arange(prepared.n_customers)
    return Core(everyone, sites, customer, place, prepared.capacity[sites], prepared.total, prepared.n_open)


def program_of(prepared: Prepared, core: Core) -> Program:
    """Assignment rows, capacities, strong links, the demand that open sites hold, their number."""
    n_arcs, n_sites, n_customers = len(core.arc_site), len(core.sites), len(core.customers)
    arcs, sites = np.arange(n_arcs), np.arange(n_sites)
    demand = prepared.demand[core.customers]
    links = n_customers + n_sites + arcs
    need, number = n_customers + n_sites + n_arcs, n_customers + n_sites + n_arcs + 1
    entries = (
        (core.arc_customer, arcs, np.ones(n_arcs)),
        (n_customers + core.arc_site, arcs, demand[core.arc_customer]),
        (n_customers + sites, n_arcs + sites, -core.room),
        (links, arcs, np.ones(n_arcs)),
        (links, n_arcs + core.arc_site, -np.ones(n_arcs)),
        (np.full(n_sites, need), n_arcs + sites, core.room),
        (np.full(n_sites, number), n_arcs + sites, np.ones(n_sites)),
    )
    row, column, value = (np.concatenate(part) for part in zip(*entries, strict=True))
    matrix = csr_array(coo_array((value, (row, column)), shape=(number + 1, n_arcs + n_sites)))
    least, most = (0, n_sites) if core.n_open is None else (core.n_open, core.n_open)
    none = np.full(n_sites + n_arcs, -np.inf)
    customers, sites_used = core.customers[core.arc_customer], core.sites[core.arc_site]
    return Program(
        cost=np.concatenate([prepared.cost[customers, sites_used], prepared.fixed_cost[core.sites]]),
        lower=np.zeros(n_arcs + n_sites),
        upper=np.ones(n_arcs + n_sites),
        matrix=matrix,
        row_lower=np.concatenate([np.ones(n_customers), none, [core.need * (1.0 - 1e-9), float(least)]]),
        row_upper=np.concatenate([np.ones(n_customers), np.zeros(n_sites + n_arcs), [np.inf, float(most)]]),
        is_integer=np.ones(n_arcs + n_sites, dtype=np.bool_),
    )


def solve_core(
    prepared: Prepared, core: Core, start: IntArray | None, clock: Timer, **settings: float | int | str | bool
) -> Outcome:
    """Solve a part of the problem; customers outside it stay where the assignment `start` has them."""
    gap = 1.0 - 1e-5 if prepared.is_integral else 0.0
    highs = open_program(program_of(prepared, core), mip_rel_gap=0.0, mip_abs_gap=gap, **settings)
    n_arcs = len(core.arc_site)
    arc_site = core.sites[core.arc_site]
    if start is not None:
        on = start[core.customers[core.arc_customer]] == arc_site
        used = np.zeros(len(core.sites), dtype=np.bool_)
        used[core.arc_site[on]] = True
        if core.n_open is None and np.count_nonzero(on) == len(core.customers):
            set_start(highs, np.arange(n_arcs + len(used)), np.concatenate([on, used]).astype(np.float64))
    try:
        outcome = run(highs, clock, phase="restricted program")
    except SolverError:  # numerical trouble: this part of the problem stays as it is
        return Outcome(None, -np.inf)
    if outcome == "infeasible":
        return Outcome(None, np.inf)
    info = highs.getInfo()
    bound = float(info.mip_dual_bound)
    site = np.full(prepared.n_customers, -1, dtype=np.int64) if start is None else start.copy()
    columns = vertex_of(highs).columns
    if len(columns) == 0 or not np.isfinite(info.objective_function_value):
        return Outcome(None, bound)
    taken = columns[:n_arcs] > 0.5
    site[core.customers[core.arc_customer[taken]]] = arc_site[taken]
    return Outcome(plan_of(prepared, site), bound)
