"""Oracle: every strategic state of a tiny instance, each with its flow LP, straight from the terms.

Written without the model room: sizes over time instead of columns, offers at the actual size instead of
shifts, a menu by plain loops, and SciPy's linear programming.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from entrepot.instance import Instance
from entrepot.terms.centre import capacity
from entrepot.terms.centre_life import budget_use, centre_carbon, life_cash
from entrepot.terms.offers import Context, context, direct_offer, stocked_offer

Path = tuple[int, ...]


@dataclass(frozen=True)
class Optimum:
    """Best value found, EUR (None = no state is feasible), sizes of it, and the number of states."""

    value: float | None
    sizes: tuple[Path, ...] | None
    n_states: int


@dataclass(frozen=True)
class Options:
    """Offers on the menu, one row each; `value` has a column per size level (direct: all the same)."""

    cell: np.ndarray
    site: np.ndarray
    value: np.ndarray
    volume: np.ndarray
    hours_limit: np.ndarray
    carbon: np.ndarray


def enumerate_optimum(instance: Instance) -> Optimum:
    """Best of all states; a state whose bound without capacities is no better than the best is skipped."""
    paths = [site_paths(instance, j) for j in range(instance.n_sites)]
    worth = [{path: path_worth(instance, j, path) for path in paths[j]} for j in range(instance.n_sites)]
    cells, options = menu_options(instance)
    states = []
    for sizes in itertools.product(*paths):
        if meets_limits(instance, sizes):
            strategic = sum(worth[j][path] for j, path in enumerate(sizes))
            states.append((strategic + flow_bound(instance, sizes, cells, options), strategic, sizes))
    states.sort(key=lambda state: -state[0])
    best, chosen = -np.inf, None
    for bound, strategic, sizes in states:
        if bound <= best:
            break
        flow = best_flow(instance, sizes, cells, options)
        if flow is not None and strategic + flow > best:
            best, chosen = strategic + flow, sizes
    count = int(np.prod([len(p) for p in paths], dtype=float))
    return Optimum(best if chosen is not None else None, chosen, count)


def site_paths(instance: Instance, site: int) -> list[Path]:
    """Sizes over the periods that the rules of a centre's life and its status allow."""
    top = max(instance.sites.max_size[site], instance.sites.initial_size[site])
    every = itertools.product(range(int(top) + 1), repeat=instance.n_periods)
    return [path for path in every if _is_allowed(instance, site, path)]


def _is_allowed(instance: Instance, site: int, path: Path) -> bool:
    sites = instance.sites
    status, initial = sites.status[site], int(sites.initial_size[site])
    before = (initial, *path)
    for now, then in itertools.pairwise(before):
        if now > 0 and 0 < then < now:
            return False
    is_open = [size > 0 for size in before]
    openings = [t for t in range(len(path)) if is_open[t + 1] and not is_open[t]]
    if len(openings) + (initial > 0) > 1:
        return False
    late = any(not sites.earliest_period[site] <= t <= sites.latest_period[site] for t in openings)
    if status == "candidate":
        return not late
    if status == "forced":
        return bool(openings) and not late and path[-1] > 0
    if status == "fixed":
        return set(path) == {initial}
    return status == "existing" or not any(path)


def path_worth(instance: Instance, site: int, path: Path) -> float:
    """Net present value of a centre's life without its parcels, EUR."""
    total = 0.0
    for module, first, last in _modules(instance, site, path):
        for cash in life_cash(instance, site, module, first, last, first):
            years = (cash.day - instance.money.base_day) / 365.0
            total += cash.amount / (1.0 + instance.money.discount_rate) ** years
    return total


def _modules(instance: Instance, site: int, path: Path) -> list[tuple[int, int, int]]:
    initial = int(instance.sites.initial_size[site])
    lives = []
    for module in range(1, max(initial, *path) + 1):
        active = [t for t, size in enumerate(path) if size >= module]
        first = -1 if module <= initial else active[0]
        lives.append((module, first, active[-1] if active else -1))
    return lives


def meets_limits(instance: Instance, sizes: tuple[Path, ...]) -> bool:
    """Budget and counts."""
    limits, periods = instance.limits, range(instance.n_periods)
    spent = np.zeros(instance.n_periods)
    for j, path in enumerate(sizes):
        for module, first, _ in _modules(instance, j, path):
            if first >= 0:
                spent += budget_use(instance, j, module, first)
    room = limits.budget
    if limits.carries_over:
        spent, room = np.cumsum(spent), np.cumsum(room)
    if (spent > room * (1 + 1e-12)).any():
        return False
    table = np.array([(int(instance.sites.initial_size[j]), *path) for j, path in enumerate(sizes)]) > 0
    for t in periods:
        n_open, n_new = table[:, t + 1].sum(), (table[:, t + 1] & ~table[:, t]).sum()
        if not limits.min_centres[t] <= n_open <= limits.max_centres[t] or n_new > limits.max_openings[t]:
            return False
    return True


