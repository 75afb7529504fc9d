"""A better plan by the exact cost of pooled stock: slope scaling after the search with chords.

References
----------
D. Kim, P. M. Pardalos, 1999, A solution approach to the fixed charge network flow problem using a dynamic
slope scaling procedure, Operations Research Letters 24(4).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from entrepot.instance import Instance
from entrepot.location import LocationProblem, Memory, Options, Progress, Solution, Watcher, value_of
from entrepot.model.build import Built
from entrepot.model.settling import settled
from entrepot.model.stock import scaled_stock, stock_undercharge
from entrepot.solvers.clock import Clock, clock_after
from entrepot.solvers.engine import solve

FIRST_SHARE, FIRST_IF_LARGE = 0.6, 0.9
"""Part of the time for the search with chords, whose bound is the bound; the rounds take what it leaves. More
where an instance is large, as little comes of rounds that begin with a gap of percents."""
LARGE = 500
"""Sites x products x periods."""
MOST_ROUNDS = 5
LEAST_SECONDS = 0.05
"""Seconds below which no round begins."""
LEAST_GAIN = 1e-7
"""Gain of a round, relative to the value, below which it is the last."""


@dataclass(frozen=True, slots=True)
class OfRound:
    """Watcher of a round: its numbers are those of another problem, so only the phase is passed on."""

    watcher: Watcher
    phase: str
    before: float
    known: tuple[float, float, float]

    def report(self, progress: Progress) -> None:
        """Pass on, with the exact value and the bound that are known."""
        value, bound, gap = self.known
        phase = f"{self.phase}: {progress.phase}"
        self.watcher.report(Progress(phase, self.before + progress.elapsed, value, bound, gap))

    def should_stop(self) -> bool:
        """Ask the user's watcher."""
        return self.watcher.should_stop()


def first_search(instance: Instance, options: Options) -> Options:
    """Options of the search with chords: the whole time, or the part that leaves some for the rounds."""
    if not instance.stock.is_pooled:
        return options
    is_large = instance.n_sites * instance.n_products * instance.n_periods >= LARGE
    return replace(options, seconds=(FIRST_IF_LARGE if is_large else FIRST_SHARE) * options.seconds)


def improved(
    instance: Instance,
    built: Built,
    problem: LocationProblem,
    solution: Solution,
    *,
    options: Options,
    watcher: Watcher,
    dues: Callable[[Solution, Clock], float] = lambda *_: 0.0,
) -> Solution:
    """The solution, or a plan that is worth more by the exact cost of its stock; bounds stay as they are.

    Parameters
    ----------
    problem : that was solved; its stock is charged by `built.stock`. solution : with a plan.
    options : of the whole run; the rounds end with its seconds. dues : what else the problem does not
        charge a plan, EUR; inf where it is none.
    """
    chords = built.stock
    if chords is None or solution.columns is None:
        return solution
    clock = clock_after(options, solution.seconds, watcher)
    missing = stock_undercharge(instance, problem, chords, solution)
    best, worth = solution, solution.value - missing - dues(solution, clock)
    memory, was_interrupted = solution.memory, False
    try:
        for number in range(1, MOST_ROUNDS + 1):
            left = clock.left() / (MOST_ROUNDS + 1 - number)
            if left < LEAST_SECONDS or watcher.should_stop():
                break
            asked = scaled_stock(instance, problem, chords, best)
            spent, known = solution.seconds + clock.elapsed(), (worth, solution.claimed_bound, best.gap)
            mine = OfRound(watcher, f"stock round {number}", spent, known)
            after = memory if isinstance(memory, Memory) else None
            found = solve(asked, replace(options, seconds=left), mine, after)
            memory = found.memory
            if found.columns is None or found.assignment is None:
                break
            value = value_of(problem, found.columns, found.assignment)
            own = replace(solution, columns=found.columns, assignment=found.assignment, value=value)
            own = settled(problem, built.strategy, own)
            exact = own.value - stock_undercharge(instance, problem, chords, own) - dues(own, clock)
            is_better = exact > worth + LEAST_GAIN * abs(worth)
            best, worth = (own, exact) if is_better else (best, worth)
            was_interrupted = found.stop_reason == "interrupted"
            if was_interrupted or not is_better:
                break
    except KeyboardInterrupt:
        was_interrupted = True
    reason = "interrupted" if was_interrupted else solution.stop_reason
    return replace(best, seconds=solution.seconds + clock.elapsed(), stop_reason=reason)
