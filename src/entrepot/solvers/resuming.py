"""What-if: start from the prices, cuts and plan of an earlier run on a problem that has changed a little.

Any prices make a valid cut (docs/engine.md), so every cut that is taken over is made again on the new problem
from the prices of the old one; only where no number that it rests on has changed is it taken as it is.
"""

import numpy as np

from entrepot.kernels.lifting import raise_prices
from entrepot.location.memory import KeptCut, Memory, digest_of
from entrepot.location.problem import FloatArray
from entrepot.solvers.cuts import Cut, Prices
from entrepot.solvers.incumbent import Plans
from entrepot.solvers.oracle import cut_from, make_cut, point_at, rates_at
from entrepot.solvers.prepared import Group, Prepared
from entrepot.solvers.root import Relaxation

FEASIBLE = 1e-9


def remember(prepared: Prepared, relaxation: Relaxation, plans: Plans) -> Memory:
    """What the next run may start from."""
    problem, master = prepared.problem, relaxation.master
    vertex = relaxation.vertex
    carries = np.ones(len(master.cuts), dtype=np.bool_)
    if vertex is not None:
        duals = master.cut_duals(vertex)[: len(carries)]
        carries[: len(duals)] = duals > 0.0
    chosen = [cut for cut, kept in zip(master.cuts, carries, strict=True) if kept]
    of_plan = [] if plans.best is None else plans.best.prices
    best = np.full(problem.n_columns, np.nan) if plans.best is None else plans.best.columns
    return Memory(
        digest=digest_of(problem),
        shape=_shape(prepared),
        column_names=problem.strategic.column_names,
        columns=best,
        core=relaxation.core,
        enabler_names=problem.enablers.names,
        resource_names=problem.resources.names,
        capacity_price=sum((prices.capacity for prices in of_plan), np.zeros(problem.n_enablers)),
        resource_price=sum((prices.resource for prices in of_plan), np.zeros(problem.n_resources)),
        cuts=tuple(
            _kept(prepared, relaxation.proved.get(cut, cut), cut in relaxation.proved) for cut in chosen
        ),
    )


def recall(prepared: Prepared, memory: Memory) -> tuple[list[Cut], dict[Cut, Cut]]:
    """Cuts of an earlier run, true on this problem, and those of them that need not be recomputed."""
    if digest_of(prepared.problem) == memory.digest:
        cuts = [_restored(prepared, kept) for kept in memory.cuts]
        pairs = zip(cuts, memory.cuts, strict=True)
        return cuts, {cut: cut for cut, kept in pairs if kept.is_proved}
    translation = _Translation(prepared, memory)
    if not np.array_equal(_shape(prepared), memory.shape):
        return translation.cuts_from_prices(), {}
    return [translation.cut_again(kept) for kept in memory.cuts], {}


def recalled_columns(prepared: Prepared, memory: Memory, values: FloatArray) -> FloatArray:
    """Values by column name, within the bounds; columns without one stay at their lower bound."""
    strategic = prepared.problem.strategic
    known = dict(zip(memory.column_names, values.tolist(), strict=True))
    pairs = zip(strategic.column_names, strategic.lower.tolist(), strict=True)
    found = np.array([known.get(name, lower) for name, lower in pairs])
    clipped: FloatArray = np.clip(found, strategic.lower, strategic.upper)
    return clipped


def meets_rows(prepared: Prepared, columns: FloatArray) -> bool:
    """Whether a point without gaps meets the strategic rows, but for those that free columns may yet meet."""
    strategic, bare = prepared.problem.strategic, prepared.bare(columns)
    if np.any(np.isnan(bare)):
        return False
    activity = strategic.matrix @ bare
    slack = FEASIBLE * np.maximum(1.0, np.abs(activity))
    is_met = (activity <= strategic.row_upper + slack) & (activity >= strategic.row_lower - slack)
    for cluster in prepared.clusters:
        is_met[cluster.rows] = True
    return bool(np.all(is_met))


