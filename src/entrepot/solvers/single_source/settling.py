"""Plans of large problems: annealing with overfull sites, exact divisions among trios of sites, grafts."""

from dataclasses import dataclass, field

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
STARTS, STEPS, FIRST_ROUNDS = 8, 4000, 400
"""Plans that are annealed at first, moves of each per customer, and walks after each."""
HEAT, PRICE = (0.3, 0.03), (1.0, 6.0)
"""First and last temperature by the mean cost of a customer; price beyond capacity by that of a unit."""
FIRM = 20.0
"""Price beyond capacity while customers are divided, by the mean cost of a unit."""
FINE = 0.75
SETTLED = 1 << 20
"""Divisions among three sites that are remembered."""
WALK, WALK_STEPS, WALK_HEAT, WALK_PATIENCE = (10, 50), 60, (0.6, 0.2), 0.5
"""Customers of a walk, least and most, and its moves per customer; highest and lowest of its first
temperatures, and that at which a worse plan is kept, by the mean cost of a customer."""
ROUNDS, MOST_TURNS, PATIENCE = 400, 400, 60
"""Walks of a turn; most turns; turns without a better plan after which it ends."""
STALE = 3
"""Turns without a better plan after which a new plan joins the others."""
MOST_PLANS = 10
"""Plans that are kept."""
N_OPEN, N_CLOSED = 9, 6
"""Open and closed sites beside a site with which it shares customers."""
WORTH_OPENING = 0.01
"""Sites are tried whose toll exceeds the bound by this share at most."""


@dataclass(slots=True)
class Colony:
    """Plans, cheapest first, and what it takes to improve them.

    Attributes
    ----------
    plans : cost with what is beyond capacities, and (n_customers,) site of each. seed : next one.
    """

    run: Run
    ground: Ground
    trios: Trios
    walk: Walk
    rounds: Rounds
    seed: int
    plans: list[tuple[float, IntArray]] = field(default_factory=list)

    def add(self) -> int:
        """Anneal from nothing, walk and divide; the plan joins the others: its place, the cheapest first."""
        self.seed += 1
        begin = nearest(self.run.prepared, scores(self.run))
        site, _ = anneal_overfull(self.ground, begin, self.seed, self.walk)
        self.run.offer(plan_of(self.run.prepared, site))
        rounds = self.rounds._replace(number=FIRST_ROUNDS)
        return self.take(*walk_and_divide(self.ground, site, self.seed, self.trios, rounds))

    def graft(self, at: int) -> None:
        """Improve a plan by pieces of the others."""
        self.seed += 1
        _, site = self.plans.pop(at)
        donors = np.array([donor for _, donor in self.plans], dtype=np.int64).reshape(-1, len(site))
        rounds = self.rounds._replace(donors=donors)
        self.run.counts["walks"] += float(rounds.number)
        self.take(*walk_and_divide(self.ground, site, self.seed, self.trios, rounds))

    def take(self, site: IntArray, cost: float) -> int:
        """Keep a plan unless it is there, and at most so many, the cheapest; its place among them."""
        self.run.offer(plan_of(self.run.prepared, site))
        self.run.bracket.report("plan", force=True)
        place = sum(other < cost for other, _ in self.plans)
        if not any(np.array_equal(site, other) for _, other in self.plans):
            self.plans.insert(place, (cost, site))
        del self.plans[MOST_PLANS:]
        return min(place, len(self.plans) - 1)


def settle(run: Run) -> None:
    """Anneal some plans, then improve each by pieces of the others, the cheapest most often."""
    bracket = run.bracket
    for scale in SCALES:  # tolls guide the search: the nearer the prices are to the best, the better
        raise_bound(run, MORE_STEPS, scale)
        bracket.report("bound", force=True)
    colony = colony_of(run)
    for _ in range(STARTS):
        if bracket.is_done():
            return
        colony.add()
    for at in range(STARTS - 1, 0, -1):
        if bracket.is_done():
            return
        colony.graft(min(at, len(colony.plans) - 1))  # starts may have led to the same plan
    waited = 0
    for _ in range(min(MOST_TURNS, bracket.options.rounds)):
        if bracket.is_done() or waited >= PATIENCE:
            return
        cost = colony.plans[0][0]
        place = 0
        if waited % STALE == STALE - 1:
            place = colony.add()
        colony.graft(place)
        waited = 0 if colony.plans[0][0] < cost - 1e-9 * abs(cost) else waited + 1


def colony_of(run: Run) -> Colony:
    """A colony without plans yet."""
    prepared, certificate = run.prepared, run.certificate
    assert certificate is not None
    unit = max(abs(certificate.bound), 1e-9) / max(prepared.total, 1e-300)
    each = max(abs(certificate.bound), 1e-9) / prepared.n_customers
    heat, price = (HEAT[0] * each, HEAT[1] * each), (PRICE[0] * unit, PRICE[1] * unit)
    nobody = np.zeros((0, prepared.n_customers), dtype=np.int64)
    return Colony(
        run,
        ground_of(run, unit),
        trios_of(run, unit),
        Walk(STEPS * prepared.n_customers, heat, price, FINE),
        Rounds(
            ROUNDS, WALK, WALK_STEPS, (WALK_HEAT[0] * each, WALK_HEAT[1] * each), WALK_PATIENCE * each, nobody
        ),
        run.bracket.options.seed,
    )


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
        settled=np.zeros(SETTLED, dtype=np.uint64),
    )
