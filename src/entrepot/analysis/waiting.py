"""What it is worth to wait: first periods decided now, the rest once the future is known.

The plan of `analysis.futures` decides everything now. Here only what `model.decided` calls decided now is
common to all futures: what stands in the first periods, and what has to be begun in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, vstack

from entrepot.analysis.effort import Effort
from entrepot.analysis.futures import Outlook, options_of, stay_of
from entrepot.errors import InfeasibleError, SolverError, UsageError
from entrepot.instance import FloatArray, IntArray
from entrepot.location import LocationProblem, Memory
from entrepot.model.decided import begins_before
from entrepot.model.joint import Joint
from entrepot.planning.futures import Change, FuturePlan, FutureSet, build_futures, plan_jointly

NEVER = -1
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class SiteTiming:
    """When a site opens, and what the other choice would cost.

    Attributes
    ----------
    site : index. opens : (n_futures,) first period in which it is open, -1 = never.
    is_begun : whether it is begun now: opened in the decided periods, or ordered in them.
    otherwise : the best plan in which it is not begun now, or is; None where that is impossible.
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
    known = build_futures(outlook.futures)
    search = _Search(known, n_decided, effort)
    memories = [each.memory for each in outlook.alone]
    flexible = search.plan("deciding later", memories=memories)
    if flexible is None or not flexible.plans:
        raise SolverError("No plan was found in time. Give it more --seconds.")
    fixed = outlook.expected.proof
    nothing = search.plan("nothing begun now", start=flexible.memory, change=_without_new)
    return Waiting(
        n_decided=n_decided,
        weights=known.weights,
        flexible=flexible,
        gain=_difference(flexible, outlook.expected),
        found_gain=max(flexible.proof.value - fixed.value, 0.0),
        nothing_now=nothing,
        loss_of_nothing=_loss(flexible, nothing),
        sites=tuple(_timing(search, flexible, site) for site in _sites_in_question(outlook, flexible)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """Joint runs with the first periods in common."""

    known: FutureSet
    n_decided: int
    effort: Effort

    def plan(
        self,
        label: str,
        *,
        memories: Sequence[Memory | None] = (),
        start: Memory | None = None,
        change: Change | None = None,
    ) -> FuturePlan | None:
        """The best plan under a rule; None where no plan keeps it."""
        how = (options_of(self.effort), self.effort.told(label))
        weights = self.known.weights
        try:
            return plan_jointly(
                self.known, weights, self.n_decided, how, memories=memories, start=start, change=change
            )
        except InfeasibleError:
            return None


def _timing(search: _Search, flexible: FuturePlan, site: int) -> SiteTiming:
    instance = search.known.futures[0].instance
    opens = np.array([_first_open(plan.size[site]) for plan in flexible.plans], dtype=np.int64)
    is_begun = _is_begun(search, flexible, site)
    label = instance.sites.labels[site]
    rule = _Put(site, not is_begun, label)
    words = f"{label} begun now" if not is_begun else f"{label} put off"
    other = search.plan(words, start=flexible.memory, change=rule)
    other = other if other is not None and other.plans else None
    return SiteTiming(
        site=site,
        opens=opens,
        is_begun=is_begun,
        otherwise=other,
        loss=_loss(flexible, other),
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


def _is_begun(search: _Search, found: FuturePlan, site: int) -> bool:
    """Whether the openings of a site that are decided now take place."""
    known = search.known
    part, decisions = known.parts[0], known.decisions[0]
    lives = part.strategy.lives
    chosen = decisions[found.decisions[0] > 0.5]
    chosen = chosen[chosen < len(lives.site)]
    mine = chosen[(lives.site[chosen] == site) & (lives.module[chosen] == 1) & (lives.first[chosen] >= 0)]
    instance = known.futures[0].instance
    return any(
        begins_before(instance, site, int(first), search.n_decided) for first in lives.first[mine].tolist()
    )


def _openings(joint: Joint, site: int | None) -> IntArray:
    """Joint columns of decided openings of a site, or of all openings and expansions."""
    lives = joint.parts[0].strategy.lives
    found = []
    for column, group in joint.decided:
        first = int(group[0][0])
        if first >= len(lives.site) or lives.first[first] < 0:
            continue
        if site is None or (lives.site[first] == site and lives.module[first] == 1):
            found.append(column)
    return np.array(found, dtype=np.int64)


def _without_new(joint: Joint) -> LocationProblem:
    """Nothing new is begun now."""
    return _without(joint.problem, _openings(joint, None))


def _without(problem: LocationProblem, columns: IntArray) -> LocationProblem:
    upper = problem.strategic.upper.copy()
    upper[columns] = 0.0
    return replace(problem, strategic=replace(problem.strategic, upper=upper))


@dataclass(frozen=True, slots=True)
class _Put:
    """The rule that a site is begun now, or that it is not."""

    site: int
    now: bool
    label: str

    def __call__(self, joint: Joint) -> LocationProblem:
        """The joint problem under the rule."""
        columns = _openings(joint, self.site)
        if not self.now:
            return _without(joint.problem, columns)
        strategic = joint.problem.strategic
        where = (np.zeros(len(columns), dtype=np.int64), columns)
        row = csr_array((np.ones(len(columns)), where), shape=(1, len(strategic.cost)))
        asked = replace(
            strategic,
            matrix=csr_array(vstack([strategic.matrix, row], format="csr")),
            row_lower=np.append(strategic.row_lower, 1.0),
            row_upper=np.append(strategic.row_upper, np.inf),
            row_names=(*strategic.row_names, f"limit: {self.label} is begun now"),
        )
        return replace(joint.problem, strategic=asked)