def prices_of_plan(prepared: Prepared, memory: Memory) -> list[Prices]:
    """Prices of the remembered plan's flows, per group."""
    translation = _Translation(prepared, memory)
    return [
        translation.of_group(group, memory.capacity_price, memory.resource_price) for group in prepared.groups
    ]


def _shape(prepared: Prepared) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.array(
        [(len(group.cells), len(prepared.slots(group.cells)[0])) for group in prepared.groups], dtype=np.int64
    ).reshape(-1, 2)


def _kept(prepared: Prepared, cut: Cut, is_proved: bool) -> KeptCut:
    slope, capacity = np.zeros(prepared.problem.n_enablers), np.zeros(prepared.problem.n_enablers)
    resource = np.zeros(prepared.problem.n_resources)
    slope[cut.group.enablers], capacity[cut.group.enablers] = cut.slope, cut.capacity_price
    resource[cut.group.resources] = cut.resource_price
    return KeptCut(
        group=cut.group.index,
        scale=cut.scale,
        constant=cut.constant,
        slope=slope,
        capacity_price=capacity,
        resource_price=resource,
        cell_price=cut.cell_price,
        partner_price=cut.partner_price,
        is_proved=is_proved,
    )


def _restored(prepared: Prepared, kept: KeptCut) -> Cut:
    group = prepared.groups[kept.group]
    return Cut(
        group=group,
        scale=kept.scale,
        constant=kept.constant,
        slope=kept.slope[group.enablers],
        resource_price=kept.resource_price[group.resources],
        capacity_price=kept.capacity_price[group.enablers],
        cell_price=kept.cell_price,
        partner_price=kept.partner_price,
    )


class _Translation:
    """Prices of the old problem in the order of the new one; what is new has none."""

    def __init__(self, prepared: Prepared, memory: Memory) -> None:
        self.prepared, self.memory = prepared, memory
        self.enabler = _positions(memory.enabler_names, prepared.problem.enablers.names)
        self.resource = _positions(memory.resource_names, prepared.problem.resources.names)

    def of_group(self, group: Group, capacity_price: FloatArray, resource_price: FloatArray) -> Prices:
        """Prices in the new order; 0 outside the group."""
        capacity, resource = np.zeros(len(self.enabler)), np.zeros(len(self.resource))
        capacity[group.enablers] = np.append(capacity_price, 0.0)[self.enabler[group.enablers]]
        resource[group.resources] = np.append(resource_price, 0.0)[self.resource[group.resources]]
        capacity[~self.prepared.has_capacity] = 0.0
        return Prices(capacity, resource)

    def cut_again(self, kept: KeptCut) -> Cut:
        """The cut that the old prices, those of cells included, prove on the new problem."""
        group = self.prepared.groups[kept.group]
        prices = self.of_group(group, kept.capacity_price, kept.resource_price)
        rates = rates_at(self.prepared, prices, kept.scale, np.ones(len(self.enabler)))
        cell_price = raise_prices(self.prepared.network, rates, group.cells, kept.cell_price)
        return cut_from(self.prepared, group, prices, (cell_price, kept.partner_price), kept.scale)

    def cuts_from_prices(self) -> list[Cut]:
        """One cut a group at the old core, where the cells are no longer the same."""
        core = point_at(self.prepared, recalled_columns(self.prepared, self.memory, self.memory.core))
        latest = {kept.group: kept for kept in self.memory.cuts if kept.scale > 0.0}
        cuts = []
        for group in self.prepared.groups:
            if group.index in latest:
                kept = latest[group.index]
                prices = self.of_group(group, kept.capacity_price, kept.resource_price)
                cuts.append(make_cut(self.prepared, group, core, prices))
        return cuts


def _positions(old: tuple[str, ...], new: tuple[str, ...]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Position of each new name among the old ones; one past the last where it is new."""
    place = {name: position for position, name in enumerate(old)}
    return np.array([place.get(name, len(old)) for name in new], dtype=np.int64)
