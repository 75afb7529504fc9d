"""p-centre by sampling: the optimum of a few customers bounds that of all, and the worst served join them.

For a sample S the threshold r is impossible if no p sites reach all of S at cost r. Then the optimum of
S, and so that of all customers, is at least the next larger cost in the rows of S. Where p sites do reach S,
their plan is tried on all customers; those beyond r that it serves worst join S until r is met or impossible
(Contardo, Iori, Kramer 2019; Ales, Duran-Mateluna, Elloumi 2024).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from entrepot.location import Options, Watcher
from entrepot.location.centre import Centre
from entrepot.location.facility_location import Siting
from entrepot.location.problem import BoolArray, FloatArray, IntArray
from entrepot.solvers.bracket import Bracket
from entrepot.solvers.centre.cover import Cover, Question, decide, decide_by_solver
from entrepot.solvers.centre.reach import least_costs, served, within
from entrepot.solvers.crew import Crew
from entrepot.solvers.status import claim_scheduler

BOXES, BOX_ENTRIES = 4000, 40_000_000
"""Most boxes of branch and bound per threshold, and boxes times pairs, before HiGHS's MIP is asked."""
GROWTHS = 8
"""How often the sample grows for a threshold that a linear program leaves open."""
PER_SITE = 1
"""Customers that join the sample per site and plan."""


