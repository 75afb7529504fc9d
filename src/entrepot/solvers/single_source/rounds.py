"""The run: bounds and plans in turn at the root, then regions of the plan, then the core."""

from dataclasses import dataclass, field

import numpy as np

from entrepot.kernels.bidding import Reach
from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.bracket import Bracket
from entrepot.solvers.single_source.plans import Plan, search
from entrepot.solvers.single_source.prepared import Prepared
from entrepot.solvers.single_source.programs import Core, core_of, solve_core
from entrepot.solvers.single_source.relaxation import Certificate, certify, climb, first_prices, kept

ROOT_STEPS = (200, 300, 500)
"""Supergradient steps of each round at the root."""
NEAR = 1.02
"""Times the bound that is aimed at while no plan is better."""
SEARCH_STEPS = (100, 300, 800)
"""Moves of the search per customer in each round at the root."""
CORE_ARCS = 3000
"""Arcs up to which the core is solved outright."""
LARGE_ARCS = 10_000
"""Arcs from which on plans are annealed and sites branched on before any integer program is solved."""
LEVELS = (0.35, 1.0)
"""Shares of the gap of the relaxation up to which arcs enter a core."""
REGION_SITES, REGION_CLOSED, REGION_ARCS = 11, 8, 9
"""Open and closed sites of a region, and arcs of each of its customers."""
REGION_NODES = 80
KERNELS, KERNEL_NODES = (2, 4), 150
"""Arcs per customer of the programs that precede the regions, and their nodes at most."""
PATIENCE = 80
"""Regions in a row without a better plan after which the core is tried."""

COUNTED = ("steps", "walks", "nodes", "regions", "cores")


@dataclass(slots=True)
class Run:
    """The state of a run.

    Attributes
    ----------
    best : plan or None. arcs : ascending indices of those that a better plan may use. price, count_price :
    of the best bound. certificate : over `arcs`.
    """

    prepared: Prepared
    bracket: Bracket
    arcs: IntArray
    price: FloatArray
    reach: Reach
    certificate: Certificate | None = None
    count_price: float = 0.0
    best: Plan | None = None
    counts: dict[str, float] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0.0))

    def offer(self, plan: Plan | None) -> bool:
        """Keep a plan if it is the best."""
        if plan is None or not self.bracket.offer(plan.value, plan.open_sites):
            return False
        self.best = plan
        return True


def start(prepared: Prepared, bracket: Bracket) -> Run:
    """A run before its first step."""
    arcs = np.arange(len(prepared.reach.cost))
    return Run(prepared, bracket, arcs, first_prices(prepared), prepared.reach)


def root(run: Run) -> None:
    """Bound and plan in turn; arcs that no better plan can use are dropped in between."""
    seed = run.bracket.options.seed
    for turn, (steps, moves) in enumerate(zip(ROOT_STEPS, SEARCH_STEPS, strict=True)):
        raise_bound(run, steps, 1.0 if turn == 0 else 0.3)
        run.bracket.report("bound", force=True)
        if run.bracket.is_done():
            return
        assert run.certificate is not None
        bound = run.certificate.bound
        begin = None if run.best is None else run.best.site
        heat = 1.0 if turn == 0 else 0.5
        run.offer(
            search(
                run.prepared, scores(run), begin, bound, (seed + turn, moves * run.prepared.n_customers, heat)
            )
        )
        run.bracket.report("plan", force=True)
        drop_arcs(run)
        if run.bracket.is_done() or (turn > 0 and run.best is not None and len(run.arcs) <= CORE_ARCS):
            return


def raise_bound(run: Run, steps: int, scale: float) -> None:
    """Climb from the best prices; take the bound if it is better."""
    prepared, bracket = run.prepared, run.bracket
    value = bracket.value - prepared.constant
    if not np.isfinite(value):
        value = 1.15 * float(run.price.sum()) if run.certificate is None else NEAR * run.certificate.bound
    elif run.certificate is not None and run.certificate.bound > 0.0 and len(run.arcs) > LARGE_ARCS:
        value = min(value, NEAR * run.certificate.bound)  # a poor plan makes steps too long
    peak = climb(prepared, run.reach, (run.price, run.count_price), value, (steps, 20, scale))
    run.counts["steps"] += peak.steps
    certificate = certify(prepared, run.reach, peak.price, peak.count_price)
    if run.certificate is None or certificate.bound >= run.certificate.bound:
        run.price, run.count_price, run.certificate = peak.price, peak.count_price, certificate
    bound = prepared.rounded(certificate.bound)
    bracket.prove(min(bound, bracket.value))  # dropped arcs: no plan below the value uses them


def drop_arcs(run: Run) -> None:
    """Drop the arcs that no plan cheaper than the best can use."""
    if run.certificate is None or run.best is None:
        return
    keep = np.flatnonzero(run.certificate.toll <= run.prepared.cutoff(run.best.value))
    certificate = run.certificate
    run.certificate = Certificate(
        certificate.bound, certificate.toll[keep], certificate.site_toll, certificate.shut_toll
    )
    run.arcs = run.arcs[keep]
    run.reach = kept(run.reach, keep)


def scores(run: Run) -> FloatArray:
    """(n_customers, n_sites) bound if the arc is used, inf where it is dropped or does not fit."""
    assert run.certificate is not None
    score = np.full((run.prepared.n_customers, run.prepared.n_sites), np.inf)
    arcs = run.arcs
    score[run.prepared.reach.customer[arcs], run.prepared.site_of_arc[arcs]] = run.certificate.toll
    return score


