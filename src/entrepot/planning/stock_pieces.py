"""A closer bound with pooled stock: chords are split where plans lie, and the search goes on.

Once the search with chords is closed, what is left of the gap is how chords value stock. Each round splits
the chords of the keys that they undercharge most in the last plan (`entrepot.model.stock_pieces`), and
searches again from its cuts; every round's bound holds, so the best one is kept.
"""

from dataclasses import dataclass, replace

from entrepot.instance import Instance
from entrepot.location import (
    Assignment,
    Memory,
    Options,
    Solution,
    Watcher,
    charge_of,
    relative_gap,
    value_of,
)
from entrepot.model.settling import settled
from entrepot.model.stock import StockChords, stock_undercharge
from entrepot.model.stock_pieces import Splits, split_at, with_pieces
from entrepot.planning.pooled_stock import LEAST_SECONDS, OfRound, improved
from entrepot.planning.within import Within
from entrepot.solvers.clock import Clock, clock_after
from entrepot.solvers.engine import solve

SCALING_SHARE = 0.4
"""Part of the time left after a closed search that slope scaling may take; the splits take what it leaves."""
MOST_ROUNDS = 8
LEAST_MISSING = 0.02
"""Part of the open gap that a key has to be undercharged by to be split."""
MOST_SPLITS = 150
"""Beyond so many, searches take longer than splits are worth."""
PATIENCE = 1
"""Rounds of the engine before a small problem is given to HiGHS whole: marks of pieces keep rounds busy."""
PART_OF_GAP = 0.5
"""Part of the asked gap that a round's own search may leave open: the pieces leave the rest."""


def with_exact_stock(
    instance: Instance, within: Within, solution: Solution, *, options: Options, watcher: Watcher
) -> tuple[Solution, float]:
    """The best plan by the exact cost of its stock with the best bounds, and the value that the bounds saw.

    Parameters
    ----------
    solution : of the search with chords. options : of the whole run; the rounds end with its seconds.

    Returns
    -------
    The solution, valued as the problem with chords does, and the largest value found in the problem whose
    bound is the solution's, EUR.
    """
    chords = within.built.stock
    is_planned = solution.columns is not None and solution.assignment is not None
    if chords is None or not is_planned or solution.stop_reason == "interrupted":
        return solution, solution.value
    is_closed = solution.stop_reason in ("gap reached", "proved")
    share = SCALING_SHARE if is_closed else 1.0
    part = replace(options, seconds=solution.seconds + share * (options.seconds - solution.seconds))
    better = improved(
        instance,
        within.built,
        within.problem,
        solution,
        options=part,
        watcher=watcher,
        dues=lambda plan, clock: within.dues(instance, plan, clock),
    )
    clock = clock_after(options, better.seconds, watcher)
    if better is not solution and not within.keeps_rooms(instance, better, clock):
        better = replace(solution, seconds=better.seconds, stop_reason=better.stop_reason)
    if not is_closed or better.stop_reason == "interrupted":
        return better, solution.value
    claimed, memory = better.claimed_bound, solution.memory
    search = _Search(instance, within, chords, clock, better, solution.value, claimed, memory)
    try:
        search.run(solution, options, watcher)
    except KeyboardInterrupt:
        search.was_interrupted = True
    return search.answer(), search.reached


@dataclass(slots=True, eq=False)
class _Search:
    """The rounds and what they found.

    Attributes
    ----------
    clock : of what is left of the run. best : plan, valued as the problem with chords does.
    reached : largest value found in the problem with the best claimed bound. claimed : that bound.
    memory : of the last search. is_over : whether it ended for want of time. was_interrupted : whether Ctrl-C
        ended it.
    """

    instance: Instance
    within: Within
    chords: StockChords
    clock: Clock
    best: Solution
    reached: float
    claimed: float
    memory: Memory | None
    is_over: bool = False
    was_interrupted: bool = False

    def run(self, first: Solution, options: Options, watcher: Watcher) -> None:
        """Split and search until the asked gap is reached, nothing is left to split, or time is up."""
        splits = self._split({}, first, options)
        for number in range(1, MOST_ROUNDS + 1):
            left, spent = self.clock.left(), self.best.seconds + self.clock.elapsed()
            if not splits or left < LEAST_SECONDS or watcher.should_stop() or self._gap() <= options.gap:
                return
            known = self._worth(self.best), self.claimed, self._gap()
            mine = OfRound(watcher, f"splitting chords, round {number}", spent, known)
            share = replace(options, seconds=left, gap=PART_OF_GAP * options.gap, patience=PATIENCE)
            found = self._round(splits, share, mine)
            more = splits if found is None else self._split(splits, found, options)
            if self.is_over or self.was_interrupted or _count(more) == _count(splits):
                return
            splits = more

    def _round(self, splits: Splits, options: Options, watcher: Watcher) -> Solution | None:
        """Search with the chords split; the plan as one of the problem with chords."""
        problem = self.within.problem
        asked = with_pieces(self.instance, problem, self.chords, splits)
        found = solve(asked, options, watcher, self.memory)
        if found.stop_reason == "infeasible":  # with a plan it cannot be: nothing is concluded from it
            return None
        self.memory, self.is_over = found.memory, found.stop_reason == "time limit"
        self.was_interrupted = found.stop_reason == "interrupted"
        certified = max(min(self.best.certified_bound, found.certified_bound), found.claimed_bound)
        self.best = replace(self.best, certified_bound=certified)
        if found.claimed_bound < self.claimed:
            self.claimed, self.reached = found.claimed_bound, found.value
        if found.columns is None or found.assignment is None:
            return None
        columns = found.columns[: problem.n_columns]
        value = value_of(problem, columns, found.assignment)
        own = replace(self.best, columns=columns, assignment=found.assignment, value=value)
        own = settled(problem, self.within.built.strategy, own)
        is_better = self._worth(own) > self._worth(self.best)
        if is_better and self.within.keeps_rooms(self.instance, own, self.clock):
            self.best = own
        return own

    def _split(self, splits: Splits, plan: Solution, options: Options) -> Splits:
        """More splits, at the throughputs of a plan and of the best one."""
        if _count(splits) >= MOST_SPLITS:
            return splits
        least = LEAST_MISSING * max(self._gap(), options.gap) * self._charge()
        for each in (self.best, plan):
            flows = each.assignment
            assert isinstance(flows, Assignment)
            splits = split_at(self.instance, self.within.problem, self.chords, splits, flows, least)
        return splits

    def _worth(self, plan: Solution) -> float:
        missing = stock_undercharge(self.instance, self.within.problem, self.chords, plan)
        return plan.value - missing - self.within.dues(self.instance, plan, self.clock)

    def _charge(self) -> float:
        assert self.best.columns is not None
        assert self.best.assignment is not None
        return charge_of(self.within.problem, self.best.columns, self.best.assignment)

    def _gap(self) -> float:
        return relative_gap(self._worth(self.best), self.claimed, self._charge())

    def answer(self) -> Solution:
        """The best plan with the best bounds."""
        reason = "time limit" if self.is_over else self.best.stop_reason
        return replace(
            self.best,
            claimed_bound=self.claimed,
            seconds=self.best.seconds + self.clock.elapsed(),
            stop_reason="interrupted" if self.was_interrupted else reason,
        )


def _count(splits: Splits) -> int:
    return sum(map(len, splits.values()))
