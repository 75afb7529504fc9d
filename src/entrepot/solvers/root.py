"""The root: the master's LP relaxation, tightened by cuts at in-out points."""

from dataclasses import dataclass, field

import numpy as np

from entrepot.location.problem import FloatArray
from entrepot.solvers.clock import Clock
from entrepot.solvers.cuts import Cut, Prices, first_prices
from entrepot.solvers.drawn import earned_prices
from entrepot.solvers.oracle import Point, improve_prices, make_cut, point_at, prices_of
from entrepot.solvers.prepared import Group, Prepared, for_each_group
from entrepot.solvers.probe import Probe, mixed_prices
from entrepot.solvers.relaxed_master import RelaxedMaster
from entrepot.solvers.status import Vertex

PRICE_CALLS = 8
WINDOW = 5
PROGRESS = 1e-4
PART_OF_GAP = 0.01
"""Of the money: the root ends where WINDOW rounds gain less than PROGRESS, or than this part of the gap."""
MAX_ROUNDS = 200


@dataclass(slots=True, eq=False)
class Relaxation:
    """State of the root.

    Attributes
    ----------
    master : LP with its cuts. vertex : its last optimum, None where infeasible.
    core : (n_columns,) inner strategic point. prices : per group, of the last cuts.
    is_infeasible : the LP has no point, so no plan exists.
    proved : cuts that were recomputed from their prices, and what came out.
    probe : tells what the cuts promise a plan with free columns; None where there are none.
    """

    master: RelaxedMaster
    vertex: Vertex | None
    core: FloatArray
    prices: list[Prices]
    is_infeasible: bool
    proved: dict[Cut, Cut] = field(default_factory=dict)
    probe: Probe | None = None

    def bound(self) -> float:
        """LP bound, EUR."""
        return np.inf if self.vertex is None else -self.master.shape.money * self.vertex.objective


def first_relaxation(prepared: Prepared, clock: Clock, *, is_start: bool = True) -> Relaxation:
    """The master with one cut per group, which makes it bounded; its LP solved.

    Unless cuts from elsewhere follow, as after `is_start` = False, there are more where free columns draw on
    resources: at what they earn, and at the highest prices, all at once and one by one, for the LP to mix.
    """
    problem = prepared.problem
    everything = Point(
        np.ones(problem.n_enablers),
        prepared.rooms(0.5 * (problem.strategic.lower + problem.strategic.upper))[1],
    )
    prices = [first_prices(prepared, group) for group in prepared.groups]
    master = RelaxedMaster(prepared)
    master.add([make_cut(prepared, g, everything, p) for g, p in zip(prepared.groups, prices, strict=True)])
    if is_start:
        earned = earned_prices(problem, prepared.highest_price, clock)
        cuts = for_each_group(prepared, lambda group: _at_prices_drawn(prepared, group, everything, earned))
        master.add([cut for mine in cuts for cut in mine])
    outcome, vertex = master.solve(clock)
    core = np.zeros(problem.n_columns) if vertex is None else vertex.columns[: problem.n_columns]
    probe = Probe(prepared) if prepared.has_free else None
    return Relaxation(master, vertex, core, prices, outcome == "infeasible", probe=probe)


def _at_prices_drawn(prepared: Prepared, group: Group, point: Point, earned: FloatArray) -> list[Cut]:
    """Cuts of a group at what is earned by the resources that free columns draw on, and at the most."""
    drawn = group.resources[np.isfinite(prepared.highest_price[group.resources])]
    alone = [(drawn[[place]], prepared.highest_price) for place in range(len(drawn))]
    together = [(drawn, earned), (drawn, prepared.highest_price)]
    cuts = []
    for chosen, price in [*together[: len(drawn)], *alone]:  # one alone is together with nobody
        prices = first_prices(prepared, group)
        prices.resource[chosen] = price[chosen]
        cuts.append(make_cut(prepared, group, point, prices))
    return cuts