def menu_options(instance: Instance) -> tuple[list[tuple[int, int, int]], Options]:
    """Cells (period, market, product) with demand, and every offer on their menus."""
    around = context(instance)
    cells = [
        (t, i, k)
        for t in range(instance.n_periods)
        for i in range(instance.n_markets)
        for k in range(instance.n_products)
        if instance.demand[i, k, t] > 0
    ]
    stocked, direct = _stocked(instance, around), _direct(instance, around)
    rows: list[tuple[int, int, list[float], float, float, float]] = []
    for number, (t, i, k) in enumerate(cells):
        rows += [(number, -1, [value] * instance.n_sizes, *rest) for value, *rest in direct(t, i, k)]
        for j in range(instance.n_sites):
            rows += [(number, j, values, *rest) for values, *rest in stocked(t, i, k, j)]
    column = list(zip(*rows, strict=True)) if rows else [()] * 6
    return cells, Options(
        np.array(column[0], dtype=int), np.array(column[1], dtype=int),
        np.array(column[2], dtype=float).reshape(-1, instance.n_sizes), *(np.array(c) for c in column[3:]),
    )  # fmt: skip


def _factor(instance: Instance, t: int) -> float:
    middle = (instance.periods.start_day[t] + instance.periods.end_day[t]) / 2.0
    return float((1.0 + instance.money.discount_rate) ** (-(middle - instance.money.base_day) / 365.0))


def _best_by_class(offers: list[tuple[int, float, int]]) -> list[int]:
    """Indices shown of (class, value, index): best of its class, and better than all faster classes."""
    best: dict[int, tuple[float, int]] = {}
    for level, value, index in offers:
        if level not in best or value > best[level][0]:
            best[level] = (value, index)
    shown, ahead = [], -np.inf
    for level in sorted(best):
        if best[level][0] > ahead:
            ahead = best[level][0]
            shown.append(best[level][1])
    return shown


def _stocked(instance: Instance, around: Context):
    axes = np.ogrid[
        : instance.n_periods, : instance.n_markets, : instance.n_products, : instance.n_sites,
        : instance.n_services, 1 : instance.n_sizes + 1,
    ]  # fmt: skip
    t, i, k, j, s, c = axes
    offer = stocked_offer(instance, around, t, i, k, j, s, c)
    shape = np.broadcast_shapes(*(axis.shape for axis in axes))
    margin = np.broadcast_to(sum(offer.lines.values()), shape)
    share, level, usable, carbon = (
        np.broadcast_to(array, (*shape[:-1], 1))[..., 0]
        for array in (offer.share, offer.class_index, offer.is_available, offer.carbon)
    )
    sites = instance.sites
    top = [
        int(sites.initial_size[q]) if sites.status[q] == "fixed" else int(sites.max_size[q])
        for q in range(instance.n_sites)
    ]

    def menu(t, i, k, j):
        at, factor = (t, i, k, j), _factor(instance, t)
        offers = [
            (int(level[at][s]), share[at][s] * margin[at][s, top[j] - 1], s)
            for s in range(instance.n_services)
            if usable[at][s]
        ]
        for s in _best_by_class(offers):
            part = share[at][s]
            yield (
                list(part * margin[at][s] * factor), part,
                instance.choice.class_hours[level[at][s]], part * carbon[at][s],
            )  # fmt: skip

    return menu


def _direct(instance: Instance, around: Context):
    axes = np.ogrid[
        : instance.n_periods, : instance.n_markets, : instance.n_products,
        : instance.n_gateways, : instance.n_services,
    ]  # fmt: skip
    offer = direct_offer(instance, around, *axes)
    shape = np.broadcast_shapes(*(axis.shape for axis in axes))
    flat = (*shape[:3], -1)
    margin, share, level, usable, carbon = (
        np.broadcast_to(array, shape).reshape(flat)
        for array in (
            sum(offer.lines.values()), offer.share, offer.class_index, offer.is_available, offer.carbon
        )
    )  # fmt: skip

    def menu(t, i, k):
        at, factor = (t, i, k), _factor(instance, t)
        offers = [
            (int(level[at][a]), share[at][a] * margin[at][a], a)
            for a in range(share.shape[3])
            if usable[at][a]
        ]
        for a in _best_by_class(offers):
            part = share[at][a]
            yield (
                part * margin[at][a] * factor, part,
                instance.choice.class_hours[level[at][a]], part * carbon[at][a],
            )  # fmt: skip

    return menu


