"""How rivals may behave: nobody answers our plan, one of them does, or all do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from entrepot.analysis.prospects import prospects_of, value_of
from entrepot.analysis.reply import DEFAULT_MOST, Reply, find_reply, rival_of, with_replies
from entrepot.errors import UsageError
from entrepot.instance import Instance
from entrepot.location import Watcher
from entrepot.plans.plan import Plan

NOBODY, ALL = "none", "all"
ROUNDS = 10
"""Rounds of replies to replies after which rivals that have not settled are taken as they are."""
WORTH_A_CHANGE = 1e-6
"""A rival changes its mind for more than this part of its gain only."""


@dataclass(frozen=True, slots=True, eq=False)
class Behaviour:
    """What the rivals do.

    Attributes
    ----------
    name : "none", a rival's key, or "all". replies : of the rivals that do something, or could.
    is_settled : False where the rivals still answered each other after `ROUNDS` rounds.
    """

    name: str
    replies: tuple[Reply, ...]
    is_settled: bool = True

    def applied(self, instance: Instance) -> Instance:
        """The instance in which the rivals behave so."""
        return with_replies(instance, *self.replies)


@dataclass(frozen=True, slots=True)
class Search:
    """How replies are searched for.

    Attributes
    ----------
    rivals : indices of those who may answer. most : centres that each may add.
    seconds : per reply. seed : of every random choice. watcher : told of progress, or None.
    """

    rivals: tuple[int, ...]
    most: int = DEFAULT_MOST
    seconds: float = 60.0
    seed: int = 1
    watcher: Watcher | None = None

    def best_reply(self, instance: Instance, plan: Plan, rival: int) -> Reply:
        """The best reply of one rival to a plan."""
        return find_reply(
            instance,
            plan,
            rival,
            most=self.most,
            seconds=self.seconds,
            seed=self.seed,
            watcher=self.watcher,
        )


def answering_rivals(instance: Instance, names: str | Sequence[str] = ()) -> tuple[int, ...]:
    """Rivals that can answer: those named, or all that have candidates.

    Raises
    ------
    UsageError : a rival named is unknown or has no candidates, or no rival has.
    """
    owners = set(instance.rival_candidates.rival_index.tolist())
    if not owners:
        raise UsageError("No rival has candidate centres: fill in the table rival_candidates.")
    named = (names,) if isinstance(names, str) else names
    chosen = tuple(dict.fromkeys(rival_of(instance, name) for name in named)) or tuple(sorted(owners))
    for rival in chosen:
        if rival not in owners:
            raise UsageError(
                f"Rival {instance.rivals.ids[rival]} has no candidate centres: "
                "add rows for it to the table rival_candidates."
            )
    return chosen


def behaviours_against(instance: Instance, plan: Plan, search: Search) -> tuple[Behaviour, ...]:
    """No reply, the best reply of each rival alone, and, of several rivals, the replies of all together."""
    alone = [
        Behaviour(instance.rivals.ids[rival], (search.best_reply(instance, plan, rival),))
        for rival in search.rivals
    ]
    none = Behaviour(NOBODY, ())
    if len(alone) < 2:
        return none, *alone
    return none, *alone, reply_together(instance, plan, search)


def reply_together(instance: Instance, plan: Plan, search: Search) -> Behaviour:
    """Best replies of all rivals to a plan and to each other.

    Notes
    -----
    Rivals answer in turn, each to what the others have added by then, until in a whole round nobody gains by
    a change: a Nash equilibrium in pure strategies of the game that they play once our plan stands. Where
    they go round in a circle the last round counts, and `is_settled` is False.
    """
    replies: dict[int, Reply] = {}
    has_changed = True
    for _ in range(ROUNDS):
        has_changed = False
        for rival in search.rivals:
            others = [reply for owner, reply in replies.items() if owner != rival]
            around = with_replies(instance, *others)
            found = search.best_reply(around, plan, rival)
            held = _held(around, plan, replies[rival], found) if rival in replies else None
            has_changed = has_changed or (held is None and len(found.candidate) > 0) or held is found
            replies[rival] = held or found
        if not has_changed or len(search.rivals) == 1:
            break
    return Behaviour(ALL, tuple(replies.values()), not has_changed or len(search.rivals) == 1)


def _held(around: Instance, plan: Plan, held: Reply, found: Reply) -> Reply:
    """The reply that a rival gave before, valued among the others' centres; the new one if it is better."""
    prospects, before = prospects_of(around, plan, held.rival, len(held.candidate))
    gain, volume = value_of(prospects, held.candidate, held.period)
    if found.gain > gain + WORTH_A_CHANGE * max(1.0, abs(gain)):
        return found
    captured = np.array([before, before + volume])
    return replace(
        held,
        gain=gain,
        bound=max(found.bound, gain),
        certified_bound=max(found.certified_bound, gain),
        captured=captured,
        stop_reason=found.stop_reason,
    )


def same_centres(one: Behaviour, other: Behaviour) -> bool:
    """Whether two behaviours add the same centres at the same times."""
    return _added(one) == _added(other)


def _added(behaviour: Behaviour) -> set[tuple[int, int]]:
    pairs = [np.column_stack([reply.candidate, reply.period]) for reply in behaviour.replies]
    return {(int(c), int(t)) for pair in pairs for c, t in pair}
