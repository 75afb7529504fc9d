"""Plans of large problems: annealing with overfull sites, then exact divisions among trios of sites."""

import numpy as np

from entrepot.kernels.overfilling import Ground, Walk, anneal_overfull
from entrepot.kernels.splitting import Rounds, Trios, walk_and_divide
from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.single_source.plans import plan_of
from entrepot.solvers.single_source.prepared import ROUNDING, Prepared
from entrepot.solvers.single_source.rounds import Run, raise_bound, scores

N_NEAR, N_AROUND, N_BESIDE = 32, 80, 64
CORE_OF_SITE = 10
"""Cheapest customers of a site, from which its distance to other sites is judged."""
LARGEST_SIDE = 400
"""Grains of capacity up to which customers are divided in whole units."""
MORE_STEPS, SCALES = 500, (0.3, 0.1)
"""Supergradient steps before the search, and first step lengths."""
STARTS, STEPS, FIRST_ROUNDS = 8, 12_000, 600
"""Annealings, moves of each per customer, and walks after each: they end with different open sites."""
HEAT, PRICE = (0.3, 0.03), (1.0, 6.0)
"""First and last temperature by the mean cost of a customer; price beyond capacity by that of a unit."""
FIRM = 20.0
"""Price beyond capacity while customers are divided, by the mean cost of a unit."""
FINE = 0.75
ROUNDS, MOST_TURNS, PATIENCE = 1500, 40, 5
"""Walks between two reports; most reports; reports without a better plan after which it ends."""
N_OPEN, N_CLOSED = 9, 6
"""Open and closed sites beside a site with which it shares customers."""
WORTH_OPENING = 0.01
"""Sites are tried whose toll exceeds the bound by this share at most."""


def settle(run: Run) -> None:
    """Look for a good plan from several starts, then improve the best."""
    prepared, bracket = run.prepared, run.bracket
    for scale in SCALES:  # tolls guide the search: the nearer the prices are to the best, the better
        raise_bound(run, MORE_STEPS, scale)
        bracket.report("bound", force=True)
    assert run.certificate is not None
    unit = max(abs(run.certificate.bound), 1e-9) / max(prepared.total, 1e-300)
    each = max(abs(run.certificate.bound), 1e-9) / prepared.n_customers
    ground, trios = ground_of(run, unit), trios_of(run, unit)
    seed, walk = bracket.options.seed, Walk(STEPS * prepared.n_customers, (0.0, 0.0), (0.0, 0.0), FINE)
    walk = walk._replace(heat=(HEAT[0] * each, HEAT[1] * each), price=(PRICE[0] * unit, PRICE[1] * unit))
    rounds = Rounds(ROUNDS, (10, 40), 60, (0.3 * each, 0.1 * each), 0.5 * each)
    best, value = nearest(prepared, scores(run)), np.inf
    for turn in range(STARTS):
        if bracket.is_done():
            return
        site, _ = anneal_overfull(ground, nearest(prepared, scores(run)), seed + turn, walk)
        run.offer(plan_of(prepared, site))
        bracket.report("plan", force=True)
        site, cost = walk_and_divide(ground, site, seed + turn, trios, rounds._replace(number=FIRST_ROUNDS))
        run.offer(plan_of(prepared, site))
        bracket.report("plan", force=True)
        if cost < value:
            best, value = site, cost
    waited = 0
    for turn in range(min(MOST_TURNS, bracket.options.rounds)):
        if bracket.is_done() or waited >= PATIENCE:
            return
        best, cost = walk_and_divide(ground, best, seed + turn, trios, rounds)
        run.counts["walks"] += float(rounds.number)
        waited = 0 if cost < value - 1e-9 * abs(value) else waited + 1
        value = min(value, cost)
        run.offer(plan_of(prepared, best))
        bracket.report("plan")


def nearest(prepared: Prepared, score: FloatArray) -> IntArray:
    """(n_customers,) the site of least score, of those that the customer fits into."""
    fits = np.where(prepared.demand[:, None] <= prepared.capacity * (1.0 + ROUNDING), prepared.cost, np.inf)
    best = np.where(np.isfinite(score.min(axis=1)), score.argmin(axis=1), fits.argmin(axis=1))
    return np.asarray(best, dtype=np.int64)


def ground_of(run: Run, unit: float) -> Ground:
    """What the search walks on; `unit` is the mean cost of a unit of demand."""
    prepared, score = run.prepared, scores(run)
    near = np.argsort(score, axis=1, kind="stable")[:, :N_NEAR].astype(np.int32)
    near[~np.isfinite(np.take_along_axis(score, near, axis=1))] = -1
    around = np.argsort(unit_cost(prepared), axis=0, kind="stable")[:N_AROUND].T
    return Ground(
        cost=prepared.cost,
        fixed_cost=prepared.fixed_cost,
        capacity=prepared.capacity * (1.0 + ROUNDING),
        demand=prepared.demand,
        near=near,
        around=np.ascontiguousarray(around.astype(np.int32)),
        rent=0.5 * unit,
        most=prepared.n_sites if prepared.n_open is None else prepared.n_open,
        over=float(np.abs(prepared.cost).sum(axis=0).max() + prepared.fixed_cost.max(initial=0.0)),
    )


def unit_cost(prepared: Prepared) -> FloatArray:
    """(n_customers, n_sites) cost of a unit of demand; of the customer where he has none."""
    costs: FloatArray = prepared.cost / np.where(prepared.demand > 0.0, prepared.demand, 1.0)[:, None]
    return costs


def trios_of(run: Run, unit: float) -> Trios:
    """Sites beside each other, and demand in whole grains: divisions never use more than there is."""
    prepared, certificate = run.prepared, run.certificate
    assert certificate is not None
    costs = unit_cost(prepared)
    core = np.argsort(costs, axis=0, kind="stable")[:CORE_OF_SITE]
    distance = np.stack([costs[core[:, site]].mean(axis=0) for site in range(prepared.n_sites)])
    beside = np.argsort(distance, axis=1, kind="stable")[:, :N_BESIDE]
    second = float(np.sort(prepared.capacity)[max(0, prepared.n_sites - 2)])
    grain = 1.0 if prepared.is_whole and second <= LARGEST_SIDE else max(second / LARGEST_SIDE, 1e-300)
    return Trios(
        beside=np.ascontiguousarray(beside.astype(np.int32)),
        may_open=certificate.site_toll <= certificate.bound + WORTH_OPENING * abs(certificate.bound),
        n_open=N_OPEN,
        n_closed=N_CLOSED if prepared.n_open is None else 0,
        size=np.ceil(prepared.demand / grain * (1.0 - ROUNDING)).astype(np.int64),
        hold=np.floor(prepared.capacity / grain * (1.0 + ROUNDING)).astype(np.int64),
        grain=grain,
        extra=6,
        price=FIRM * unit,
    )
