"""A rival's best reply to a plan of ours: the centres that it adds, and the proof that none are better."""

from dataclasses import dataclass, replace

import numpy as np

from entrepot.analysis.capture import refuse_fixed_assortment
from entrepot.analysis.prospects import prospects_of, seeks_profit, value_of
from entrepot.errors import SolverError, UsageError
from entrepot.instance import FloatArray, Instance, IntArray, RivalCentres
from entrepot.location import Options, Solution, Unwatched, Watcher
from entrepot.model.reply import Prospects, added_centres, reply_problem
from entrepot.plans.plan import Plan
from entrepot.solvers.engine import solve

DEFAULT_MOST = 2
"""Centres that a rival may add where nothing else is said."""
LEAST_GAIN = 1e-9
"""A centre that adds less than this part of the reply's gain is left out of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Reply:
    """What a rival does in answer to a plan, and what is proved about it.

    Attributes
    ----------
    rival : index. candidate : (n_added,) indices into `RivalCandidates`; empty = it does nothing.
    period : (n_added,) period in which each opens.
    seeks : "volume" (parcels over the horizon) or "profit" (EUR discounted, after its centres' cost).
    gain : what the reply brings it, in what it seeks. bound : no reply brings it more.
    certified_bound : the same, recomputed without a solver.
    captured : (2,) parcels over the horizon, before and after.
    stop_reason : why the search stopped.
    """

    rival: int
    candidate: IntArray
    period: IntArray
    seeks: str
    gain: float
    bound: float
    certified_bound: float
    captured: FloatArray
    stop_reason: str

    @property
    def gap(self) -> float:
        """What a better reply could still bring, as a part of the gain; 0 = this one is best."""
        left = max(self.bound - self.gain, 0.0)
        return 0.0 if left == 0.0 else left / max(abs(self.gain), 1e-10)


def find_reply(
    instance: Instance,
    plan: Plan,
    rival: str | int,
    *,
    most: int | None = None,
    seconds: float = 60.0,
    seed: int = 1,
    watcher: Watcher | None = None,
) -> Reply:
    """Find the best reply of a rival: at most so many of its candidates, opened when it likes.

    Parameters
    ----------
    instance : the problem, with the rival's candidates. plan : ours; it stays as it is.
    rival : its key, or its index. most : centres that it may add, `DEFAULT_MOST` where None.
    seconds : wall-clock limit of the search, s. seed : of every random choice.
    watcher : told of progress, asked whether to stop.

    Returns
    -------
    Reply
        Where the rival's margin is stated it seeks profit: margin x parcels captured beyond those of today,
        less opening and fixed costs, discounted at the study's rate, each centre opened in the period that
        suits it. Otherwise it seeks volume and opens as early as it can. Its other centres and all other
        rivals stay as they are.

    Raises
    ------
    UsageError : there is no such rival, or rivals have no part in the study.
    SolverError : the search ended without an answer, or its value does not stand.
    """
    refuse_fixed_assortment(instance)
    found = rival_of(instance, rival)
    prospects, before = prospects_of(instance, plan, found, DEFAULT_MOST if most is None else most)
    seeks = "profit" if seeks_profit(instance, found) else "volume"
    if not prospects.may_open.any() or prospects.most < 1 or not np.any(prospects.value > 0.0):
        nothing = np.zeros(0, dtype=np.int64)
        parcels = np.full(2, before)
        return Reply(found, nothing, nothing, seeks, 0.0, 0.0, 0.0, parcels, "proved")
    options = Options(gap=0.0, seconds=seconds, seed=seed)
    solution = solve(reply_problem(instance, prospects), options, watcher or Unwatched())
    if solution.columns is None:
        raise SolverError(f"No reply of {instance.rivals.labels[found]} was found. Give it more --seconds.")
    candidate, period = _useful(prospects, *added_centres(prospects, solution))
    return _checked(prospects, (candidate, period), seeks, solution, before)


def with_replies(instance: Instance, *replies: Reply) -> Instance:
    """The instance after the rivals' replies: their new centres stand among the rivals' centres."""
    candidate = np.concatenate([np.zeros(0, dtype=np.int64), *(reply.candidate for reply in replies)])
    period = np.concatenate([np.zeros(0, dtype=np.int64), *(reply.period for reply in replies)])
    if not len(candidate):
        return instance
    old, new, km = instance.rival_centres, instance.rival_candidates, instance.distances
    is_open = np.arange(instance.n_periods) >= period[:, None]
    centres = RivalCentres(
        labels=(*old.labels, *(new.labels[c] for c in candidate)),
        rival_index=np.concatenate([old.rival_index, new.rival_index[candidate]]),
        country_index=np.concatenate([old.country_index, new.country_index[candidate]]),
        latitude=np.concatenate([old.latitude, new.latitude[candidate]]),
        longitude=np.concatenate([old.longitude, new.longitude[candidate]]),
        area=np.concatenate([old.area, new.area[candidate]]),
        is_open=np.concatenate([old.is_open, is_open]),
    )
    rival_market = np.concatenate([km.rival_market, km.candidate_market[candidate]])
    return replace(instance, rival_centres=centres, distances=replace(km, rival_market=rival_market))


def rival_of(instance: Instance, rival: str | int) -> int:
    """Index of a rival by its key or index.

    Raises
    ------
    UsageError : there is no such rival.
    """
    ids = instance.rivals.ids
    if isinstance(rival, int) and 0 <= rival < len(ids):
        return rival
    if rival in ids:
        return ids.index(str(rival))
    raise UsageError(f"There is no rival {rival!r}; there are {', '.join(ids) or 'none'}.")


def _useful(prospects: Prospects, candidate: IntArray, period: IntArray) -> tuple[IntArray, IntArray]:
    """The centres without those whose absence costs the reply nothing."""
    kept = np.ones(len(candidate), dtype=np.bool_)
    total = value_of(prospects, candidate, period)[0]
    for row in range(len(candidate)):
        kept[row] = False
        without = value_of(prospects, candidate[kept], period[kept])[0]
        kept[row] = without < total - LEAST_GAIN * max(abs(total), 1.0)
    return candidate[kept], period[kept]


def _checked(
    prospects: Prospects,
    added: tuple[IntArray, IntArray],
    seeks: str,
    solution: Solution,
    before: float,
) -> Reply:
    """The reply with its gain summed up anew, held against the engine's claim.

    Raises
    ------
    SolverError : the engine's value does not stand.
    """
    gain, parcels = value_of(prospects, *added)
    if abs(gain - solution.value) > 1e-6 * max(1.0, abs(solution.value), float(solution.claimed_bound)):
        raise SolverError(
            f"The solver values the reply at {solution.value:,.2f}, the recount at {gain:,.2f}. "
            "Please report this with the study."
        )
    return Reply(
        rival=prospects.rival,
        candidate=added[0],
        period=added[1],
        seeks=seeks,
        gain=gain,
        bound=max(solution.claimed_bound, gain),
        certified_bound=max(solution.certified_bound, gain),
        captured=np.array([before, before + parcels]),
        stop_reason=solution.stop_reason,
    )
