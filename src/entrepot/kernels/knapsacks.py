"""Continuous knapsacks: what each site earns at given customer prices, and which sites to open for it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.compiling import kernel
from entrepot.kernels.network import FloatArray, IntArray

CLOSED, FREE, OPEN = 0, 1, 2
"""What is decided about a site."""
HALVINGS = 60


class Arcs(NamedTuple):
    """Pairs of customer and site, customer by customer, ascending by cost.

    Attributes
    ----------
    pointer : (n_customers + 1,) int64. site : (n_arcs,) int32. cost : (n_arcs,) of the whole demand.
    """

    pointer: IntArray
    site: NDArray[np.int32]
    cost: FloatArray


class Items(NamedTuple):
    """Customers that a site would serve at a profit, site by site.

    Attributes
    ----------
    start : (n_sites + 1,) int64. customer : (n_items,) int32.
    gain : (n_items,) price - cost > 0. ratio : (n_items,) gain per unit of demand, inf where it has none.
    """

    start: IntArray
    customer: NDArray[np.int32]
    gain: FloatArray
    ratio: FloatArray


class Fills(NamedTuple):
    """The best use of every site's capacity.

    Attributes
    ----------
    earned : (n_sites,) total gain. price : (n_sites,) of a unit of capacity.
    stop : (n_sites,) int64, items before it are served in full. part : (n_sites,) of the item at `stop`.
    """

    earned: FloatArray
    price: FloatArray
    stop: IntArray
    part: FloatArray


class Choice(NamedTuple):
    """The cheapest sites that hold the demand.

    Attributes
    ----------
    weight : (n_sites,) y in [0, 1]. value : sum of y times the site's cost.
    capacity_price : >= 0, of the row sum q y >= need. count_price : of the rows on the number of sites.
    """

    weight: FloatArray
    value: float
    capacity_price: float
    count_price: float


@kernel
def new_items(n_sites: int, room: int) -> Items:
    """Room for so many items."""
    return Items(
        np.zeros(n_sites + 1, np.int64), np.empty(room, np.int32), np.empty(room), np.empty(room)
    )


@kernel
def count_items(arcs: Arcs, price: FloatArray, state: NDArray[np.int8], start: IntArray) -> int:
    """Set `start` to where each site's items begin; return their number."""
    start[:] = 0
    for customer in range(len(price)):
        for arc in range(arcs.pointer[customer], arcs.pointer[customer + 1]):
            if arcs.cost[arc] >= price[customer]:
                break
            if state[arcs.site[arc]] != CLOSED:
                start[arcs.site[arc] + 1] += 1
    for site in range(len(start) - 1):
        start[site + 1] += start[site]
    total: int = start[-1]
    return total


@kernel
def collect_items(
    arcs: Arcs, demand: FloatArray, price: FloatArray, state: NDArray[np.int8], items: Items
) -> None:
    """Write the items to where `count_items` said that they begin."""
    place = items.start[:-1].copy()
    for customer in range(len(price)):
        for arc in range(arcs.pointer[customer], arcs.pointer[customer + 1]):
            gain = price[customer] - arcs.cost[arc]
            if gain <= 0.0:
                break
            site = arcs.site[arc]
            if state[site] == CLOSED:
                continue
            at = place[site]
            place[site] += 1
            items.customer[at] = customer
            items.gain[at] = gain
            items.ratio[at] = gain / demand[customer] if demand[customer] > 0.0 else np.inf


@kernel
def _swap(items: Items, a: int, b: int) -> None:
    items.customer[a], items.customer[b] = items.customer[b], items.customer[a]
    items.gain[a], items.gain[b] = items.gain[b], items.gain[a]
    items.ratio[a], items.ratio[b] = items.ratio[b], items.ratio[a]


