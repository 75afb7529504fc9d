"""Descent by opening, closing and swapping sites, and local kicks, taken back where they do not pay."""

from typing import NamedTuple

from entrepot.kernels.compiling import kernel
from entrepot.kernels.interchange import (
    FLIPS,
    HEAD,
    LENGTH,
    MOVED,
    OPEN,
    FloatArray,
    IntArray,
    Lists,
    State,
    Tariff,
    close_site,
    open_site,
    weigh,
)

NO_LIMIT = 1 << 60


class Rule(NamedTuple):
    """What moves may do.

    Attributes
    ----------
    is_free : whether the number of open sites is free. tolerance : a move must gain more than this.
    strength : largest number of changes of a kick. reach : open sites of a customer that a kick looks at.
    window : candidates looked at after the first that pays.
    """

    is_free: bool
    tolerance: float
    strength: int
    reach: int
    window: int


@kernel
def flip(lists: Lists, tariff: Tariff, state: State, site: int) -> None:
    """Open a closed site or close an open one, and write it down."""
    if state.place[site] >= 0:
        close_site(lists, tariff, state, site)
        change = -site - 1
    else:
        open_site(lists, tariff, state, site)
        change = site + 1
    if state.counts[FLIPS] < len(state.flips):
        state.flips[state.counts[FLIPS]] = change
    state.counts[FLIPS] += 1


@kernel
def enqueue(state: State, site: int) -> None:
    """Queue a closed site as a candidate, once."""
    if state.place[site] < 0 and not state.in_queue[site]:
        state.in_queue[site] = True
        state.queue[(state.counts[HEAD] + state.counts[LENGTH]) % len(state.queue)] = site
        state.counts[LENGTH] += 1


@kernel
def enqueue_moved(lists: Lists, state: State) -> None:
    """Queue the sites that could now serve the customers that have moved; forget these customers."""
    for index in range(state.counts[MOVED]):
        customer = state.moved[index]
        state.is_moved[customer] = False
        limit = state.second_cost[customer]
        for entry in range(lists.row_pointer[customer], lists.row_pointer[customer + 1]):
            if lists.row_cost[entry] >= limit:
                break
            enqueue(state, lists.row_site[entry])
    state.counts[MOVED] = 0


@kernel
def dequeue(state: State) -> int:
    """Take the first candidate from the queue."""
    site: int = state.queue[state.counts[HEAD]]
    state.counts[HEAD] = (state.counts[HEAD] + 1) % len(state.queue)
    state.counts[LENGTH] -= 1
    state.in_queue[site] = False
    return site


@kernel
def prune(lists: Lists, tariff: Tariff, state: State, rule: Rule) -> None:
    """Close sites as long as that pays."""
    while state.counts[OPEN] > 1 and state.loss[state.tree[1]] < -rule.tolerance:
        flip(lists, tariff, state, state.tree[1])
        enqueue_moved(lists, state)


@kernel
def find_move(lists: Lists, tariff: Tariff, state: State, rule: Rule) -> tuple[int, int]:
    """The first queued candidate that pays, or a better one among the `window` that follow.

    Returns
    -------
    tuple
        site to open, site to close with it; -1 = none.
    """
    best, best_partner, best_profit = -1, -1, rule.tolerance
    left = state.counts[LENGTH]
    while state.counts[LENGTH] > 0 and left > 0:
        site = dequeue(state)
        if state.place[site] >= 0:
            continue
        gain, profit, partner = weigh(lists, tariff, state, site)
        if rule.is_free and gain >= profit:
            profit, partner = gain, -1
        if profit > rule.tolerance:
            loser = site
            if best < 0:
                left = rule.window + 1
            if profit > best_profit:
                loser = best
                best, best_partner, best_profit = site, partner, profit
            if loser >= 0:
                enqueue(state, loser)
        left -= 1
    return best, best_partner


