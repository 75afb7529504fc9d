"""p-centre by sampling: the optimum of a few customers bounds that of all, and the worst served join them.

For a sample S the threshold r is impossible if no p sites reach all of S at cost r. Then the optimum of
S, and so that of all customers, is at least the next larger cost in the rows of S. Where p sites do reach S,
their plan is tried on all customers; those beyond r that it serves worst join S until r is met or impossible
(Contardo, Iori, Kramer 2019; Ales, Duran-Mateluna, Elloumi 2024).
"""

from dataclasses import dataclass, field

import numpy as np

from entrepot.location import Options, Watcher
from entrepot.location.centre import Centre
from entrepot.location.facility_location import Siting
from entrepot.location.problem import BoolArray, FloatArray, IntArray
from entrepot.solvers.bracket import Bracket
from entrepot.solvers.centre.cover import Cover, decide
from entrepot.solvers.centre.reach import least_costs, served, within
from entrepot.solvers.status import claim_scheduler

PER_SITE = 1
"""Customers that join the sample per site and plan."""


@dataclass(slots=True, eq=False)
class Sample:
    """Customers sampled, and their pairs with sites that cost less than the best plan.

    Attributes
    ----------
    customers : (n,) indices. row, site, cost : (n_pairs,) row is a position in `customers`.
    """

    problem: Centre
    bracket: Bracket
    is_in: BoolArray = field(init=False)
    customers: IntArray = field(init=False)
    row: IntArray = field(init=False)
    site: IntArray = field(init=False)
    cost: FloatArray = field(init=False)
    thresholds: int = 0
    rounds: int = 0
    claims: int = 0

    def __post_init__(self) -> None:
        self.is_in = np.zeros(self.problem.costs.n_customers, dtype=np.bool_)
        self.customers = np.zeros(0, dtype=np.int64)
        self.row, self.site, self.cost = self.customers, self.customers, np.zeros(0)

    def add(self, customers: IntArray) -> None:
        """Sample further customers."""
        new = np.unique(customers[~self.is_in[customers]])
        self.is_in[new] = True
        row, site, cost = within(self.problem.costs, new, self.bracket.value)
        self.row = np.concatenate([self.row, row + len(self.customers)])
        self.site, self.cost = np.concatenate([self.site, site]), np.concatenate([self.cost, cost])
        self.customers = np.concatenate([self.customers, new])

    def thresholds_left(self) -> FloatArray:
        """Different costs from the bound up to, and without, the value of the best plan; ascending."""
        near = self.cost < self.bracket.value
        self.row, self.site, self.cost = self.row[near], self.site[near], self.cost[near]
        return np.unique(self.cost[self.cost >= self.bracket.claimed])

    def decided(self, threshold: float) -> Cover:
        """Whether p sites reach the sample at this cost."""
        near = self.cost <= threshold
        self.thresholds += 1
        return decide(self.row[near], self.site[near], len(self.customers), self.problem.n_open, self.bracket)

    def offer(self, plan: IntArray) -> tuple[IntArray, FloatArray]:
        """Try a plan on all customers: the site of each, and what it pays."""
        site, cost = served(self.problem.costs, np.sort(plan))
        self.bracket.offer(float(cost.max()), plan)
        return site, cost


def solve(problem: Centre, options: Options, watcher: Watcher) -> Siting:
    """Solve a p-centre problem.

    Parameters
    ----------
    problem : costs and count. options : gap, time, rounds (thresholds). There is no random choice that
        the seed could change.

    Returns
    -------
    Siting
        `value` is the largest cost of a customer, to be minimised. Every customer is served by its
        cheapest open site. The certified bound rests on empty rows, packings and recomputed LP duals; the
        claimed one also on covers that HiGHS's MIP solver found impossible.
    """
    bracket = Bracket("minimise", options, watcher)
    claim_scheduler()
    sample = Sample(problem, bracket)
    first = _start(sample)
    sample.add(first)
    bracket.report("first plan", force=True)
    while not bracket.is_done() and sample.rounds < options.rounds:
        sample.rounds += 1
        if not _halve(sample):
            break
        bracket.report("thresholds", force=True)
    return _answer(sample)


def _start(sample: Sample) -> IntArray:
    """A bound, a plan: p times serve who pays most by his cheapest site. Returns those customers."""
    problem, bracket = sample.problem, sample.bracket
    costs = problem.costs
    site, least = least_costs(costs)
    bracket.prove(float(least.max()))
    everyone = np.arange(costs.n_customers)
    worst = int(np.argmax(least))
    chosen, plan, paid = [worst], [int(site[worst])], np.full(costs.n_customers, np.inf)
    while True:
        paid = np.minimum(paid, costs.between(everyone, np.full(1, plan[-1])))
        worst = int(np.argmax(paid))
        chosen.append(worst)
        if len(plan) == problem.n_open or paid[worst] <= bracket.certified:
            break
        plan.append(int(site[worst]))
    bracket.offer(float(paid.max()), np.unique(plan))
    return np.array(chosen)


def _halve(sample: Sample) -> bool:
    """Decide the middle one of the thresholds left for all customers; False where that failed.

    While p sites reach the sample at that cost, but not all customers, the worst served join the sample.
    """
    bracket = sample.bracket
    levels = sample.thresholds_left()
    threshold = float(levels[len(levels) // 2])
    while not bracket.is_over():
        cover = sample.decided(threshold)
        bracket.report("thresholds")
        if cover.verdict == "unknown":
            return False
        if cover.verdict != "plan":
            _raise(sample, threshold, cover)
            return True
        site, paid = sample.offer(cover.plan)
        if float(paid.max()) <= threshold:
            return True
        sample.add(_worst_served(site, paid, threshold, sample.problem.n_open))
    return False


def _raise(sample: Sample, threshold: float, cover: Cover) -> None:
    """The optimum is at least the sample's next cost above what is impossible, or the best plan's value."""
    bracket = sample.bracket
    bound = float(np.min(sample.cost[sample.cost > threshold], initial=bracket.value))
    if cover.verdict == "proved impossible":
        bracket.prove(bound)
    else:
        sample.claims += 1
        bracket.claim(bound)


def _worst_served(site: IntArray, paid: FloatArray, threshold: float, n_open: int) -> IntArray:
    """Of each open site who pays most, if more than the threshold; and those who pay most of all.

    The latter are what the next plan would miss; rows that others imply cost nothing.
    """
    bad = np.flatnonzero(paid > threshold)
    order = bad[np.lexsort((-paid[bad], site[bad]))]
    _, first = np.unique(site[order], return_index=True)
    return np.union1d(order[first], np.argsort(-paid, kind="stable")[: PER_SITE * n_open])


def _answer(sample: Sample) -> Siting:
    problem, bracket = sample.problem, sample.bracket
    plan = bracket.open_sites
    if plan is None:
        raise AssertionError("the start always offers a plan")
    site, _ = served(problem.costs, plan)
    statistics = {
        "rounds": float(sample.rounds),
        "sampled customers": float(len(sample.customers)),
        "covers": float(sample.thresholds),
        "claims": float(sample.claims),
    }
    n = problem.costs.n_customers
    return bracket.answer(np.arange(n), site, np.ones(n), statistics)
