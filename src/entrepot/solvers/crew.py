"""Blocks of independent work, several at a time where threads are allowed, until the user says stop."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from entrepot.solvers.bracket import Bracket

Part = TypeVar("Part")


def never() -> bool:
    """Nobody says stop."""
    return False


@dataclass(frozen=True, slots=True)
class Crew:
    """How many work at a time, and who says stop.

    Attributes
    ----------
    threads : at least 1. is_over : whether to end now; asked in the thread of the caller only.
    """

    threads: int = 1
    is_over: Callable[[], bool] = never

    def work(self, do: Callable[[int, int], Part], count: int, at_once: int) -> list[Part]:
        """What `do(first, last)` returns for consecutive blocks of `at_once` of `count` items, in order.

        The blocks do not depend on the number of threads, so neither do their results. Where it is over, only
        the first blocks have been worked on.
        """
        edges = [(first, min(first + at_once, count)) for first in range(0, count, at_once)]
        done: list[Part] = []
        if self.threads == 1 or len(edges) == 1:
            for first, last in edges:
                if self.is_over():
                    break
                done.append(do(first, last))
            return done
        with ThreadPoolExecutor(self.threads) as pool:
            for wave in range(0, len(edges), self.threads):
                if self.is_over():
                    break
                done += pool.map(lambda edge: do(*edge), edges[wave : wave + self.threads])
        return done


ALONE = Crew()
"""One thread, no end."""


def crew_of(bracket: Bracket) -> Crew:
    """The crew that a run may use."""
    return Crew(max(1, bracket.options.threads), bracket.is_over)