@kernel
def descend(lists: Lists, tariff: Tariff, state: State, rule: Rule, moves: int) -> None:
    """Make up to `moves` moves that pay until no queued candidate has one, or the list of flips is full."""
    if rule.is_free:
        prune(lists, tariff, state, rule)
    while state.counts[LENGTH] > 0 and moves > 0:
        moves -= 1
        site, partner = find_move(lists, tariff, state, rule)
        if site < 0 or state.counts[FLIPS] >= len(state.flips) - 4:
            continue
        flip(lists, tariff, state, site)
        if partner >= 0:
            flip(lists, tariff, state, partner)
        enqueue_moved(lists, state)
        if rule.is_free:
            prune(lists, tariff, state, rule)


@kernel
def look_around(lists: Lists, state: State, customer: int, reach: int) -> tuple[int, int]:
    """Length of a customer's row up to its `reach`-th open site, and how many open sites that holds."""
    found = 0
    first = lists.row_pointer[customer]
    for entry in range(first, lists.row_pointer[customer + 1]):
        if state.place[lists.row_site[entry]] >= 0:
            found += 1
            if found == reach:
                return entry - first + 1, found
    return lists.row_pointer[customer + 1] - first, found


@kernel
def pick_open(lists: Lists, state: State, customer: int, rank: int) -> int:
    """The open site of the given rank in a customer's row."""
    for entry in range(lists.row_pointer[customer], lists.row_pointer[customer + 1]):
        site: int = lists.row_site[entry]
        if state.place[site] >= 0:
            if rank == 0:
                return site
            rank -= 1
    return -1


@kernel
def kick(lists: Lists, tariff: Tariff, state: State, rule: Rule, draw: FloatArray) -> None:
    """Open and close sites at random around a customer; (2 + 3 * strength,) draws in [0, 1)."""
    customer = int(draw[0] * len(state.near))
    for step in range(1 + int(draw[1] * rule.strength)):
        what, one, other = draw[2 + 3 * step], draw[3 + 3 * step], draw[4 + 3 * step]
        if rule.is_free:
            opens, closes = what < 0.67, what >= 0.33
        else:
            opens, closes = True, True
        length, found = look_around(lists, state, customer, rule.reach)
        leaver = pick_open(lists, state, customer, int(other * found)) if found > 0 else -1
        entrant = lists.row_site[lists.row_pointer[customer] + int(one * length)]
        has_opened = opens and leaver >= 0 and state.place[entrant] < 0
        if has_opened:
            flip(lists, tariff, state, entrant)
        if leaver >= 0 and closes and state.counts[OPEN] > 1 and (has_opened or rule.is_free):
            flip(lists, tariff, state, leaver)


@kernel
def take_back(lists: Lists, tariff: Tariff, state: State) -> None:
    """Undo the flips that are written down."""
    count = state.counts[FLIPS]
    for index in range(count - 1, -1, -1):
        change = state.flips[index]
        flip(lists, tariff, state, abs(change) - 1)
    for index in range(state.counts[MOVED]):
        state.is_moved[state.moved[index]] = False
    state.counts[MOVED] = 0
    state.counts[FLIPS] = 0


@kernel
def shake(lists: Lists, tariff: Tariff, state: State, rule: Rule, draws: FloatArray) -> int:
    """One kick and its repair per row of draws; what ends dearer is taken back. Returns how many gained."""
    gained = 0
    for index in range(len(draws)):
        before = state.total[0]
        state.counts[FLIPS] = 0
        kick(lists, tariff, state, rule, draws[index])
        enqueue_moved(lists, state)
        descend(lists, tariff, state, rule, NO_LIMIT)
        if state.total[0] > before + 0.5 * rule.tolerance:
            take_back(lists, tariff, state)
        elif state.total[0] < before - rule.tolerance:
            gained += 1
    return gained


@kernel
def enqueue_all(state: State, order: IntArray) -> None:
    """Queue every closed site, in the given order; forget the flips before."""
    state.counts[FLIPS] = 0
    for index in range(len(order)):
        enqueue(state, order[index])
