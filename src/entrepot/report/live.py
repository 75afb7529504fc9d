"""Progress while a run is on: a live line on a terminal, plain lines elsewhere; Ctrl-C keeps the plan."""

import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.text import Text

if TYPE_CHECKING:
    from entrepot.location import Progress

QUIET_SECONDS = 5.0
"""Plain lines come no more often than this, unless the phase changes."""
STOPPING = "Stopping, keeping the best plan (Ctrl-C again to abort)."


class LiveWatcher:
    """Shows progress on a console and remembers whether the user wants to stop.

    Parameters
    ----------
    console : of rich; standard error, so that answers stay alone on standard output.
    line_of : writes one line of progress.
    """

    def __init__(self, console: Console, line_of: "Callable[[Progress], str]") -> None:
        self._console, self._line_of = console, line_of
        self._live: Live | None = None
        self._is_stopping = False
        self._last_phase, self._last_time = "", -math.inf

    def report(self, progress: "Progress") -> None:
        """Show where the solver stands."""
        if self._live is not None:
            self._live.update(Text(self._line_of(progress)))
            return
        now = time.monotonic()
        if progress.phase == self._last_phase and now - self._last_time < QUIET_SECONDS:
            return
        self._last_phase, self._last_time = progress.phase, now
        self._console.print(self._line_of(progress), highlight=False, markup=False, soft_wrap=True)

    def should_stop(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._is_stopping

    def stop(self) -> None:
        """Ask for the best plan known, now; the second time abort.

        Raises
        ------
        KeyboardInterrupt : asked before.
        """
        if self._is_stopping:
            raise KeyboardInterrupt
        self._is_stopping = True
        self._console.print(STOPPING, highlight=False)


@contextmanager
def watching(console: Console, line_of: "Callable[[Progress], str] | None" = None) -> Iterator[LiveWatcher]:
    """Watch a run; Ctrl-C asks it to stop, and what was there before is put back at the end."""
    watcher = LiveWatcher(console, line_of or progress_line)

    def on_interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        watcher.stop()

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        if console.is_terminal:
            with Live(console=console, refresh_per_second=8, transient=True) as live:
                watcher._live = live
                yield watcher
                watcher._live = None
        else:
            yield watcher
    finally:
        signal.signal(signal.SIGINT, before)


def progress_line(progress: "Progress") -> str:
    """Phase, elapsed time, plan, bound (million) and gap in one line; what is not known yet is left out."""
    parts = [f"{progress.elapsed:6.1f} s", progress.phase]
    if math.isfinite(progress.value):
        parts.append(f"plan {progress.value / 1e6:,.2f} m")
    if math.isfinite(progress.bound):
        parts.append(f"bound {progress.bound / 1e6:,.2f} m")
    if math.isfinite(progress.gap):
        parts.append(f"gap {100 * progress.gap:.2f} %")
    return "  ".join(parts)


def siting_line(progress: "Progress") -> str:
    """The same for a classic problem, whose value has no known unit."""
    parts = [f"{progress.elapsed:6.1f} s", progress.phase]
    if math.isfinite(progress.value):
        parts.append(f"plan {progress.value:,.10g}")
    if math.isfinite(progress.bound):
        parts.append(f"bound {progress.bound:,.10g}")
    if math.isfinite(progress.gap):
        parts.append(f"gap {100 * progress.gap:.3f} %")
    return "  ".join(parts)
