"""Typical prices of resources: the units in which prices are searched for and excess is penalised."""

import numpy as np

from entrepot.location.problem import FloatArray, LocationProblem

UNUSED = 1e-100


def typical_prices(problem: LocationProblem, used: FloatArray, money: float) -> FloatArray:
    """A typical price of each resource, (n_resources,) EUR per unit of it.

    The money by what flows use, else by what columns lend or draw; 1 where nothing moves any of it.

    Parameters
    ----------
    used : (n_resources,) what all ways use together, units of the resource. money : size of the problem, EUR.

    Notes
    -----
    Rooms that columns alone hand to each other, the trucks of lanes for instance, have prices like any
    other: where one of them costs much, a penalty counted in 1 EUR each is less than what it is worth.
    """
    by_flows = used > UNUSED
    if not np.all(by_flows):
        used = np.where(by_flows, used, _moved_by_columns(problem, np.where(by_flows, used, 0.0)))
    price: FloatArray = np.divide(money, used, out=np.ones_like(used), where=used > UNUSED)
    return price


def _moved_by_columns(problem: LocationProblem, used: FloatArray) -> FloatArray:
    """Room that all columns lend or draw at typical amounts: what flows use of it, at most their bounds."""
    strategic, matrix = problem.strategic, abs(problem.resources.matrix)
    amount = np.maximum(np.abs(strategic.lower), np.abs(strategic.upper))
    lent = matrix.tocoo()
    row, column = lent.coords
    some = (lent.data > 0.0) & (used[row] > 0.0)
    by_room = np.zeros(problem.n_columns)
    np.maximum.at(by_room, column[some], used[row[some]] / lent.data[some])
    moved: FloatArray = matrix @ np.where(by_room > 0.0, np.minimum(by_room, amount), amount)
    return moved
