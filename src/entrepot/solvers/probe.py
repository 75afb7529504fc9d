"""What the cuts allow a plan to be worth: the master's LP with all but the free columns fixed."""

from dataclasses import dataclass

import numpy as np

from entrepot.location.problem import FloatArray, IntArray
from entrepot.solvers.clock import Clock
from entrepot.solvers.cuts import Cut, Prices, no_prices
from entrepot.solvers.oracle import prices_of
from entrepot.solvers.prepared import Prepared
from entrepot.solvers.relaxed_master import RelaxedMaster
from entrepot.solvers.status import set_bounds


@dataclass(frozen=True, slots=True, eq=False)
class Promise:
    """What the cuts allow a plan at most.

    Attributes
    ----------
    worth : EUR, -inf where the cuts forbid the plan. lowest : indices of the cuts that say so.
    columns : (n_columns,) the plan with the free columns that would be worth it.
    prices : per group, mixed from the cuts as the LP's duals mix them: consistent with the columns' costs.
    """

    worth: float
    lowest: IntArray
    columns: FloatArray
    prices: list[Prices]


class Probe:
    """The LP of the master beside the one of the root, for plans with free columns."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.master = RelaxedMaster(prepared)

    def promise(self, cuts: list[Cut], columns: FloatArray, clock: Clock) -> Promise | None:
        """What `cuts`, the pool of the root's master, allow the plan; None where the LP was not solved."""
        self._follow(cuts)
        strategic, is_free = self.prepared.problem.strategic, self.prepared.is_free
        lower = np.where(is_free, strategic.lower, columns)
        set_bounds(self.master.highs, lower, np.where(is_free, strategic.upper, columns))
        outcome, vertex = self.master.solve(clock)
        nothing = np.zeros(0, dtype=np.int64)
        if outcome == "infeasible":
            return Promise(-np.inf, nothing, columns, [])
        if vertex is None:
            return None
        shape = self.master.shape
        share = self.master.cut_duals(vertex)
        return Promise(
            worth=-shape.money * vertex.objective,
            lowest=np.flatnonzero(share > 0.0),
            columns=np.where(
                is_free, np.clip(vertex.columns[: shape.n_columns], lower, strategic.upper), columns
            ),
            prices=mixed_prices(self.prepared, self.master.cuts, share),
        )

    def _follow(self, cuts: list[Cut]) -> None:
        """Hold the same cuts; those of the root are only ever added to, or purged."""
        kept = set(cuts)
        is_kept = np.array([cut in kept for cut in self.master.cuts], dtype=np.bool_)
        if not np.all(is_kept):
            self.master.purge(is_kept)
        self.master.add(cuts[len(self.master.cuts) :])


def mixed_prices(prepared: Prepared, cuts: list[Cut], share: FloatArray) -> list[Prices]:
    """Prices of each group: those of its value cuts, mixed by the multipliers of an LP of the master.

    What the LP buys at these prices pays for itself exactly, as it is dual feasible for the free columns.
    """
    found = [no_prices(prepared) for _ in prepared.groups]
    total = np.zeros(len(found))
    for cut, part in zip(cuts, share, strict=False):
        if part > 0.0 and cut.scale > 0.0:
            prices, mine = prices_of(prepared, cut), found[cut.group.index]
            mine.capacity[:] += part * prices.capacity
            mine.resource[:] += part * prices.resource
            total[cut.group.index] += part
    return [
        Prices(prices.capacity / size, prices.resource / size) if size > 0.0 else prices
        for prices, size in zip(found, total.tolist(), strict=True)
    ]
