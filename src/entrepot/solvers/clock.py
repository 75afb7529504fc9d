"""Time, interruption and progress of one run."""

import time
from dataclasses import dataclass, field, replace

from entrepot.location import Options, Progress, Watcher, relative_gap

REPORT_EVERY = 0.5
EXACT = 1e-8
"""Gap at which nothing is left to prove."""


@dataclass(slots=True)
class Clock:
    """Knows how long a run may take, whether the user wants it to end, and tells him where it stands.

    Attributes
    ----------
    value, charge : of the best plan, EUR. claimed, certified : bounds, EUR. trace : what was reported.
    """

    options: Options
    watcher: Watcher
    begin: float = field(default_factory=time.monotonic)
    value: float = float("-inf")
    charge: float = 0.0
    claimed: float = float("inf")
    certified: float = float("inf")
    trace: list[Progress] = field(default_factory=list)
    was_interrupted: bool = False
    last_report: float = -1.0

    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.begin

    def left(self) -> float:
        """Seconds that remain."""
        return self.options.seconds - self.elapsed()

    def gap(self) -> float:
        """Gap between the best plan and the claimed bound, fraction of the plan's controllable cost."""
        return relative_gap(self.value, self.claimed, self.charge)

    def is_over(self) -> bool:
        """Whether to end now: time is up or the user asked."""
        if not self.was_interrupted and self.watcher.should_stop():
            self.was_interrupted = True
        return self.was_interrupted or self.left() <= 0.0

    def is_done(self) -> bool:
        """Whether to end now: the gap that was asked for is reached, or it is over."""
        return self.gap() <= max(self.options.gap, EXACT) or self.is_over()

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


def clock_after(options: Options, seconds: float, watcher: Watcher) -> Clock:
    """The clock of what a run does after some seconds."""
    return Clock(replace(options, seconds=options.seconds - seconds), watcher)


@dataclass(frozen=True, slots=True)
class Grace:
    """The time of a step that a plan would be lost without: a little even where the run has none left.

    Attributes
    ----------
    clock : of the run. most, least : seconds for the step; `least` even where the run is over.
    """

    clock: Clock
    most: float
    least: float
    begin: float = field(default_factory=time.monotonic)

    def left(self) -> float:
        """Seconds that remain."""
        elapsed = time.monotonic() - self.begin
        return max(self.least - elapsed, min(self.most - elapsed, self.clock.left()))

    def is_over(self) -> bool:
        """Whether to end now: the least is used up, and time is up or the user asked."""
        is_used_up = time.monotonic() - self.begin >= self.least
        return is_used_up and (self.left() <= 0.0 or self.clock.is_over())

    def report(self, phase: str) -> None:
        """Report progress."""
        self.clock.report(phase)
