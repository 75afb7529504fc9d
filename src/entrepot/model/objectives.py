"""Objectives in order: each is the canonical problem with other values, and earlier ones held as rows.

An objective is a linear function of the strategic columns and the flows, its *amount* in its own unit. A
stage maximises the amount (or minus the amount); what an earlier stage reached, less its tolerance, becomes
a row over columns and flows. Menus, capacities and limits are the same in all stages.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from entrepot.errors import UsageError
from entrepot.instance import FloatArray, Instance, Objective
from entrepot.location import Assignment, LocationProblem, cell_of_way, charge_of, value_of
from entrepot.location.problem import Resources, Strategic
from entrepot.model.build import Built
from entrepot.model.layout import NONE
from entrepot.model.path_resources import carbon_of_paths
from entrepot.model.resources import carbon_of_lives
from entrepot.model.rows import spending

RAISED = ("value", "share", "service")
SLACK = 1e-7
"""By how much more than its tolerance an earlier objective may give way, of the sum of its terms."""


@dataclass(frozen=True, slots=True, eq=False)
class Amount:
    """What an objective counts: constant + column . y + sum over flows of way + sum of load x load on it.

    Attributes
    ----------
    sign : 1 where more is better, -1 where less is. column : (n_columns,). way : (n_ways,) per unit of cell
        weight. load : (n_enablers,) per unit of load on the configuration. constant : in the unit.
    unit : one unit of the reported amount in the unit of the arrays (parcels per share, say).
    denominator : what the stage's gap is relative to; nan = the amount itself (for the value, the
        controllable cost).
    """

    sign: float
    column: FloatArray
    way: FloatArray
    load: FloatArray
    constant: float
    unit: float
    denominator: float

    def of(self, problem: LocationProblem, columns: FloatArray, flows: Assignment) -> float:
        """Amount of a point, in the unit of the arrays."""
        if np.isnan(self.load).any():
            return value_of(problem, columns, flows)
        return self.constant + float(np.sum(self._terms(problem, columns, flows)))

    def size(self, problem: LocationProblem, columns: FloatArray, flows: Assignment) -> float:
        """Sum of the absolute terms of a point, in the unit of the arrays."""
        if np.isnan(self.load).any():
            return abs(value_of(problem, columns, flows)) + charge_of(problem, columns, flows)
        return abs(self.constant) + float(np.sum(np.abs(self._terms(problem, columns, flows))))

    def _terms(self, problem: LocationProblem, columns: FloatArray, flows: Assignment) -> FloatArray:
        cells = problem.cells
        cell = cell_of_way(problem, flows.way)
        weight = cells.weight[cell] * flows.fraction
        served = weight * self.way[flows.way]
        on = flows.enabler >= 0
        load = (weight * problem.ways.volume[flows.way] * cells.kind_load[cells.kind[cell]])[on]
        return np.concatenate([self.column * columns, served, load * self.load[flows.enabler[on]]])


def amount_of(instance: Instance, built: Built, objective: Objective) -> Amount:
    """State an objective over the columns and ways of a built problem.

    Raises
    ------
    UsageError : the objective is none that is known.
    """
    problem = built.problem
    zero = (np.zeros(problem.n_columns), np.zeros(problem.n_ways), np.zeros(problem.n_enablers))
    column, way, load = zero
    constant, unit, denominator = 0.0, 1.0, float("nan")
    if objective.kind == "value":
        way, load = _by_way_and_load(problem)
        column = -problem.strategic.cost
    elif objective.kind in ("share", "service"):
        way, unit = _sold(instance, built, objective), _potential(instance, objective)
    elif objective.kind == "carbon":
        column, way = _of_lives(built, carbon_of_lives(instance, built.strategy.lives)), built.carbon
        inbound, emitted = carbon_of_paths(built.strategy.paths)
        column[inbound] += emitted
    elif objective.kind == "capital":
        column = _of_lives(built, spending(instance, built.strategy.lives).sum(axis=1))
    elif objective.kind == "deviation":
        column, constant = _deviation(instance, built)
        denominator = max(1.0, float(np.count_nonzero(instance.policies.reference_size)))
    else:
        raise UsageError(f"There is no objective {objective.kind!r}.")
    sign = 1.0 if objective.kind in RAISED else -1.0
    return Amount(sign, column, way, load, constant, unit, denominator)


def stage_problem(problem: LocationProblem, amount: Amount, is_value: bool) -> LocationProblem:
    """The problem whose value is the amount of an objective, or minus it.

    The gap's denominator is kept as the "charge" of columns and ways. A constant becomes a column that is
    always 1.
    """
    if is_value:
        return problem
    ways, strategic = problem.ways, problem.strategic
    shift = np.where(np.isfinite(problem.enablers.shift), 0.0, problem.enablers.shift)
    by_amount = np.isnan(amount.denominator)
    nothing = np.zeros(problem.n_columns)
    staged = replace(
        problem,
        strategic=replace(
            strategic,
            cost=-amount.sign * amount.column,
            charge=np.abs(amount.column) if by_amount else nothing,
        ),
        ways=replace(
            ways,
            value=amount.sign * amount.way,
            charge=np.abs(amount.way) if by_amount else np.zeros(problem.n_ways),
        ),
        enablers=replace(problem.enablers, shift=shift),
        resources=replace(problem.resources, price=None),
    )
    if by_amount:
        return staged
    return _with_constant(staged, -amount.sign * amount.constant, amount.denominator)


def held(problem: LocationProblem, amount: Amount, least: float, name: str) -> LocationProblem:
    """The problem with a row: sign x amount is at least `least` (in the unit of the arrays).

    An amount of decisions alone is a strategic row, any other a resource.

    Raises
    ------
    UsageError : configurations differ by more than the load on them, and no resource can count the value.
    """
    side = least - amount.sign * amount.constant
    if np.isnan(amount.load).any():
        raise UsageError(
            "The value cannot be held for later objectives: operators of a site differ in more than a price "
            "per standard parcel (in storage, say). Put the value last, or let one operator run each site."
        )
    if not amount.way.any():
        return replace(
            problem, strategic=_with_row(problem.strategic, amount.sign * amount.column, side, name)
        )
    usage = csr_array(-amount.sign * amount.way[None, :])
    load = csr_array(-amount.sign * amount.load[None, :])
    known = problem.resources
    before = known.load
    if before is None:
        before = csr_array((problem.n_resources, problem.n_enablers))
    has_load = bool(amount.load.any()) or known.load is not None
    resources = Resources(
        usage=csr_array(vstack([known.usage, usage], format="csr")),
        matrix=csr_array(
            vstack([known.matrix, csr_array(amount.sign * amount.column[None, :])], format="csr")
        ),
        constant=np.append(known.constant, -side),
        names=(*known.names, name),
        load=csr_array(vstack([before, load], format="csr")) if has_load else None,
        price=None if known.price is None else np.append(known.price, 0.0),
    )
    return replace(problem, resources=resources)


def least_of(
    problem: LocationProblem, amount: Amount, objective: Objective, point: tuple[FloatArray, Assignment]
) -> tuple[float, float]:
    """What later stages must leave of an objective: sign x amount, and the tolerance, both in array units."""
    found = amount.of(problem, *point)
    tolerance = objective.tolerance * abs(found) + objective.allowance * amount.unit
    return amount.sign * found - tolerance - SLACK * amount.size(problem, *point), tolerance


def denominator_of(
    problem: LocationProblem, amount: Amount, kind: str, point: tuple[FloatArray, Assignment]
) -> float:
    """What the gap of a stage is relative to, in the unit of the arrays."""
    if kind == "value":
        return charge_of(problem, *point)
    return abs(amount.of(problem, *point)) if np.isnan(amount.denominator) else amount.denominator


def _by_way_and_load(problem: LocationProblem) -> tuple[FloatArray, FloatArray]:
    """The value of flows as an amount per way and one per load on its configuration.

    A facility's best configuration counts in the way; what another one adds has to grow with the load.

    Returns
    -------
    (n_ways,) EUR per unit of cell weight, and (n_enablers,) EUR per unit of load, never positive; nan where
    configurations of a site differ by more than a cost per standard parcel.
    """
    enablers, cells, ways = problem.enablers, problem.cells, problem.ways
    if problem.n_facilities == 0:
        return ways.value, np.zeros(0)
    start, load = enablers.facility_pointer[:-1], cells.kind_load
    top = np.maximum.reduceat(enablers.shift, start, axis=0)
    top = np.where(np.isfinite(top), top, 0.0)
    owner = np.repeat(np.arange(problem.n_facilities), np.diff(enablers.facility_pointer))
    serves = np.isfinite(enablers.shift) & (load > 0.0)[None, :]
    lower = np.where(serves, enablers.shift - top[owner], 0.0)
    rate = np.divide(lower, load[None, :], out=np.zeros(lower.shape), where=serves)
    known = np.where(serves, rate, np.inf).min(axis=1)
    known = np.where(serves.any(axis=1), known, 0.0)
    off = np.where(serves, np.abs(rate - known[:, None]), 0.0)
    idle = np.isfinite(enablers.shift) & (load == 0.0)[None, :] & (enablers.shift < top[owner])
    if (off > 1e-9 * np.maximum(1.0, np.abs(top[owner]))).any() or idle.any():
        known = np.full(len(known), np.nan)
    cell = np.repeat(np.arange(problem.n_cells), np.diff(cells.way_pointer))
    inside = ways.facility >= 0
    shift = np.zeros(problem.n_ways)
    shift[inside] = top[ways.facility[inside], cells.kind[cell[inside]]]
    return ways.value + ways.volume * shift, known


def _sold(instance: Instance, built: Built, objective: Objective) -> FloatArray:
    """Parcels sold per unit of cell weight that the objective counts, (n_ways,)."""
    layout = built.layout
    volume = built.problem.ways.volume
    if objective.country_index != NONE:
        cell = np.repeat(np.arange(built.problem.n_cells), np.diff(layout.way_pointer))
        home = instance.markets.country_index[layout.cell_market]
        volume = np.where((home == objective.country_index)[cell], volume, 0.0)
    if objective.kind == "service":
        in_time = instance.choice.class_hours[layout.way_class] <= objective.hours
        volume = np.where(in_time & (layout.way_class != NONE), volume, 0.0)
    return volume


def _potential(instance: Instance, objective: Objective) -> float:
    inside = (instance.markets.country_index == objective.country_index) | (objective.country_index == NONE)
    return max(float(instance.demand[inside].sum()), 1e-10)


def _of_lives(built: Built, amount: FloatArray) -> FloatArray:
    column = np.zeros(built.problem.n_columns)
    column[: len(amount)] = amount
    return column


def _deviation(instance: Instance, built: Built) -> tuple[FloatArray, float]:
    """Sites and periods whose size differs: y[1] where it is closed there, else 1 - (y[s] - y[s + 1])."""
    lives, reference = built.strategy.lives, instance.policies.reference_size
    column = np.zeros(built.problem.n_columns)
    for t in range(instance.n_periods):
        level = reference[lives.site, t]
        active = lives.is_open_in(t)
        opens = active & (lives.module == 1) & (level == 0)
        keeps = active & (lives.module == level) & (level > 0)
        exceeds = active & (lives.module == level + 1) & (level > 0)
        column[: len(lives.site)] += opens.astype(float) - keeps + exceeds
    return column, float(np.count_nonzero(reference))


def _with_row(strategic: Strategic, coefficient: FloatArray, least: float, name: str) -> Strategic:
    return replace(
        strategic,
        matrix=csr_array(vstack([strategic.matrix, csr_array(coefficient[None, :])], format="csr")),
        row_lower=np.append(strategic.row_lower, least),
        row_upper=np.append(strategic.row_upper, np.inf),
        row_names=(*strategic.row_names, name),
    )


def _with_constant(problem: LocationProblem, cost: float, charge: float) -> LocationProblem:
    """One more column, always 1, that costs a constant."""
    strategic, one = problem.strategic, np.ones(1)

    def wider(matrix: csr_array) -> csr_array:
        return csr_array(hstack([matrix, csr_array((matrix.shape[0], 1))], format="csr"))

    return replace(
        problem,
        strategic=replace(
            strategic,
            cost=np.append(strategic.cost, cost),
            charge=np.append(strategic.charge, charge),
            lower=np.append(strategic.lower, one),
            upper=np.append(strategic.upper, one),
            is_integer=np.append(strategic.is_integer, True),
            matrix=wider(strategic.matrix),
            column_names=(*strategic.column_names, "constant"),
        ),
        enablers=replace(problem.enablers, matrix=wider(problem.enablers.matrix)),
        resources=replace(problem.resources, matrix=wider(problem.resources.matrix)),
    )
