"""What it is worth to wait: first periods decided now, the rest once the future is known.

The plan of `analysis.futures` decides everything now. Here only what `model.decided` calls decided now is
common to all futures: what stands in the first periods, and what has to be begun in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from entrepot.analysis.beginning import Put, is_begun, without_new
from entrepot.analysis.effort import Effort
from entrepot.analysis.futures import Outlook, options_of, stay_of
from entrepot.errors import InfeasibleError, SolverError, UsageError
from entrepot.instance import FloatArray, IntArray
from entrepot.location import Progress, Watcher, relative_gap
from entrepot.planning.futures import Change, FuturePlan, FutureSet, Start, build_futures, plan_jointly
from entrepot.plans.result import Proof

NEVER = -1
LOOSER = 5.0
"""How much wider the gap may be of a plan that is known to be beaten."""
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class SiteTiming:
    """When a site opens, and what the other choice would cost.

    Attributes
    ----------
    site : index. opens : (n_futures,) first period in which it is open, -1 = never.
    is_begun : whether it is begun now: opened in the decided periods, or ordered in them.
    otherwise : the best plan found in which it is not begun now, or is; None where there is none.
    loss : what that plan is worth less, EUR on average: at least and at most. An opening that is put off
        moves to now once it becomes cheaper by that amount, one that is begun now once it becomes dearer.
    shifting_weight : (n_futures,) weight from which on the other choice is better, the weights of the other
        futures in proportion; nan where no weight of the future does it. By the two plans found: at the
        latest from there.
    """

    site: int
    opens: IntArray
    is_begun: bool
    otherwise: FuturePlan | None
    loss: Interval
    shifting_weight: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """What it is worth to wait.

    Attributes
    ----------
    n_decided : first periods that are decided now. weights : (n_futures,).
    flexible : the best plan that decides the rest once the future is known.
    gain : what it is worth more than deciding everything now, EUR on average: at least and at most.
    found_gain : the same by the plans found, EUR.
    nothing_now : the best plan in which nothing new is begun now; None where limits forbid it.
    loss_of_nothing : what it is worth less than `flexible`, EUR: at least and at most.
    sites : those that some plan opens, in the order of the instance.
    """

    n_decided: int
    weights: FloatArray
    flexible: FuturePlan
    gain: Interval
    found_gain: float
    nothing_now: FuturePlan | None
    loss_of_nothing: Interval
    sites: tuple[SiteTiming, ...]


def value_waiting(outlook: Outlook, *, n_decided: int = 1, effort: Effort | None = None) -> Waiting:
    """Decide only the first periods now, and ask for each site what the other choice would cost.

    Parameters
    ----------
    outlook : as `entrepot.face_futures` returns it. n_decided : first periods that are decided now.
    effort : how far each plan is searched, and who watches.

    Raises
    ------
    UsageError : `n_decided` leaves nothing to decide now, or nothing to wait for.
    SolverError : no plan was found in time.
    """
    n_periods = outlook.futures[0].instance.n_periods
    if not 1 <= n_decided < n_periods:
        raise UsageError(
            f"{n_decided} periods of {n_periods} cannot be decided first: give 1 to {n_periods - 1}."
        )
    effort = effort or Effort()
    search = _Search(build_futures(outlook.futures), n_decided, effort)
    start = Start([each.memory for each in outlook.alone], outlook.expected.columns)
    first = search.plan("deciding later", start)
    if first is None or not first.plans:
        raise SolverError("No plan was found in time. Give it more --seconds.")
    again = Start(memory=first.memory)
    beaten_at = first.proof.value
    nothing = search.plan("nothing begun now", again, without_new, beaten_at=beaten_at)
    asked = {site: _other_choice(search, first, site, again) for site in _sites_in_question(outlook, first)}
    pool = [each for each in (first, nothing, *asked.values()) if each is not None and each.plans]
    flexible = _best_of(pool, first, search.known.weights)
    return Waiting(
        n_decided=n_decided,
        weights=search.known.weights,
        flexible=flexible,
        gain=_difference(flexible, outlook.expected),
        found_gain=max(flexible.proof.value - outlook.expected.proof.value, 0.0),
        nothing_now=nothing,
        loss_of_nothing=_loss(flexible, nothing),
        sites=tuple(_timing(search, site, (first, flexible, other), pool) for site, other in asked.items()),
    )


@dataclass(slots=True, eq=False)
class _UntilBeaten:
    """Watcher of a run whose plan is compared with a better one: it need not be searched to the end."""

    watcher: Watcher
    beaten_at: float
    gap: float
    is_enough: bool = False

    def report(self, progress: Progress) -> None:
        """Pass on, and see whether the run may end."""
        self.watcher.report(progress)
        self.is_enough = progress.bound < self.beaten_at and progress.gap <= self.gap

    def should_stop(self) -> bool:
        """Whether the run may end, or the user wants it to."""
        return self.is_enough or self.watcher.should_stop()


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """Joint runs with the first periods in common."""

    known: FutureSet
    n_decided: int
    effort: Effort

    @property
    def asked(self) -> tuple[FutureSet, int]:
        """The futures, and how many periods are decided now."""
        return self.known, self.n_decided

    def plan(
        self, label: str, start: Start, change: Change | None = None, *, beaten_at: float = -np.inf
    ) -> FuturePlan | None:
        """The best plan under a rule; None where no plan keeps it.

        Once no such plan is worth `beaten_at`, EUR, a gap `LOOSER` times as wide will do.
        """
        watcher = self.effort.told(label)
        how = (options_of(self.effort), _UntilBeaten(watcher, beaten_at, LOOSER * self.effort.gap))
        weights = self.known.weights
        try:
            return plan_jointly(self.known, weights, self.n_decided, how, start=start, change=change)
        except InfeasibleError:
            return None


def _best_of(pool: Sequence[FuturePlan], first: FuturePlan, weights: FloatArray) -> FuturePlan:
    """The plan worth most: a rule only takes plans away, so one found under it may be the best of all."""
    best = max(pool, key=lambda each: each.proof.value)
    return best if best is first else _bounded(best, first.proof, weights)


def _bounded(plan: FuturePlan, proof: Proof, weights: FloatArray) -> FuturePlan:
    """The plan with the bounds of another run."""
    value = plan.proof.value
    claimed, certified = max(proof.claimed_bound, value), max(proof.certified_bound, value)
    costs = [verdict.ledger.controllable_cost for verdict in plan.verdicts]
    cost = float(weights @ np.array(costs))
    bounded = replace(
        plan.proof,
        claimed_bound=claimed,
        certified_bound=certified,
        gap=relative_gap(value, claimed, cost),
        certified_gap=relative_gap(value, certified, cost),
    )
    return replace(plan, proof=bounded)


def _other_choice(search: _Search, first: FuturePlan, site: int, again: Start) -> FuturePlan | None:
    """The best plan in which a site is put off that the first plan begins now, or begun that it does not."""
    begun, label = is_begun(*search.asked, first, site), search.known.futures[0].instance.sites.labels[site]
    words = f"{label} put off" if begun else f"{label} begun now"
    return search.plan(words, again, Put(site, not begun, label), beaten_at=first.proof.value)


def _timing(
    search: _Search,
    site: int,
    runs: tuple[FuturePlan, FuturePlan, FuturePlan | None],
    pool: Sequence[FuturePlan],
) -> SiteTiming:
    """When a site opens in the best plan, against the best one that makes the other choice.

    Parameters
    ----------
    runs : the first plan, the best one, and what the run with the first plan's other choice found.
    """
    first, flexible, asked = runs
    begun = is_begun(*search.asked, flexible, site)
    was_asked = begun == is_begun(*search.asked, first, site)
    others = [each for each in pool if is_begun(*search.asked, each, site) != begun]
    bound = asked if was_asked else first
    other = max(others, key=lambda each: each.proof.value, default=None)
    if other is not None and bound is not None:
        other = _bounded(other, bound.proof, search.known.weights)
    opens = np.array([_first_open(plan.size[site]) for plan in flexible.plans], dtype=np.int64)
    return SiteTiming(
        site=site,
        opens=opens,
        is_begun=begun,
        otherwise=other,
        loss=_loss(flexible, other if other is not None else asked),
        shifting_weight=shifting_weights(search.known.weights, flexible, other),
    )


def shifting_weights(weights: FloatArray, chosen: FuturePlan, other: FuturePlan | None) -> FloatArray:
    """Weight of each future from which on the other plan is better on average, (n_futures,); nan = none.

    The weights of the other futures keep their proportions: with differences d (chosen less other) and mean E
    of the others, the weight w of future s solves w d_s + (1 - w) E = 0.
    """
    if other is None:
        return np.full(len(weights), np.nan)
    less = chosen.values - other.values
    found = np.full(len(weights), np.nan)
    for s, weight in enumerate(weights):
        rest = 1.0 - weight
        if less[s] >= 0.0 or rest <= 0.0:
            continue
        mean = float((weights @ less - weight * less[s]) / rest)
        if mean > 0.0:
            found[s] = mean / (mean - less[s])
    return found


def _difference(one: FuturePlan, other: FuturePlan) -> Interval:
    """What one plan is worth more than another, EUR: at least and at most, never below 0."""
    least = one.proof.value - other.proof.claimed_bound
    most = one.proof.claimed_bound - other.proof.value
    return max(least, 0.0), max(most, 0.0)


def _loss(best: FuturePlan, other: FuturePlan | None) -> Interval:
    if other is None:
        return np.inf, np.inf
    if not other.plans:
        return max(best.proof.value - other.proof.claimed_bound, 0.0), np.inf
    return _difference(best, other)


def _sites_in_question(outlook: Outlook, flexible: FuturePlan) -> list[int]:
    """Sites that are not there yet and that some plan opens."""
    sites = outlook.futures[0].instance.sites
    ever = (stay_of(outlook).size > 0).any(axis=(0, 2))
    for plan in flexible.plans:
        ever = ever | (plan.size > 0).any(axis=1)
    return [j for j in np.flatnonzero(ever).tolist() if sites.status[j] in ("candidate", "forced")]


def _first_open(size: IntArray) -> int:
    is_open = np.flatnonzero(size > 0)
    return int(is_open[0]) if len(is_open) else NEVER
