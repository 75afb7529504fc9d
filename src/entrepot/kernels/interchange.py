"""Open sites, the two nearest of them for every customer, and what opening or closing a site is worth.

After Resende and Werneck (2007), A fast swap-based local search procedure for location problems, Annals
of Operations Research 150: opening a and closing r gains gain(a) - loss(r) + extra(a, r). Here gain and extra
of a candidate are summed on demand over the customers that list it; loss is kept up to date.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entrepot.kernels.compiling import kernel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
ShortArray = NDArray[np.int32]
BoolArray = NDArray[np.bool_]


class Lists(NamedTuple):
    """Pairs of customers and sites that moves look at, by customer and by site, ascending by cost.

    Attributes
    ----------
    row_pointer : (n_customers + 1,); row i is row_site, row_cost[row_pointer[i] : row_pointer[i + 1]].
    column_pointer : (n_sites + 1,); column j is column_customer, column_cost[...] alike.
    """

    row_pointer: IntArray
    row_site: ShortArray
    row_cost: FloatArray
    column_pointer: IntArray
    column_customer: ShortArray
    column_cost: FloatArray


class Tariff(NamedTuple):
    """What any pair costs: an entry of a matrix, or weight times distance where the matrix is empty.

    Attributes
    ----------
    matrix : (n_customers, n_sites) or (0, 0). customers, sites : (n, 2) coordinates.
    weight : (n_customers,). rounding : 0 none, 1 down, 2 to the nearest integer.
    fixed : (n_sites,) cost of opening. top : (n_customers,) more than any site costs; stands in for a second
        site where only one is open.
    """

    matrix: FloatArray
    customers: FloatArray
    sites: FloatArray
    weight: FloatArray
    rounding: int
    fixed: FloatArray
    top: FloatArray


class State(NamedTuple):
    """A plan under way.

    Attributes
    ----------
    place : (n_sites,) position of an open site in `order`, -1 = closed. order : (n_sites,) open sites first.
    near, second : (n_customers,) the two cheapest open sites, -1 = none. near_cost, second_cost : they cost.
    loss : (n_sites,) what closing an open site costs, inf where closed.
    tree : (2 * width,) tournament over `loss`: the lowest wins; width >= n_sites, a power of 2.
    is_far, far : customers whose row did not hold two open sites. in_queue, queue : candidate sites.
    saved, touched : scratch. moved : customers of the last flips. stale : sites whose loss has changed.
    counts : open, far, moved, stale, queue head, queue length, flips. total : (1,) cost of the plan.
    flips : site + 1 opened, -(site + 1) closed.
    """

    place: IntArray
    order: ShortArray
    near: ShortArray
    second: ShortArray
    near_cost: FloatArray
    second_cost: FloatArray
    loss: FloatArray
    tree: ShortArray
    is_far: BoolArray
    far: ShortArray
    in_queue: BoolArray
    queue: ShortArray
    saved: FloatArray
    touched: ShortArray
    is_moved: BoolArray
    moved: ShortArray
    is_stale: BoolArray
    stale: ShortArray
    counts: IntArray
    total: FloatArray
    flips: IntArray


OPEN, FAR, MOVED, STALE, HEAD, LENGTH, FLIPS = 0, 1, 2, 3, 4, 5, 6


@kernel
def price(tariff: Tariff, customer: int, site: int) -> float:
    """Cost of serving a customer from a site."""
    if tariff.matrix.size > 0:
        given: float = tariff.matrix[customer, site]
        return given
    across = tariff.customers[customer, 0] - tariff.sites[site, 0]
    along = tariff.customers[customer, 1] - tariff.sites[site, 1]
    distance = np.sqrt(across**2 + along**2)
    if tariff.rounding == 1:
        distance = np.floor(distance)
    elif tariff.rounding == 2:
        distance = np.floor(distance + 0.5)
    cost: float = tariff.weight[customer] * distance
    return cost


@kernel
def columns_of(
    row_pointer: IntArray, row_site: ShortArray, row_cost: FloatArray, n_sites: int
) -> tuple[IntArray, ShortArray, FloatArray]:
    """The same pairs by site, customers in their order."""
    pointer = np.zeros(n_sites + 1, np.int64)
    for entry in range(len(row_site)):
        pointer[row_site[entry] + 1] += 1
    for site in range(n_sites):
        pointer[site + 1] += pointer[site]
    at = pointer[:-1].copy()
    customer = np.empty(len(row_site), np.int32)
    cost = np.empty(len(row_site))
    for row in range(len(row_pointer) - 1):
        for entry in range(row_pointer[row], row_pointer[row + 1]):
            site = row_site[entry]
            customer[at[site]] = row
            cost[at[site]] = row_cost[entry]
            at[site] += 1
    return pointer, customer, cost


@kernel
def settle(state: State) -> None:
    """Carry changed losses up the tournament."""
    width = len(state.tree) // 2
    for index in range(state.counts[STALE]):
        site = state.stale[index]
        state.is_stale[site] = False
        node = (width + site) // 2
        while node >= 1:
            left, right = state.tree[2 * node], state.tree[2 * node + 1]
            winner = left
            if left < 0 or (right >= 0 and state.loss[right] < state.loss[left]):
                winner = right
            state.tree[node] = winner
            node //= 2
    state.counts[STALE] = 0


@kernel
def add_loss(state: State, site: int, amount: float) -> None:
    """Change the loss of an open site."""
    state.loss[site] += amount
    if not state.is_stale[site]:
        state.is_stale[site] = True
        state.stale[state.counts[STALE]] = site
        state.counts[STALE] += 1


@kernel
def note_moved(state: State, customer: int) -> None:
    """Remember a customer whose two nearest sites have changed."""
    if not state.is_moved[customer]:
        state.is_moved[customer] = True
        state.moved[state.counts[MOVED]] = customer
        state.counts[MOVED] += 1


@kernel
def find_second(lists: Lists, tariff: Tariff, state: State, customer: int) -> None:
    """Set the cheapest open site but the nearest: from the row, else among all open sites."""
    near = state.near[customer]
    first, last = lists.row_pointer[customer], lists.row_pointer[customer + 1]
    for entry in range(first, last):
        site = lists.row_site[entry]
        if site != near and state.place[site] >= 0:
            state.second[customer] = site
            state.second_cost[customer] = lists.row_cost[entry]
            return
    best, best_cost = -1, tariff.top[customer]
    if last - first < len(state.place):
        for index in range(state.counts[OPEN]):
            site = state.order[index]
            if site != near:
                cost = price(tariff, customer, site)
                if best < 0 or cost < best_cost:
                    best, best_cost = site, cost
        if not state.is_far[customer]:
            state.is_far[customer] = True
            state.far[state.counts[FAR]] = customer
            state.counts[FAR] += 1
    state.second[customer] = best
    state.second_cost[customer] = best_cost


@kernel
def offer(state: State, customer: int, site: int, cost: float) -> None:
    """Let a site that opens take its place among the two nearest of a customer that it serves better."""
    near = state.near[customer]
    near_cost, second_cost = state.near_cost[customer], state.second_cost[customer]
    if cost < near_cost:
        add_loss(state, near, near_cost - second_cost)
        add_loss(state, site, near_cost - cost)
        state.total[0] += cost - near_cost
        state.second[customer], state.second_cost[customer] = near, near_cost
        state.near[customer], state.near_cost[customer] = site, cost
    else:
        add_loss(state, near, cost - second_cost)
        state.second[customer], state.second_cost[customer] = site, cost
    note_moved(state, customer)


@kernel
def open_site(lists: Lists, tariff: Tariff, state: State, site: int) -> None:
    """Open a closed site."""
    state.place[site] = state.counts[OPEN]
    state.order[state.counts[OPEN]] = site
    state.counts[OPEN] += 1
    state.loss[site] = 0.0
    add_loss(state, site, -tariff.fixed[site])
    state.total[0] += tariff.fixed[site]
    for entry in range(lists.column_pointer[site], lists.column_pointer[site + 1]):
        customer = lists.column_customer[entry]
        if lists.column_cost[entry] < state.second_cost[customer]:
            offer(state, customer, site, lists.column_cost[entry])
    for index in range(state.counts[FAR]):
        customer = state.far[index]
        if state.near[customer] != site and state.second[customer] != site:
            cost = price(tariff, customer, site)
            if cost < state.second_cost[customer]:
                offer(state, customer, site, cost)
    settle(state)


@kernel
def withdraw(lists: Lists, tariff: Tariff, state: State, customer: int, site: int) -> None:
    """Serve a customer without a site that closes."""
    near = state.near[customer]
    gap = state.second_cost[customer] - state.near_cost[customer]
    if near == site:
        state.total[0] += gap
        near = state.second[customer]
        state.near[customer], state.near_cost[customer] = near, state.second_cost[customer]
    else:
        add_loss(state, near, -gap)
    find_second(lists, tariff, state, customer)
    add_loss(state, near, state.second_cost[customer] - state.near_cost[customer])
    note_moved(state, customer)


@kernel
def close_site(lists: Lists, tariff: Tariff, state: State, site: int) -> None:
    """Close an open site; another must be open."""
    state.counts[OPEN] -= 1
    last = state.order[state.counts[OPEN]]
    state.order[state.place[site]] = last
    state.place[last] = state.place[site]
    state.place[site] = -1
    state.total[0] -= tariff.fixed[site]
    for entry in range(lists.column_pointer[site], lists.column_pointer[site + 1]):
        customer = lists.column_customer[entry]
        if state.near[customer] == site or state.second[customer] == site:
            withdraw(lists, tariff, state, customer, site)
    for index in range(state.counts[FAR]):
        customer = state.far[index]
        if state.near[customer] == site or state.second[customer] == site:
            withdraw(lists, tariff, state, customer, site)
    add_loss(state, site, 0.0)
    state.loss[site] = np.inf
    settle(state)


@kernel
def rebuild(lists: Lists, tariff: Tariff, state: State) -> None:
    """Compute everything anew from the open sites."""
    state.counts[1:4] = 0
    state.is_far[:] = False
    state.loss[:] = np.inf
    state.is_stale[:] = False
    state.total[0] = 0.0
    for index in range(state.counts[OPEN]):
        site = state.order[index]
        state.loss[site] = -tariff.fixed[site]
        state.total[0] += tariff.fixed[site]
    for customer in range(len(state.near)):
        state.near[customer] = -1
        find_second(lists, tariff, state, customer)
        state.near[customer], state.near_cost[customer] = state.second[customer], state.second_cost[customer]
        find_second(lists, tariff, state, customer)
        gap = state.second_cost[customer] - state.near_cost[customer]
        state.loss[state.near[customer]] += gap
        state.total[0] += state.near_cost[customer]
    width = len(state.tree) // 2
    for node in range(width - 1, 0, -1):
        left, right = state.tree[2 * node], state.tree[2 * node + 1]
        state.tree[node] = left
        if left < 0 or (right >= 0 and state.loss[right] < state.loss[left]):
            state.tree[node] = right


@kernel
def weigh(lists: Lists, tariff: Tariff, state: State, site: int) -> tuple[float, float, int]:
    """Profit of opening a closed site alone; with the best closing of another; and that other."""
    gain = -tariff.fixed[site]
    count = 0
    for entry in range(lists.column_pointer[site], lists.column_pointer[site + 1]):
        customer = lists.column_customer[entry]
        cost = lists.column_cost[entry]
        second_cost = state.second_cost[customer]
        if cost < second_cost:
            near, near_cost = state.near[customer], state.near_cost[customer]
            if cost < near_cost:
                gain += near_cost - cost
                cost = near_cost
            if second_cost > cost:  # else the two nearest tie, and closing one of them costs nothing anyway
                if state.saved[near] == 0.0:
                    state.touched[count] = near
                    count += 1
                state.saved[near] += second_cost - cost
    partner = state.tree[1]
    least = state.loss[partner]
    for index in range(count):
        other = state.touched[index]
        loss = state.loss[other] - state.saved[other]
        state.saved[other] = 0.0
        if loss < least:
            least, partner = loss, other
    return gain, gain - least, partner
