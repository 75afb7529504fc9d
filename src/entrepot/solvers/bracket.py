"""Value and bounds of one run of a classic problem, its clock, and its answer."""

import time
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from entrepot.location import Options, Progress, StopReason, Watcher
from entrepot.location.facility_location import Siting, gap_between
from entrepot.location.problem import FloatArray, IntArray

Sense = Literal["minimise", "maximise"]

REPORT_EVERY = 0.5
EXACT = 1e-9
"""Gap below which value and bound are the same number."""
AGREEMENT = 1e-6
"""Relative amount by which a bound may be on the wrong side of a plan's value through rounding."""


@dataclass(slots=True)
class Bracket:
    """Best plan and best bounds of a run, narrowing towards each other.

    Attributes
    ----------
    sense : whether the value is a cost or a gain. options : limits. watcher : told of progress.
    size : of the amounts that add up to the value, which rounding is relative to; at least |value| counts.
    value : of the best plan. certified, claimed : best bounds. open_sites : of the best plan.
    """

    sense: Sense
    options: Options
    watcher: Watcher
    size: float = 0.0
    begin: float = field(default_factory=time.monotonic)
    value: float = field(init=False)
    certified: float = field(init=False)
    claimed: float = field(init=False)
    open_sites: IntArray | None = None
    trace: list[Progress] = field(default_factory=list)
    was_interrupted: bool = False
    last_report: float = -1.0

    def __post_init__(self) -> None:
        worst = np.inf if self.sense == "minimise" else -np.inf
        self.value, self.certified, self.claimed = worst, -worst, -worst

    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.begin

    def left(self) -> float:
        """Seconds that remain."""
        return self.options.seconds - self.elapsed()

    def is_over(self) -> bool:
        """Whether to end now: time is up or the user asked."""
        if not self.was_interrupted and self.watcher.should_stop():
            self.was_interrupted = True
        return self.was_interrupted or self.left() <= 0.0

    def is_done(self) -> bool:
        """Whether to end now: over, or narrow enough."""
        return self.is_exact() or self.gap() <= self.options.gap or self.is_over()

    def is_exact(self) -> bool:
        """Whether value and bound are the same number."""
        if not (np.isfinite(self.value) and np.isfinite(self.claimed)):
            return False
        return abs(self.value - self.claimed) <= EXACT * max(abs(self.value), self.size)

    def gap(self) -> float:
        """Gap between the best plan and the claimed bound."""
        return gap_between(self.value, self.claimed)

    def offer(self, value: float, open_sites: IntArray) -> bool:
        """Keep a plan if it is better than the best known; say whether it was."""
        is_better = value < self.value if self.sense == "minimise" else value > self.value
        if is_better:
            self.value, self.open_sites = value, np.sort(open_sites)
        return is_better

    def prove(self, bound: float) -> None:
        """Take a bound that weak duality or recomputed leaves prove."""
        tighter = max if self.sense == "minimise" else min
        self.certified = tighter(self.certified, bound)
        self.claimed = tighter(self.claimed, bound)

    def claim(self, bound: float) -> None:
        """Take a bound that also trusts the status of a MIP solver."""
        self.claimed = max(self.claimed, bound) if self.sense == "minimise" else min(self.claimed, bound)

    def report(self, phase: str, force: bool = False) -> None:
        """Report progress, at most every half second unless forced; forced lines enter the trace."""
        now = self.elapsed()
        if not force and now - self.last_report < REPORT_EVERY:
            return
        self.last_report = now
        progress = Progress(phase, now, self.value, self.claimed, self.gap())
        if force:
            self.trace.append(progress)
        self.watcher.report(progress)

    def answer(
        self,
        customer: IntArray,
        site: IntArray,
        fraction: FloatArray,
        statistics: dict[str, float],
        is_infeasible: bool = False,
    ) -> Siting:
        """The run's answer; the bounds are withdrawn where the plan contradicts one by more than rounding."""
        claimed, certified = self._bounds()
        self.report("done", force=True)
        order = np.lexsort((site, customer))
        return Siting(
            open_sites=self.open_sites,
            customer=customer[order],
            site=site[order],
            fraction=fraction[order],
            value=self.value,
            certified_bound=certified,
            claimed_bound=claimed,
            gap=gap_between(self.value, claimed),
            stop_reason="infeasible" if is_infeasible else self._reason(),
            seconds=self.elapsed(),
            trace=tuple(self.trace),
            statistics=statistics,
        )

    def _bounds(self) -> tuple[float, float]:
        sign = 1.0 if self.sense == "minimise" else -1.0
        value, claimed, certified = sign * self.value, sign * self.claimed, sign * self.certified
        if self._is_contradicted():
            return -sign * np.inf, -sign * np.inf
        return sign * min(claimed, value), sign * min(certified, claimed, value)

    def _is_contradicted(self) -> bool:
        """Whether the plan is better than a bound by more than rounding."""
        sign = 1.0 if self.sense == "minimise" else -1.0
        best_bound = max(sign * self.claimed, sign * self.certified)
        return best_bound > sign * self.value + AGREEMENT * max(abs(self.value), self.size, 1.0)

    def _reason(self) -> StopReason:
        if self.was_interrupted:
            return "interrupted"
        if self._is_contradicted():
            return "solver failed"
        if self.is_exact():
            return "proved"
        if self.gap() <= self.options.gap:
            return "gap reached"
        return "time limit" if self.left() <= 0.0 else "no progress"
