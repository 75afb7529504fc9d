"""What an engine is asked and what it answers, in canonical terms."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from entrepot.location.memory import Memory
from entrepot.location.problem import FloatArray, LocationProblem

StopReason = Literal[
    "gap reached",
    "proved",
    "time limit",
    "round limit",
    "interrupted",
    "infeasible",
    "no progress",
    "solver failed",
]


@dataclass(frozen=True, slots=True)
class Progress:
    """A line of the live display.

    Attributes
    ----------
    phase : what the engine is doing. elapsed : seconds since the start.
    value : value of the best plan, EUR, -inf before there is one.
    bound : best proven upper bound on the value, EUR, inf before there is one.
    gap : (bound - value) / controllable cost of the plan, inf before both are there.
    """

    phase: str
    elapsed: float
    value: float
    bound: float
    gap: float


class Watcher(Protocol):
    """Told of progress; asked whether to stop."""

    def report(self, progress: Progress) -> None:
        """Take note of where the solver stands."""

    def should_stop(self) -> bool:
        """Whether the user wants the best plan known, now."""


@dataclass(frozen=True, slots=True)
class Unwatched:
    """A watcher that takes no notice and never stops a run."""

    def report(self, progress: Progress) -> None:
        """Take no notice."""

    def should_stop(self) -> bool:
        """Never."""
        return False


@dataclass(frozen=True, slots=True)
class Options:
    """How far to go. The run stops at whichever limit comes first.

    Attributes
    ----------
    gap : fraction of the controllable cost. seconds : wall clock. seed : of every random choice.
    rounds : master rounds after the root, for runs that must not depend on the clock.
    threads : of the kernels, where an engine's docstring does not say that one works alone.
    patience : rounds before a small problem is given to HiGHS whole; None = as many as its size asks for.
    """

    gap: float = 0.005
    seconds: float = 120.0
    seed: int = 1
    rounds: int = 1000
    threads: int = 2
    patience: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """Flows of a solution as a list of used (way, configuration) pairs, sorted by way.

    Attributes
    ----------
    way : (n_used,) index. enabler : (n_used,) configuration that carries it, -1 = none needed.
    fraction : (n_used,) x, fraction of the cell.
    """

    way: NDArray[np.int64]
    enabler: NDArray[np.int64]
    fraction: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Plan, bounds and the reason for stopping: kept apart.

    Attributes
    ----------
    columns : (n_columns,) y of the best plan, or None. assignment : its flows, or None.
    value : of the best plan, EUR, -inf where none.
    certified_bound : upper bound by weak duality, recomputed without a solver, EUR; inf where none.
    claimed_bound : upper bound that also trusts a MIP solver's status, EUR, <= certified_bound.
    gap : (claimed_bound - value) / controllable cost of the plan.
    stop_reason : why it stopped. seconds : wall clock.
    conflict : for "infeasible": (limit name, least relaxation) pairs.
    trace : progress over time. statistics : counts worth knowing (cuts, rounds, calls).
    memory : prices, cuts and plan to start the next run from, or None.
    """

    columns: FloatArray | None
    assignment: Assignment | None
    value: float
    certified_bound: float
    claimed_bound: float
    gap: float
    stop_reason: StopReason
    seconds: float
    conflict: tuple[tuple[str, float], ...]
    trace: tuple[Progress, ...]
    statistics: dict[str, float]
    memory: Memory | None = None


Solver = Callable[[LocationProblem, Options, Watcher], Solution]


def relative_gap(value: float, bound: float, charge: float) -> float:
    """Gap of a maximisation relative to the plan's controllable cost.

    Parameters
    ----------
    value, bound : EUR. charge : controllable cost of the plan, EUR.

    Returns
    -------
    float
        max(bound - value, 0) / max(|charge|, 1e-10); inf where value or bound is not finite.
    """
    if not (np.isfinite(value) and np.isfinite(bound)):
        return float("inf")
    return max(bound - value, 0.0) / max(abs(charge), 1e-10)