@kernel
def _part_around(items: Items, first: int, last: int) -> tuple[int, int]:
    """Sort items first ... last - 1 into above, at and below a pivot; where the second and third begin."""
    a, b, c = items.ratio[first], items.ratio[(first + last) // 2], items.ratio[last - 1]
    pivot = max(min(a, b), min(max(a, b), c))
    above, at, below = first, first, last
    while at < below:
        if items.ratio[at] > pivot:
            _swap(items, above, at)
            above += 1
            at += 1
        elif items.ratio[at] < pivot:
            below -= 1
            _swap(items, at, below)
        else:
            at += 1
    return above, at


@kernel
def fill_site(items: Items, demand: FloatArray, site: int, capacity: float) -> tuple[int, float, float]:
    """Move the items that are worth the capacity to the front, in linear time.

    Returns
    -------
    (stop, part, price) as in `Fills`.

    References
    ----------
    Balas, Zemel (1980), An algorithm for large zero-one knapsack problems, section 2 (median search).
    """
    first, last = items.start[site], items.start[site + 1]
    left = capacity
    total = 0.0
    for item in range(first, last):
        total += demand[items.customer[item]]
    if total <= capacity:
        return last, 0.0, 0.0
    while True:
        above, below = _part_around(items, first, last)
        load = 0.0
        for item in range(first, above):
            load += demand[items.customer[item]]
        if load > left:
            last = above
            continue
        left -= load
        for item in range(above, below):
            size = demand[items.customer[item]]
            if size > left:
                return item, left / size, items.ratio[item]
            left -= size
        first = below
        if first >= last:  # exactly full, or rounding: the rest is worth less than what was taken last
            return first, 0.0, items.ratio[first - 1]


@kernel
def fill_sites(items: Items, demand: FloatArray, capacity: FloatArray, fills: Fills) -> None:
    """Solve the continuous knapsack of every site."""
    for site in range(len(capacity)):
        stop, part, price = fill_site(items, demand, site, capacity[site])
        total = 0.0
        for item in range(items.start[site], stop):
            total += items.gain[item]
        if part > 0.0:
            total += part * items.gain[stop]
        fills.earned[site], fills.price[site] = total, price
        fills.stop[site], fills.part[site] = stop, part


@kernel
def _count_price(reduced: FloatArray, order: IntArray, fixed: int, least: int, most: int) -> float:
    """Price that makes the number of negative free sites fit; `order` sorts them by reduced cost."""
    negative = 0
    while negative < len(order) and reduced[order[negative]] < 0.0:
        negative += 1
    if fixed + negative < least:
        return max(0.0, reduced[order[min(least - fixed, len(order)) - 1]])
    if fixed + negative > most:
        return min(0.0, reduced[order[max(most - fixed, 0)]])
    return 0.0


@kernel
def _take(reduced: FloatArray, order: IntArray, fixed: int, least: int, most: int) -> int:
    """How many of the free sites are taken, in order."""
    count = 0
    while count < len(order) and count + fixed < most:
        if reduced[order[count]] >= 0.0 and count + fixed >= least:
            break
        count += 1
    return count


@kernel
def _cheapest_at(
    cost: FloatArray,
    capacity: FloatArray,
    free: IntArray,
    rule: tuple[int, int, int],
    price: float,
) -> tuple[IntArray, float]:
    """Free sites taken at a price of capacity, and the price of the count."""
    fixed, least, most = rule
    reduced = cost - price * capacity
    order = free[np.argsort(reduced[free], kind="mergesort")]
    count = _take(reduced, order, fixed, least, most)
    return order[:count], _count_price(reduced, order, fixed, least, most)


@kernel
def _fractional(
    cost: FloatArray, capacity: FloatArray, free: IntArray, need: float, weight: FloatArray
) -> float:
    """Take free sites by cost per capacity until the need is met; return the price of capacity."""
    ratio = np.empty(len(free))
    for k in range(len(free)):
        site = free[k]
        ratio[k] = cost[site] / capacity[site] if capacity[site] > 0.0 else np.inf
        if cost[site] < 0.0:
            ratio[k] = -1.0
    left = need
    for k in np.argsort(ratio, kind="mergesort"):
        site = free[k]
        if left <= 0.0 and ratio[k] >= 0.0:
            break
        part = 1.0
        if ratio[k] >= 0.0 and capacity[site] > left:
            part = left / capacity[site]
        weight[site] = part
        left -= part * capacity[site]
        if left <= 0.0 and ratio[k] >= 0.0:
            return ratio[k]
    return 0.0


@kernel
def choose_sites(
    cost: FloatArray, capacity: FloatArray, state: NDArray[np.int8], need: float, count: tuple[int, int]
) -> Choice:
    """Least cost of sites that hold `need`, at least count[0] and at most count[1] of them (LP relaxation).

    Where the rows on the number bind together with the need, weights hold the need but may cost more
    than the relaxation; the prices are valid in every case.
    """
    weight = np.zeros(len(cost))
    fixed = 0
    left = need
    n_free = 0
    for site in range(len(cost)):
        if state[site] == OPEN:
            weight[site] = 1.0
            left -= capacity[site]
            fixed += 1
        elif state[site] == FREE:
            n_free += 1
    free = np.empty(n_free, np.int64)
    n_free = 0
    for site in range(len(cost)):
        if state[site] == FREE:
            free[n_free] = site
            n_free += 1
    rule = (fixed, count[0], count[1])
    taken, count_price = _cheapest_at(cost, capacity, free, rule, 0.0)
    price = 0.0
    if capacity[taken].sum() < left:
        trial = weight.copy()
        price = _fractional(cost, capacity, free, left, trial)
        number = trial.sum()
        if count[0] - 1e-9 <= number <= count[1] + 1e-9:
            return Choice(trial, np.sum(trial * cost), price, 0.0)
        taken, price, count_price = _halve(cost, capacity, free, rule, (left, 2.0 * price + 1.0))
    weight[taken] = 1.0
    return Choice(weight, np.sum(weight * cost), price, count_price)


@kernel
def _halve(
    cost: FloatArray,
    capacity: FloatArray,
    free: IntArray,
    rule: tuple[int, int, int],
    need: tuple[float, float],
) -> tuple[IntArray, float, float]:
    """Search for the price of capacity at which the taken sites hold the need."""
    left, high = need
    low = 0.0
    taken, count_price = _cheapest_at(cost, capacity, free, rule, high)
    for _ in range(HALVINGS):
        if capacity[taken].sum() >= left:
            break
        low, high = high, 4.0 * high
        taken, count_price = _cheapest_at(cost, capacity, free, rule, high)
    for _ in range(HALVINGS):
        if high - low <= 1e-9 * high:
            break
        middle = 0.5 * (low + high)
        trial, trial_price = _cheapest_at(cost, capacity, free, rule, middle)
        if capacity[trial].sum() >= left:
            high, taken, count_price = middle, trial, trial_price
        else:
            low = middle
    return taken, high, count_price
