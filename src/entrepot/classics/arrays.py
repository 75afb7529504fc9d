"""What a caller hands over, checked and told in his words: tables of costs, points, and lists of numbers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from entrepot.errors import UsageError
from entrepot.location import MatrixCosts, PlaneCosts, ServiceCosts
from entrepot.location.problem import FloatArray
from entrepot.location.service_costs import Rounding


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Customers and sites in the plane, instead of a table of costs; distances are computed when needed.

    Attributes
    ----------
    customers : (n_customers, 2) coordinates. sites : (n_sites, 2) coordinates; None = the customers' places.
    weight : (n_customers,) cost per unit of distance; None = the demand where the problem has one, else 1.
    rounding : of distances: "none", "down" or "nearest".
    """

    customers: ArrayLike
    sites: ArrayLike | None = None
    weight: ArrayLike | None = None
    rounding: Rounding = "none"


def service_costs(given: ArrayLike | Points, name: str, demand: FloatArray | None = None) -> ServiceCosts:
    """Costs of serving customers.

    Parameters
    ----------
    given : table with a row per customer and a column per site, or points. name : of the argument.
    demand : weight of points that state none.

    Raises
    ------
    UsageError
        If the table or the points are not made of finite numbers, or have the wrong shape.
    """
    if not isinstance(given, Points):
        return MatrixCosts(table(given, name, "with a row per customer and a column per site"))
    words = "with two coordinates per point"
    customers = table(given.customers, "customers", words, width=2)
    sites = customers if given.sites is None else table(given.sites, "sites", words, width=2)
    if given.rounding not in ("none", "down", "nearest"):
        raise UsageError(f"rounding must be 'none', 'down' or 'nearest', not {given.rounding!r}.")
    weight = np.ones(len(customers)) if demand is None else demand
    if given.weight is not None:
        weight = numbers(given.weight, "weight", len(customers), "customer", least=0.0)
    return PlaneCosts(customers, sites, weight, given.rounding)


def table(given: ArrayLike, name: str, words: str, width: int | None = None) -> FloatArray:
    """(n, m) float64, C-contiguous.

    Raises
    ------
    UsageError
        If it is no such table, is empty, or holds something that is not a finite number.
    """
    array = _floats(given, name)
    if array.ndim != 2 or 0 in array.shape or (width is not None and array.shape[1] != width):
        raise UsageError(f"{name} must be a table {words}; it has the shape {array.shape}.")
    _all_finite(array, name)
    return np.ascontiguousarray(array)


def numbers(
    given: ArrayLike,
    name: str,
    count: int,
    each: str,
    *,
    least: float = -np.inf,
    is_limit: bool = False,
) -> FloatArray:
    """(count,) float64, one number for each `each`; a single number stands for all; a limit may be inf.

    Raises
    ------
    UsageError
        If the count is another, or a number is not finite or less than `least`.
    """
    array = _floats(given, name)
    if array.ndim == 0:
        array = np.full(count, float(array))
    if array.shape != (count,):
        raise UsageError(f"{name} must hold one number per {each} ({count}); it has the shape {array.shape}.")
    if is_limit:
        _all_finite(np.where(np.isposinf(array), 0.0, array), name)
    else:
        _all_finite(array, name)
    if np.any(array < least):
        place = int(np.argmax(array < least))
        raise UsageError(f"{name}[{place}] is {array[place]:g}; it must be at least {least:g}.")
    return np.ascontiguousarray(array)


def count_of_sites(given: object, n_sites: int) -> int:
    """The number of sites to open.

    Raises
    ------
    UsageError
        If it is not a whole number between 1 and the number of sites.
    """
    whole = isinstance(given, int | np.integer) and not isinstance(given, bool)
    if not whole or not 1 <= int(given) <= n_sites:  # type: ignore[call-overload]
        raise UsageError(f"n_open must be a whole number between 1 and {n_sites} (sites), not {given!r}.")
    return int(given)  # type: ignore[call-overload, no-any-return]


def _floats(given: ArrayLike, name: str) -> FloatArray:
    try:
        array: Any = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name} must be made of numbers ({error}).") from error
    checked: FloatArray = array
    return checked


def _all_finite(array: FloatArray, name: str) -> None:
    wrong = ~np.isfinite(array)
    if np.any(wrong):
        place = ", ".join(str(int(index)) for index in np.argwhere(wrong)[0])
        raise UsageError(f"{name}[{place}] is {array[wrong][0]}; every number must be finite.")