def tighten(prepared: Prepared, relaxation: Relaxation, clock: Clock, rounds: int = MAX_ROUNDS) -> None:
    """Add cuts until the bound stands still, the gap or the time limit is reached, or nothing is violated."""
    history = [relaxation.bound()]
    for _ in range(rounds):
        if relaxation.is_infeasible or relaxation.vertex is None or clock.is_done():
            return
        if not _cut_once(prepared, relaxation, clock):
            return
        if not solve_again(relaxation, clock):
            return
        history.append(relaxation.bound())
        clock.report("tightening the bound")
        scale = clock.charge if clock.charge > 0.0 else prepared.money
        least = max(PROGRESS, PART_OF_GAP * clock.gap()) if np.isfinite(clock.gap()) else PROGRESS
        if len(history) > WINDOW and history[-1 - WINDOW] - history[-1] < least * scale:
            return


def solve_again(relaxation: Relaxation, clock: Clock) -> bool:
    """Solve the LP with the cuts that it now has; False where time ran out."""
    outcome, vertex = relaxation.master.solve(clock)
    if outcome == "stopped":
        return False
    relaxation.vertex, relaxation.is_infeasible = vertex, outcome == "infeasible"
    clock.claimed = min(clock.claimed, relaxation.bound())
    return True


def separate(
    prepared: Prepared, prices: list[Prices], columns: FloatArray, calls: int = PRICE_CALLS
) -> list[Cut]:
    """One cut per group at a strategic point; `prices` are replaced by the better ones found."""
    point = Point(*prepared.rooms(columns))

    def cut_of(group: Group) -> Cut:
        return make_cut(
            prepared, group, point, improve_prices(prepared, group, point, prices[group.index], calls)
        )

    cuts = for_each_group(prepared, cut_of)
    prices[:] = [prices_of(prepared, cut) for cut in cuts]
    return cuts


def lift_cuts(prepared: Prepared, relaxation: Relaxation, rough: Relaxation, clock: Clock) -> None:
    """Make the cuts that bind on a sample of the cells again on all cells, from their prices."""
    core = point_at(prepared, rough.core)
    relaxation.master.add(separate(prepared, relaxation.prices, rough.core))
    _, vertex = rough.master.solve(clock)
    if vertex is None:
        return
    dual = rough.master.cut_duals(vertex)
    binding = [cut for cut, mu in zip(rough.master.cuts, dual, strict=True) if mu > 0.0 and cut.scale > 0.0]

    def cuts_of(group: Group) -> list[Cut]:
        mine = [cut for cut in binding if cut.group.index == group.index]
        return [make_cut(prepared, group, core, prices_of(prepared, cut)) for cut in mine]

    relaxation.master.add([cut for cuts in for_each_group(prepared, cuts_of) for cut in cuts])
    solve_again(relaxation, clock)


def violated(prepared: Prepared, relaxation: Relaxation, cuts: list[Cut]) -> list[Cut]:
    """The cuts that the LP optimum violates by more than rounding."""
    vertex, shape = relaxation.vertex, relaxation.master.shape
    if vertex is None:
        return []
    point = Point(*prepared.rooms(vertex.columns[: shape.n_columns]))
    value = vertex.columns[shape.first_value :] * shape.money
    return [
        cut
        for cut in cuts
        if value[cut.group.index] - cut.at(point.weights, point.room) > 1e-9 * prepared.money
    ]


def _cut_once(prepared: Prepared, relaxation: Relaxation, clock: Clock) -> bool:
    """Add violated cuts at the in-out point, or at the optimum itself; False where there is none."""
    vertex = relaxation.vertex
    assert vertex is not None
    out = vertex.columns[: prepared.problem.n_columns]
    if relaxation.probe is not None:
        share = relaxation.master.cut_duals(vertex)
        relaxation.prices = mixed_prices(prepared, relaxation.master.cuts, share)
    middle = 0.5 * (relaxation.core + out)
    relaxation.core = middle
    cuts = violated(prepared, relaxation, separate(prepared, relaxation.prices, middle))
    if not cuts:
        clock.report("tightening the bound")
        cuts = violated(prepared, relaxation, separate(prepared, relaxation.prices, out, 2 * PRICE_CALLS))
    relaxation.master.add(cuts)
    return bool(cuts)