def close(run: Run) -> None:
    """Solve the core: first over the arcs of low toll, then over all that survive.

    Notes
    -----
    A plan with an arc whose toll exceeds a level costs more than the level. So the lower of the level and
    the value of the core below it is a bound, and a plan of the core that costs at most the level is optimal.

    References
    ----------
    Climer, Zhang (2006), Cut-and-solve: an iterative search strategy for combinatorial optimization problems,
    Artificial Intelligence 170.
    """
    prepared = run.prepared
    assert run.certificate is not None
    for share in LEVELS:
        if run.bracket.is_done():
            return
        bound, toll = run.certificate.bound, run.certificate.toll
        if run.best is not None:
            level = bound + share * (prepared.cutoff(run.best.value) - bound)
        elif share < 1.0:
            level = float(np.quantile(toll, share * share))
        else:
            level = np.inf
        close_below(run, level if share < 1.0 else np.inf)
        drop_arcs(run)


def close_below(run: Run, level: float, **settings: float | int | str | bool) -> None:
    """Solve the core over the arcs of toll up to `level`, and those of the best plan."""
    prepared, bracket = run.prepared, run.bracket
    assert run.certificate is not None
    arcs = run.arcs[run.certificate.toll <= level]
    customer, site = prepared.reach.customer[arcs].astype(np.int64), prepared.site_of_arc[arcs]
    begin = None
    if run.best is not None:
        begin = run.best.site
        customer = np.concatenate([customer, np.arange(prepared.n_customers)])
        site = np.concatenate([site, begin])
    pairs = np.unique(customer * prepared.n_sites + site)
    run.counts["cores"] += 1.0
    core = core_of(prepared, pairs // prepared.n_sites, pairs % prepared.n_sites)
    outcome = solve_core(prepared, core, begin, bracket, **settings)
    run.offer(outcome.plan)
    bracket.claim(prepared.claimed(min(outcome.bound, level), bracket.value))
    bracket.report("core", force=True)


def solve_kernels(run: Run) -> None:
    """Solve programs over the arcs of the least tolls.

    References
    ----------
    Guastaroba, Speranza (2014), A heuristic for BILP problems: the single source capacitated facility
    location problem, EJOR 238 (kernel search).
    """
    for multiple in KERNELS:
        if run.bracket.is_done():
            return
        assert run.certificate is not None
        toll = np.sort(run.certificate.toll)
        if len(toll):
            level = float(toll[min(len(toll) - 1, multiple * run.prepared.n_customers)])
            close_below(run, level, mip_max_nodes=KERNEL_NODES)
            raise_bound(run, ROOT_STEPS[0], 0.1)
            drop_arcs(run)


def improve(run: Run) -> None:
    """Solve regions of the plan anew, one after the other, until none helps or a limit is met."""
    rng = np.random.default_rng(run.bracket.options.seed)
    waited = 0
    for _ in range(run.bracket.options.rounds):
        if run.best is None or run.bracket.is_done() or waited >= PATIENCE:
            return
        core = region(run, rng)
        run.counts["regions"] += 1.0
        outcome = solve_core(
            run.prepared, core, run.best.site, run.bracket, mip_max_nodes=REGION_NODES, presolve="on"
        )
        waited = 0 if run.offer(outcome.plan) else waited + 1
        run.bracket.report("regions")


def region(run: Run, rng: np.random.Generator) -> Core:
    """Open sites around a random one, closed sites that their customers like, and the arcs between."""
    prepared, best = run.prepared, run.best
    assert best is not None
    used = np.unique(best.site)
    centre = used[rng.integers(len(used))]
    mine = np.flatnonzero(best.site == centre)
    nearness = prepared.cost[mine].mean(axis=0)[used] * (0.8 + 0.4 * rng.random(len(used)))
    nearness[used == centre] = -np.inf
    open_sites = used[np.argsort(nearness, kind="stable")[:REGION_SITES]]
    customers = np.flatnonzero(np.isin(best.site, open_sites))
    score = scores(run)[customers]
    few = min(4, len(customers)) - 1
    liking = np.partition(score, few, axis=0)[: few + 1].mean(axis=0)
    liking = np.where(np.isfinite(liking), liking * (1.0 + 0.002 * rng.random(len(liking))), np.inf)
    liking[used] = np.inf
    closed = np.argsort(liking, kind="stable")[:REGION_CLOSED]
    sites = np.sort(np.concatenate([open_sites, closed[np.isfinite(liking[closed])]]))
    local = score[:, sites]
    order = np.argsort(local, axis=1, kind="stable")[:, :REGION_ARCS]
    usable = np.isfinite(np.take_along_axis(local, order, axis=1))
    row, column = np.nonzero(usable)
    pairs = row * len(sites) + order[row, column]
    own = np.arange(len(customers)) * len(sites) + np.searchsorted(sites, best.site[customers])
    pairs = np.unique(np.concatenate([pairs, own]))
    need = float(prepared.demand[customers].sum())
    count = None if prepared.n_open is None else len(open_sites)
    return Core(
        customers, sites, pairs // len(sites), pairs % len(sites), prepared.capacity[sites], need, count
    )
