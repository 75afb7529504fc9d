"""p-median with very many points in the plane: solved for few merged points first, then for more and more.

Neither lists of neighbours nor a tree are made at this size: prices climb with costs computed on demand.
"""

from dataclasses import dataclass, field

import numpy as np

from entrepot.kernels.ascending import Pace, Sites, Track
from entrepot.location.facility_location import FacilityLocation
from entrepot.location.problem import FloatArray, IntArray
from entrepot.location.service_costs import PlaneCosts
from entrepot.solvers.bracket import Bracket
from entrepot.solvers.crew import Crew, crew_of
from entrepot.solvers.uncapacitated.coarsening import Coarse, merged, spread
from entrepot.solvers.uncapacitated.interchange import greedy, improve
from entrepot.solvers.uncapacitated.plane import Field, climb_in_plane, evaluate_in_plane, field_of
from entrepot.solvers.uncapacitated.tree import new_track

VAST_PAIRS, VAST_PAIRS_PER_OPEN = 300_000_000, 1_000_000
"""Pairs of customer and site, in all and per open site, from which the levels are worth their while."""
FACTOR, LEAST_POINTS, LEAST_PER_OPEN = 4, 3_000, 20
"""Points merged into one from level to level; a level has at least so many, in all and per open site."""
MEMORY, SHRINK, LEAST_STEP = 0.1, 0.7, 1e-4
FIRST_STEP, NEXT_STEP, PATIENCE, STEPS_AT_ONCE = 0.5, 0.1, 15, 50
STALLED, STALLED_BELOW = 0.01, 0.02
"""Rise of the bound in one go, as a fraction of the gap, at which the problem, or a merged one, is left."""
EARLY_STEP = 0.05
"""Steps above this still overshoot: a go of them that raises nothing does not end the climb."""
KICKS_PER_OPEN = 8
LAST_KICKS_PER_OPEN, FRUITLESS_ROUNDS = 2, 3


@dataclass(slots=True)
class Level:
    """A problem on the way to the one that is asked.

    Attributes
    ----------
    problem : its costs are `costs`. open_sites, value : best plan. track, step : prices. counts : of the run.
    """

    problem: FacilityLocation
    costs: PlaneCosts
    crew: Crew
    rng: np.random.Generator
    ground: Field
    track: Track
    open_sites: IntArray
    value: float
    step: float
    counts: dict[str, float] = field(default_factory=dict)

    def offer(self, start: IntArray, effort: int) -> bool:
        """Improve a plan; keep it if it is the best; say whether it is."""
        problem = self.problem
        sites, value = improve(
            self.costs, problem.fixed_cost, start, problem.n_open, rng=self.rng, effort=effort, crew=self.crew
        )
        self.counts["plans"] = self.counts.get("plans", 0.0) + 1.0
        is_better = value < self.value
        if is_better:
            self.open_sites, self.value = sites, value
        return is_better

    def favoured(self) -> IntArray:
        """The sites that the prices chose most often of late, as many as must open."""
        order = np.argsort(-self.track.share, kind="stable")
        return np.sort(order[: self.problem.n_open])

    def all_sites(self) -> Sites:
        """Every site free."""
        n_open = self.problem.n_open
        assert n_open is not None
        return Sites(self.problem.fixed_cost, np.zeros(self.problem.n_sites, np.int8), n_open)

    def climb(self, goal: float, stalled: float) -> bool:
        """Take a few steps; say whether more are of use.

        `stalled` is the rise of the bound, as a fraction of the gap, below which they are not.
        """
        before = float(self.track.bound[0])
        pace = Pace(goal, STEPS_AT_ONCE, MEMORY, self.step, PATIENCE, SHRINK, LEAST_STEP)
        self.step, done = climb_in_plane(self.ground, self.all_sites(), self.track, pace, self.crew)
        self.counts["price steps"] = self.counts.get("price steps", 0.0) + done
        bound = float(self.track.bound[0])
        rises = bound - before > stalled * (self.value - bound) or self.step > EARLY_STEP
        return done == STEPS_AT_ONCE and rises


def is_vast(problem: FacilityLocation) -> bool:
    """Whether the problem is a p-median in the plane that is too large for lists to be of use."""
    costs = problem.costs
    pairs = costs.n_customers * costs.n_sites
    return (
        problem.n_open is not None
        and isinstance(costs, PlaneCosts)
        and pairs >= max(VAST_PAIRS, VAST_PAIRS_PER_OPEN * problem.n_open)
        and bool(np.all(costs.weight > 0.0))
    )


