"""Continuous knapsacks: what each site earns at given customer prices, and which sites to open for it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.compiling import kernel
from entrepot.kernels.network import FloatArray, IntArray

CLOSED, FREE, OPEN = 0, 1, 2
"""What is decided about a site."""
DOUBLINGS = 60


class Sites(NamedTuple):
    """What the relaxation knows of sites, at one node.

    Attributes
    ----------
    fixed_cost, capacity : (n_sites,). state : (n_sites,) int8 CLOSED, FREE or OPEN.
    need : amount that open sites must hold. least, most : number of open sites.
    """

    fixed_cost: FloatArray
    capacity: FloatArray
    state: NDArray[np.int8]
    need: float
    least: int
    most: int


class Lists(NamedTuple):
    """Customers of every site, nearest first.

    Attributes
    ----------
    customer : (n_sites, n_customers) int32, those without demand first, then ascending by unit cost.
    unit_cost : (n_sites, n_customers) cost per unit of demand, or of the customer where he has none.
    n_idle : number of customers without demand.
    """

    customer: NDArray[np.int32]
    unit_cost: FloatArray
    n_idle: int


class Heap(NamedTuple):
    """Customers that a site would serve, the least worthwhile on top.

    Attributes
    ----------
    worth : (room,) gain per unit of demand. customer : (room,) int64.
    """

    worth: FloatArray
    customer: IntArray


class Fills(NamedTuple):
    """The best use of every site's capacity.

    Attributes
    ----------
    earned : (n_sites,) total gain. price : (n_sites,) of a unit of capacity.
    start : (n_sites + 1,) int64. customer : (room,) int32, served by the site, one site after the other.
    part : (n_sites,) served of the first customer; of the others everything.
    """

    earned: FloatArray
    price: FloatArray
    start: IntArray
    customer: NDArray[np.int32]
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
def _sink(heap: Heap, size: int) -> None:
    """Move the top of the heap down to where it belongs."""
    worth, customer = heap.worth[0], heap.customer[0]
    place = 0
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and heap.worth[child + 1] < heap.worth[child]:
            child += 1
        if heap.worth[child] >= worth:
            break
        heap.worth[place], heap.customer[place] = heap.worth[child], heap.customer[child]
        place = child
    heap.worth[place], heap.customer[place] = worth, customer


@kernel
def _rise(heap: Heap, place: int, worth: float, customer: int) -> None:
    """Add an element at the end of the heap and move it up to where it belongs."""
    while place > 0:
        parent = (place - 1) // 2
        if heap.worth[parent] <= worth:
            break
        heap.worth[place], heap.customer[place] = heap.worth[parent], heap.customer[parent]
        place = parent
    heap.worth[place], heap.customer[place] = worth, customer


@kernel
def fill_site(
    lists: Lists, demand: FloatArray, unit_price: FloatArray, room: tuple[int, float], heap: Heap
) -> tuple[int, float]:
    """Fill the heap with the customers that are worth the site's capacity most.

    Parameters
    ----------
    unit_price : (n_customers + 1,) price per unit of demand, or of a customer without any; last the
        largest among customers with demand. room : the site and its capacity.

    Returns
    -------
    Size of the heap and its total demand: not below the capacity by more than the top's demand where the
    capacity binds. Customers without demand are not in it.

    Notes
    -----
    Customers come by ascending unit cost; once even the largest price leaves less than the top of a full
    heap is worth, no later one can enter.
    """
    site, capacity = room
    size, load = 0, 0.0
    floor = 0.0
    top_price = unit_price[-1]
    for place in range(lists.n_idle, len(demand)):
        unit = lists.unit_cost[site, place]
        if top_price - unit <= floor:
            break
        customer = lists.customer[site, place]
        worth = unit_price[customer] - unit
        if worth <= floor:
            continue
        load += demand[customer]
        _rise(heap, size, worth, customer)
        size += 1
        while size > 0 and load - demand[heap.customer[0]] >= capacity:
            load -= demand[heap.customer[0]]
            size -= 1
            heap.worth[0], heap.customer[0] = heap.worth[size], heap.customer[size]
            _sink(heap, size)
        if load >= capacity:
            floor = heap.worth[0] if size > 0 else top_price
    return size, load


@kernel
def unit_prices(demand: FloatArray, price: FloatArray) -> FloatArray:
    """Prices per unit of demand, and the largest of them: see `fill_site`."""
    unit = np.empty(len(demand) + 1)
    unit[-1] = 0.0
    for customer in range(len(demand)):
        unit[customer] = price[customer]
        if demand[customer] > 0.0:
            unit[customer] /= demand[customer]
            unit[-1] = max(unit[-1], unit[customer])
    return unit


@kernel
def new_fills(n_sites: int, room: int) -> Fills:
    """Room for the use of every site by so many customers."""
    return Fills(
        np.zeros(n_sites),
        np.zeros(n_sites),
        np.zeros(n_sites + 1, np.int64),
        np.empty(room, np.int32),
        np.ones(n_sites),
    )


@kernel
def _book(lists: Lists, unit_price: FloatArray, site: int, fills: Fills) -> int:
    """Give a site the customers without demand that it serves at a profit; where the next entry goes."""
    at: int = fills.start[site]
    fills.earned[site], fills.price[site], fills.part[site] = 0.0, 0.0, 1.0
    for place in range(lists.n_idle):
        customer = lists.customer[site, place]
        gain = unit_price[customer] - lists.unit_cost[site, place]
        if gain > 0.0:
            fills.earned[site] += gain
            fills.customer[at] = customer
            at += 1
    return at


@kernel
def fill_sites(lists: Lists, demand: FloatArray, price: FloatArray, sites: Sites, fills: Fills) -> Fills:
    """Solve the continuous knapsack of every site that is not closed, at prices of whole customers.

    Returns
    -------
    The argument, or a copy with more room.
    """
    n_customers, capacity = len(demand), sites.capacity
    unit_price = unit_prices(demand, price)
    heap = Heap(np.empty(n_customers + 1), np.empty(n_customers + 1, np.int64))
    for site in range(len(capacity)):
        begin = fills.start[site]
        if begin + n_customers > len(fills.customer):
            longer = np.empty(2 * len(fills.customer) + n_customers, np.int32)
            longer[:begin] = fills.customer[:begin]
            fills = Fills(fills.earned, fills.price, fills.start, longer, fills.part)
        fills.start[site + 1] = begin
        if sites.state[site] == CLOSED:
            fills.earned[site], fills.price[site] = 0.0, 0.0
            continue
        size, load = fill_site(lists, demand, unit_price, (site, capacity[site]), heap)
        at = _book(lists, unit_price, site, fills)
        first = at
        if load >= capacity[site]:
            fills.price[site] = heap.worth[0] if size > 0 else unit_price[-1]
        for k in range(size):
            customer = heap.customer[k]
            part = 1.0
            if k == 0 and load > capacity[site]:
                part = 1.0 - (load - capacity[site]) / demand[customer]
                fills.part[site] = part
            fills.earned[site] += part * heap.worth[k] * demand[customer]
            fills.customer[at] = customer
            at += 1
        if at > first > begin:  # the one that is served in part comes first
            fills.customer[begin], fills.customer[first] = fills.customer[first], fills.customer[begin]
        fills.start[site + 1] = at
    return fills


@kernel
def _count_price(reduced: FloatArray, order: IntArray, fixed: int, least: int, most: int) -> float:
    """Price that makes the number of negative free sites fit; `order` sorts them by reduced cost."""
    negative = 0
    while negative < len(order) and reduced[order[negative]] < 0.0:
        negative += 1
    if fixed + negative < least:
        lowest: float = max(0.0, reduced[order[min(least - fixed, len(order)) - 1]])
        return lowest
    if fixed + negative > most:
        highest: float = min(0.0, reduced[order[max(most - fixed, 0)]])
        return highest
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
            price: float = ratio[k]
            return price
    return 0.0


@kernel
def choose_sites(cost: FloatArray, sites: Sites) -> Choice:
    """Least cost of sites that hold the need, within the limits of their number (LP relaxation)."""
    weight = np.zeros(len(cost))
    capacity, state, count = sites.capacity, sites.state, (sites.least, sites.most)
    fixed = 0
    left = sites.need
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
        return _balance(cost, capacity, free, rule, (left, 2.0 * price + 1.0, weight))
    weight[taken] = 1.0
    return Choice(weight, np.sum(weight * cost), price, count_price)


@kernel
def _balance(
    cost: FloatArray,
    capacity: FloatArray,
    free: IntArray,
    rule: tuple[int, int, int],
    need: tuple[float, float, FloatArray],
) -> Choice:
    """Mix the two sets of sites between which the price of capacity turns; need: left, a price, fixed part.

    The value is concave in the price and its pieces are sets; where the lines of a set that holds too
    little and of one that holds enough meet, either both are optimal or a third set lies below.
    """
    left, price, weight = need
    few, _ = _cheapest_at(cost, capacity, free, rule, 0.0)
    many, count_price = _cheapest_at(cost, capacity, free, rule, price)
    for _ in range(DOUBLINGS):
        if capacity[many].sum() >= left:
            break
        price *= 4.0
        many, count_price = _cheapest_at(cost, capacity, free, rule, price)
    while True:
        holds, less = capacity[many].sum(), capacity[few].sum()
        if holds - less <= 0.0 or less >= left:
            break
        price = max(0.0, (cost[many].sum() - cost[few].sum()) / (holds - less))
        trial, count_price = _cheapest_at(cost, capacity, free, rule, price)
        line = cost[many].sum() - price * holds
        if cost[trial].sum() - price * capacity[trial].sum() >= line - 1e-12 * (abs(line) + price * holds):
            break
        if capacity[trial].sum() >= left:
            many = trial
        else:
            few = trial
    share = 1.0
    if holds > left > less:
        share = (left - less) / (holds - less)
    weight[many] += share
    weight[few] += 1.0 - share
    return Choice(weight, np.sum(weight * cost), price, count_price)