def _open_options(sizes, cells, options: Options):
    """Rows that a state can use, and their values at the actual sizes."""
    period = np.array([cell[0] for cell in cells])[options.cell]
    table = np.array(sizes)
    size = np.where(options.site < 0, 1, table[options.site, period])
    rows = np.flatnonzero(size > 0)
    return rows, options.value[rows, size[rows] - 1]


def _weight(instance, cells):
    return np.array([instance.demand[i, k, t] for t, i, k in cells])


def _fallback(instance, cells):
    """What a cell is worth when nobody is served, per unit of demand."""
    if instance.choice.assortment != "fixed":
        return np.zeros(len(cells))
    return np.array([-instance.choice.unserved_penalty * _factor(instance, t) for t, _, _ in cells])


def flow_bound(instance, sizes, cells, options) -> float:
    """Best value of the flows without capacities and floors, EUR; a little above, never below."""
    rows, value = _open_options(sizes, cells, options)
    best = _fallback(instance, cells)
    np.maximum.at(best, options.cell[rows], value)
    total = float(best @ _weight(instance, cells))
    return total + 1e-9 * abs(total) + 1e-6


@dataclass(frozen=True)
class Flow:
    """What a state can use, one entry per offer: its cell (period, market, product), and parcels sold."""

    rows: np.ndarray
    cell: np.ndarray
    period: np.ndarray
    market: np.ndarray
    product: np.ndarray
    weight: np.ndarray
    parcels: np.ndarray


def best_flow(instance: Instance, sizes, cells, options: Options) -> float | None:
    """Optimal flows of a state by linear programming, EUR; None where a limit cannot be met."""
    rows, value = _open_options(sizes, cells, options)
    weight, fallback = _weight(instance, cells), _fallback(instance, cells)
    cell = options.cell[rows]
    period, market, product = (np.array(part)[cell] for part in zip(*cells, strict=True))
    flow = Flow(rows, cell, period, market, product, weight[cell], weight[cell] * options.volume[rows])
    pairs = [
        *(((cell == number).astype(float), 1.0) for number in range(len(cells))),
        *_capacity_rows(instance, sizes, options, flow),
        *_floor_rows(instance, options, flow),
        *_carbon_rows(instance, sizes, options, flow),
    ]
    base = float(weight @ fallback)
    if min(side for _, side in pairs) < 0.0:
        return None
    if len(rows) == 0:
        return base
    gain = weight[cell] * (value - fallback[cell])
    table, side = np.array([row for row, _ in pairs]), np.array([side for _, side in pairs])
    answer = linprog(-gain / 1e3, A_ub=table, b_ub=side, method="highs")
    assert answer.status == 0, answer.message
    return base - 1e3 * answer.fun


def _capacity_rows(instance: Instance, sizes, options: Options, flow: Flow):
    load = flow.parcels * instance.products.handling_factor[flow.product]
    for j, path in enumerate(sizes):
        for t, size in enumerate(path):
            if size:
                room = float(capacity(instance, j, size, t))
                yield np.where((options.site[flow.rows] == j) & (flow.period == t), load / room, 0.0), 1.0


def _floor_rows(instance: Instance, options: Options, flow: Flow):
    for floor in instance.limits.service:
        counted = instance.markets.country_index[flow.market] == floor.country_index
        counted = counted | (floor.country_index < 0)
        late = floor.share - (options.hours_limit[flow.rows] <= floor.hours)
        for t in range(instance.n_periods):
            yield np.where(counted & (flow.period == t), flow.parcels * late, 0.0) / 1e3, 0.0


def _carbon_rows(instance: Instance, sizes, options: Options, flow: Flow):
    for t in np.flatnonzero(np.isfinite(instance.limits.carbon_cap)):
        used = sum(
            float(centre_carbon(instance, j, m, t)) for j, p in enumerate(sizes) for m in range(1, p[t] + 1)
        )
        room = instance.limits.carbon_cap[t] - used
        kg = flow.weight * options.carbon[flow.rows]
        yield np.where(flow.period == t, kg, 0.0) / 1e3, room / 1e3
