"""A cut on the value of a group: what it says, and the prices that prove it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entrepot.location.problem import FloatArray
from entrepot.solvers.prepared import Group, Prepared


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Prices of the rows of a group's flows; any non-negative ones make a valid cut.

    Attributes
    ----------
    capacity : (n_enablers,) pi, EUR per unit of load, 0 outside the group.
    resource : (n_resources,) theta, EUR per unit of the resource, 0 outside the group.
    """

    capacity: FloatArray
    resource: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """scale * eta <= constant + sum_e slope_e w_e(y) + sum_r theta_r c_r(y), for every y.

    Attributes
    ----------
    group : whose value it bounds. scale : 1, or 0 for a cut that every feasible y must meet.
    constant : EUR. slope : (n of the group's enablers,) EUR. resource_price : (n of the group's resources,).
    capacity_price : (n of the group's enablers,) pi. cell_price : (n of the group's cells,) lambda.
    partner_price : (slots of the group's cells,) beta; single precision, as any beta >= 0 makes a valid cut.
    """

    group: Group
    scale: float
    constant: float
    slope: FloatArray
    resource_price: FloatArray
    capacity_price: FloatArray
    cell_price: FloatArray
    partner_price: NDArray[np.float32]

    def at(self, weights: FloatArray, room: FloatArray) -> float:
        """Right-hand side at enabler weights and resource rooms, EUR."""
        value = self.constant + float(self.slope @ weights[self.group.enablers])
        return value + float(self.resource_price @ room[self.group.resources])


def no_prices(prepared: Prepared) -> Prices:
    """All prices zero."""
    return Prices(np.zeros(prepared.problem.n_enablers), np.zeros(prepared.problem.n_resources))


def first_prices(prepared: Prepared, group: Group) -> Prices:
    """Prices to start from: those that the problem suggests for the group's resources, else zero."""
    suggested, prices = prepared.problem.resources.price, no_prices(prepared)
    if suggested is not None:
        prices.resource[group.resources] = suggested[group.resources]
    return prices


def cut_size(cut: Cut) -> float:
    """Largest coefficient of the cut, EUR: the scale of its rounding errors."""
    return max(abs(cut.constant), float(np.max(np.abs(cut.slope), initial=0.0)))