@dataclass(slots=True, eq=False)
class Sample:
    """Customers sampled, and their pairs with sites that cost less than the best plan.

    Attributes
    ----------
    crew : threads. customers : (n,) indices. row, site, cost : (n_pairs,) row is a position in `customers`.
    """

    problem: Centre
    bracket: Bracket
    crew: Crew
    is_in: BoolArray = field(init=False)
    customers: IntArray = field(init=False)
    row: IntArray = field(init=False)
    site: IntArray = field(init=False)
    cost: FloatArray = field(init=False)
    thresholds: int = 0
    rounds: int = 0
    claims: int = 0
    boxes: int = 0

    def __post_init__(self) -> None:
        self.is_in = np.zeros(self.problem.costs.n_customers, dtype=np.bool_)
        self.customers = np.zeros(0, dtype=np.int64)
        self.row, self.site, self.cost = self.customers, self.customers, np.zeros(0)

    def add(self, customers: IntArray) -> None:
        """Sample further customers."""
        new = np.unique(customers[~self.is_in[customers]])
        self.is_in[new] = True
        row, site, cost = within(self.problem.costs, new, self.bracket.value, self.crew)
        self.row = np.concatenate([self.row, row + len(self.customers)])
        self.site, self.cost = np.concatenate([self.site, site]), np.concatenate([self.cost, cost])
        self.customers = np.concatenate([self.customers, new])

    def thresholds_left(self) -> FloatArray:
        """Different costs from the bound up to, and without, the value of the best plan; ascending."""
        near = self.cost < self.bracket.value
        self.row, self.site, self.cost = self.row[near], self.site[near], self.cost[near]
        return np.unique(self.cost[self.cost >= self.bracket.claimed])

    def decided(self, threshold: float, n_boxes: int) -> Cover:
        """Whether p sites reach the sample at this cost, within a number of boxes of branch and bound."""
        near = self.cost <= threshold
        self.thresholds += 1
        row, site = self.row[near], self.site[near]
        question = Question(row, site, len(self.customers), self.problem.n_open)
        cover = decide(question, self.bracket, n_boxes)
        self.boxes += cover.n_boxes
        return cover

    def decided_quickly(self, threshold: float) -> Cover:
        """The same, by nothing dearer than one linear program."""
        return self.decided(threshold, 1)

    def decided_at_any_cost(self, threshold: float) -> Cover:
        """The same, by HiGHS's MIP where branch and bound takes long."""
        n_boxes = max(1, min(BOXES, BOX_ENTRIES // max(1, int(np.sum(self.cost <= threshold)))))
        cover = self.decided(threshold, n_boxes)
        if cover.left is None or self.bracket.is_over():
            return cover
        return decide_by_solver(cover.left, self.problem.n_open, self.bracket)

    def offer(self, plan: IntArray) -> tuple[IntArray, FloatArray]:
        """Try a plan on all customers: the site of each, and what it pays."""
        site, cost = served(self.problem.costs, np.sort(plan), self.crew)
        self.bracket.offer(float(cost.max()), plan)
        return site, cost


def solve(problem: Centre, options: Options, watcher: Watcher) -> Siting:
    """Solve a p-centre problem.

    Parameters
    ----------
    problem : costs and count. options : gap, time, rounds (thresholds), threads of the passes over all
        customers (programs and trees take one). There is no random choice that the seed could change.

    Returns
    -------
    Siting
        `value` is the largest cost of a customer, to be minimised. Every customer is served by its
        cheapest open site. The certified bound rests on empty rows, packings and trees whose leaves
        are closed by recomputed LP duals; the claimed one also on covers that HiGHS's MIP solver found
        impossible, which it is asked where a tree has grown large.
    """
    bracket = Bracket("minimise", options, watcher)
    claim_scheduler()
    sample = Sample(problem, bracket, Crew(max(1, options.threads)))
    first = _start(sample)
    sample.add(first)
    bracket.report("first plan", force=True)
    _narrow_quickly(sample)
    bracket.report("linear programs", force=True)
    while not bracket.is_done() and sample.rounds < options.rounds:
        sample.rounds += 1
        levels = sample.thresholds_left()
        if not _settle(sample, float(levels[len(levels) // 2]), sample.decided_at_any_cost, 0):
            break
        bracket.report("thresholds", force=True)
    return _answer(sample)


def _start(sample: Sample) -> IntArray:
    """A bound, a plan: p times serve who pays most by his cheapest site. Returns those customers."""
    problem, bracket = sample.problem, sample.bracket
    costs = problem.costs
    site, least = least_costs(costs, sample.crew)
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


def _narrow_quickly(sample: Sample) -> None:
    """Halve the thresholds as far as linear programs and roundings settle them; those above count as met."""
    bracket, ceiling = sample.bracket, np.inf
    while not bracket.is_done() and sample.rounds < bracket.options.rounds:
        levels = sample.thresholds_left()
        levels = levels[levels < ceiling]
        if not len(levels):
            break
        sample.rounds += 1
        threshold = float(levels[len(levels) // 2])
        if not _settle(sample, threshold, sample.decided_quickly, GROWTHS):
            ceiling = threshold


def _settle(sample: Sample, threshold: float, decided: Callable[[float], Cover], growths: int) -> bool:
    """Decide one threshold for all customers; False where that failed.

    While a cover reaches the sample at that cost, but not all customers, the worst served join the sample; a
    cover by more than p sites serves for that `growths` times.
    """
    bracket = sample.bracket
    while not bracket.is_over():
        cover = decided(threshold)
        bracket.report("thresholds")
        if cover.verdict in ("proved impossible", "claimed impossible"):
            _raise(sample, threshold, cover)
            return True
        is_plan = cover.verdict == "plan"
        if not is_plan and (growths == 0 or not len(cover.plan)):
            return False
        growths -= not is_plan
        site, paid = (
            sample.offer(cover.plan) if is_plan else served(sample.problem.costs, cover.plan, sample.crew)
        )
        if float(paid.max()) <= threshold:
            return is_plan
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
    site, _ = served(problem.costs, plan, sample.crew)
    statistics = {
        "rounds": float(sample.rounds),
        "sampled customers": float(len(sample.customers)),
        "covers": float(sample.thresholds),
        "nodes": float(sample.boxes),
        "claims": float(sample.claims),
    }
    n = problem.costs.n_customers
    return bracket.answer(np.arange(n), site, np.ones(n), statistics)