def solve_by_levels(problem: FacilityLocation, bracket: Bracket) -> dict[str, float]:
    """Offer plans and certified bounds to the bracket until it is done or nothing rises or falls any more.

    Returns
    -------
    Counts worth knowing.

    References
    ----------
    Francis, Lowe, Rayco, Tamir (2009), Aggregation error for location models: survey and analysis, Annals
    of Operations Research 167 (what merging costs; here it only provides starts).
    """
    assert isinstance(problem.costs, PlaneCosts)
    rng = np.random.default_rng(bracket.options.seed)
    level = _level_of(problem, problem.costs, crew_of(bracket), rng)
    bracket.offer(level.value, level.open_sites)
    bracket.report("first plan", force=True)
    _raise(level, bracket)
    _plan_on(level, bracket)
    return level.counts


def _level_of(problem: FacilityLocation, costs: PlaneCosts, crew: Crew, rng: np.random.Generator) -> Level:
    """A plan and prices to begin with: from a level with fewer points, where there is one."""
    n_open = problem.n_open
    assert n_open is not None
    least = max(LEAST_POINTS, LEAST_PER_OPEN * n_open)
    fewer = costs.n_customers // FACTOR, max(costs.n_sites // FACTOR, min(costs.n_sites, least))
    if min(fewer) < least:
        start = greedy(costs, problem.fixed_cost, n_open, crew=crew)
        price = _first_prices(problem, costs, start)
        level = _begun(problem, costs, (crew, rng), (start, price, FIRST_STEP))
        level.offer(start, 0)
        return level
    coarse = merged(problem, costs, *fewer)
    below = _level_of(coarse.problem, coarse.costs, crew, rng)
    _work_through(below)
    return _carried(below, coarse, problem, costs)


def _begun(
    problem: FacilityLocation,
    costs: PlaneCosts,
    run: tuple[Crew, np.random.Generator],
    start: tuple[IntArray, FloatArray, float],
) -> Level:
    """A level at open sites, prices and a first step."""
    return Level(
        problem, costs, *run, field_of(costs), new_track(start[1], costs.n_sites), start[0], np.inf, start[2]
    )


def _carried(below: Level, coarse: Coarse, problem: FacilityLocation, costs: PlaneCosts) -> Level:
    """The level above: open the sites that stand for the merged ones, blend the prices."""
    price = spread(coarse.costs, below.track.best, costs)
    start = np.sort(coarse.site[below.open_sites])
    level = _begun(problem, costs, (below.crew, below.rng), (start, price, NEXT_STEP))
    level.counts = below.counts
    level.offer(start, 0)
    return level


def _first_prices(problem: FacilityLocation, costs: PlaneCosts, open_sites: IntArray) -> FloatArray:
    """Cost of service in a plan, plus a share of half of what an average site's customers pay."""
    opened = PlaneCosts(costs.customers, costs.sites[open_sites], costs.weight, costs.rounding)
    near, least = opened.nearest(np.arange(costs.n_customers), 1)
    cost, site = least[:, 0], near[:, 0]
    worth = 0.5 * float(np.sum(cost)) / len(open_sites) + np.maximum(problem.fixed_cost[open_sites], 0.0)
    weight = np.bincount(site, costs.weight, len(open_sites))
    price: FloatArray = cost + costs.weight * (worth / np.where(weight > 0.0, weight, 1.0))[site]
    return price


def _work_through(level: Level) -> None:
    """Climb over merged points, then look for a good plan; both are cheap here and serve as starts."""
    while level.climb(level.value, STALLED_BELOW) and not level.crew.is_over():
        pass
    level.offer(level.favoured(), 0)
    level.offer(level.open_sites, KICKS_PER_OPEN * len(level.open_sites))


def _raise(level: Level, bracket: Bracket) -> None:
    """Climb over all points until the bound rises no more; prove and plan each time the steps double."""
    rounds, goes_on = 0, True
    while goes_on:
        goal = level.value - max(0.9999 * bracket.options.gap, 5e-10) * abs(level.value)
        goes_on = level.climb(max(goal, bracket.certified), STALLED) and not bracket.is_over()
        rounds += 1
        if not goes_on or rounds & (rounds - 1) == 0:
            evaluation = evaluate_in_plane(level.ground, level.all_sites(), level.track.best, level.crew)
            bracket.prove(evaluation.bound)
            level.offer(level.favoured(), 0)
            bracket.offer(level.value, level.open_sites)
            goes_on = goes_on and not bracket.is_done()
        bracket.report("prices")


def _plan_on(level: Level, bracket: Bracket) -> None:
    """Kick the best plan for as long as that helps."""
    fruitless = 0
    while fruitless < FRUITLESS_ROUNDS and not bracket.is_done():
        is_better = level.offer(level.open_sites, LAST_KICKS_PER_OPEN * len(level.open_sites))
        fruitless = 0 if is_better else fruitless + 1
        bracket.offer(level.value, level.open_sites)
        bracket.report("plans")
