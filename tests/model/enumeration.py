"""Oracle: every strategic state of a tiny instance, each with its flow LP, straight from the terms.

Written without the model room: sizes over time instead of columns, offers at the actual size instead of
shifts, a menu by plain loops, and SciPy's linear programming.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from entrepot.instance import Instance
from entrepot.terms.carriage import spend_terms
from entrepot.terms.centre import capacity
from entrepot.terms.centre_life import budget_use, centre_carbon, life_cash
from entrepot.terms.contracts import contract_cash, first_capacity, volume_terms
from entrepot.terms.inbound import path_terms
from entrepot.terms.offers import Context, context, direct_offer, stocked_offer
from model.carrier_states import CarrierState, carrier_states
from stock_by_hand import cost_of, most_of, space_of

Path = tuple[int, ...]
Life = tuple[Path, Path]
"""Sizes and operators of a site over the periods; operator -1 = closed."""


@dataclass(frozen=True)
class Optimum:
    """Best value found, EUR (None = no state is feasible), its decisions, and the number of states."""

    value: float | None
    sizes: tuple[Path, ...] | None
    operators: tuple[Path, ...] | None
    n_states: int
    carriers: CarrierState | None = None


@dataclass(frozen=True)
class Options:
    """Offers on the menu, one row each; `value` is by size level and operator (direct: all the same).

    It is not a number where the operator cannot handle the product. `rates` are EUR per unit of demand.
    """

    cell: np.ndarray
    site: np.ndarray
    value: np.ndarray
    volume: np.ndarray
    hours_limit: np.ndarray
    carbon: np.ndarray
    carrier: np.ndarray
    rates: np.ndarray
    gateway: np.ndarray


def enumerate_optimum(instance: Instance) -> Optimum:
    """Best of all states; a state whose bound without capacities is no better than the best is skipped."""
    lives = [site_lives(instance, j) for j in range(instance.n_sites)]
    worth = [{life: life_worth(instance, j, life) for life in lives[j]} for j in range(instance.n_sites)]
    cells, options = menu_options(instance)
    contracted = carrier_states(instance)
    bounds = FlowBounds(instance, cells, options)
    states = []
    for state in itertools.product(*lives):
        if meets_limits(instance, state):
            strategic = sum(worth[j][life] for j, life in enumerate(state))
            for carriers in contracted:
                fixed = strategic + carriers.worth
                states.append((fixed + bounds.of(state, carriers), fixed, state, carriers))
    states.sort(key=lambda entry: -entry[0])
    best, chosen = -np.inf, None
    for bound, fixed, state, carriers in states:
        if bound <= best:
            break
        flow = best_flow(instance, (state, carriers), cells, options)
        if flow is not None and fixed + flow > best:
            best, chosen = fixed + flow, (state, carriers)
    count = int(np.prod([len(p) for p in lives], dtype=float)) * len(contracted)
    if chosen is None:
        return Optimum(None, None, None, count)
    return Optimum(best, tuple(s for s, _ in chosen[0]), tuple(q for _, q in chosen[0]), count, chosen[1])


def site_lives(instance: Instance, site: int) -> list[Life]:
    """Sizes and operators over the periods that the rules allow."""
    found = []
    for path in site_paths(instance, site):
        offers = offers_of(instance, site)
        for choice in itertools.product(*([-1] if size == 0 else offers for size in path)):
            if len({bears(instance, q) for q in choice if q >= 0}) <= 1:
                found.append((path, choice))
    return found


def offers_of(instance: Instance, site: int) -> list[int]:
    """Who may run a site; an open one keeps who bears its costs, a fixed one its operator."""
    allowed = [q for q in range(len(instance.operators.ids)) if instance.sites.may_run[site, q]]
    if instance.sites.initial_size[site] > 0:
        today = int(instance.sites.operator_index[site])
        if instance.sites.status[site] == "fixed":
            return [today]
        return [q for q in allowed if bears(instance, q) == bears(instance, today)]
    return allowed


def bears(instance: Instance, operator: int) -> tuple[bool, bool, bool]:
    """Own staff, rent and capital borne by the operator."""
    operators = instance.operators
    return (
        bool(operators.is_own[operator]),
        bool(operators.bears_rent[operator]),
        bool(operators.bears_capital[operator]),
    )


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


def life_worth(instance: Instance, site: int, life: Life) -> float:
    """Net present value of a centre's life without its parcels, EUR."""
    path, choice = life
    whose = next((q for q in choice if q >= 0), int(instance.sites.operator_index[site]))
    total = 0.0
    payments = [
        cash
        for module, first, last in _modules(instance, site, path)
        for cash in life_cash(instance, site, module, first, last, first, whose)
    ]
    payments += [
        cash
        for operator, first, last in contracts(instance, site, choice)
        for cash in contract_cash(instance, site, operator, first, last)
    ]
    for cash in payments:
        years = (cash.day - instance.money.base_day) / 365.0
        total += cash.amount / (1.0 + instance.money.discount_rate) ** years
    return total


def contracts(instance: Instance, site: int, choice: Path) -> list[tuple[int, int, int]]:
    """(operator, first, last) of every contract."""
    today = int(instance.sites.operator_index[site]) if instance.sites.initial_size[site] > 0 else -1
    found: list[tuple[int, int, int]] = []
    for t, operator in enumerate((today, *choice), start=-1):
        if found and found[-1][0] == operator and found[-1][2] == t - 1:
            found[-1] = (operator, found[-1][1], t)
        elif operator >= 0:
            found.append((operator, t, t))
    return found


def _modules(instance: Instance, site: int, path: Path) -> list[tuple[int, int, int]]:
    initial = int(instance.sites.initial_size[site])
    lives = []
    for module in range(1, max(initial, *path) + 1):
        active = [t for t, size in enumerate(path) if size >= module]
        first = -1 if module <= initial else active[0]
        lives.append((module, first, active[-1] if active else -1))
    return lives


def meets_limits(instance: Instance, state: tuple[Life, ...]) -> bool:
    """Budget, counts and partners."""
    limits, periods = instance.limits, range(instance.n_periods)
    spent = np.zeros(instance.n_periods)
    for j, (path, choice) in enumerate(state):
        for module, first, _ in _modules(instance, j, path):
            if first >= 0:
                spent += budget_use(instance, j, module, first, choice[first])
    room = limits.budget
    if limits.carries_over:
        spent, room = np.cumsum(spent), np.cumsum(room)
    if (spent > room * (1 + 1e-12)).any():
        return False
    table = np.array([(int(instance.sites.initial_size[j]), *path) for j, (path, _) in enumerate(state)]) > 0
    for t in periods:
        n_open, n_new = table[:, t + 1].sum(), (table[:, t + 1] & ~table[:, t]).sum()
        if not limits.min_centres[t] <= n_open <= limits.max_centres[t] or n_new > limits.max_openings[t]:
            return False
        if not _partners_agree(instance, [choice[t] for _, choice in state], t):
            return False
    paths = tuple(path for path, _ in state)
    return meets_relations(instance, table[:, 1:]) and not too_many_changes(instance, paths)


def _partners_agree(instance: Instance, choice: list[int], t: int) -> bool:
    third = [(j, q) for j, q in enumerate(choice) if q >= 0 and not instance.operators.is_own[q]]
    firm = instance.contracts.firm
    if len({firm[q] for _, q in third}) > instance.limits.max_partners[t]:
        return False
    country = instance.sites.country_index
    return not any(
        instance.contracts.is_exclusive[q] and country[i] == country[j] and firm[q] != firm[p]
        for i, q in third
        for j, p in third
    )


def meets_relations(instance: Instance, is_open: np.ndarray) -> bool:
    """Relations between sites; `is_open` (n_sites, n_periods)."""
    for relation in instance.policies.relations:
        periods = range(instance.n_periods) if relation.period < 0 else [relation.period]
        for t in periods:
            first = sum(bool(is_open[j, t]) for j in relation.if_sites)
            then = sum(bool(is_open[j, t]) for j in relation.then_sites)
            if first >= relation.if_least and not relation.then_least <= then <= relation.then_most:
                return False
    return True


def too_many_changes(instance: Instance, sizes: tuple[Path, ...]) -> bool:
    """Openings + closings + expansions beyond the limit of some period."""
    count = np.zeros(instance.n_periods)
    for j, path in enumerate(sizes):
        before = int(instance.sites.initial_size[j])
        for t, now in enumerate(path):
            opens, closes = before == 0 < now, now == 0 < before
            count[t] += opens + closes + (0 < before < now)
            before = now
    return bool((count > instance.policies.max_changes).any())


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
    rows: list[tuple[int, int, np.ndarray, float, float, float, int, float, int]] = []
    for number, (t, i, k) in enumerate(cells):
        shape = (instance.n_sizes, len(instance.operators.ids))
        rows += [(number, -1, np.full(shape, value), *rest) for value, *rest in direct(t, i, k)]
        for j in range(instance.n_sites):
            rows += [(number, j, values, *rest) for values, *rest in stocked(t, i, k, j)]
    column = list(zip(*rows, strict=True)) if rows else [()] * 9
    return cells, Options(
        np.array(column[0], dtype=int), np.array(column[1], dtype=int),
        np.array(column[2], dtype=float).reshape(-1, instance.n_sizes, len(instance.operators.ids)),
        *(np.array(c) for c in column[3:]),
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


def _by_menu(instance: Instance, offers: list[tuple[int, float, int]], service) -> list[int]:
    """Indices shown: the best by class of each carrier under contract, and of all others together."""
    owner = instance.rate_cards.service_carrier
    menus: dict[int, list[tuple[int, float, int]]] = {}
    for offer in offers:
        carrier = int(owner[service(offer[2])])
        menus.setdefault(carrier if instance.carriage.is_chosen[carrier] else -1, []).append(offer)
    return [index for menu in menus.values() for index in _best_by_class(menu)]


def _by_gateway(instance: Instance, around: Context, where: tuple[int, int], offers) -> list[int]:
    """Indices shown of direct offers: gateways that something limits or charges have menus of their own."""
    (t, k), terms = where, instance.inbound
    menus: dict[int, list[tuple[int, float, int]]] = {}
    for offer in offers:
        g = offer[2] // instance.n_services
        lanes = [a for a in around.direct.lane[g, k, t] if a >= 0]
        alone = terms.is_chosen and (
            np.isfinite(terms.gateway_capacity[g])
            or terms.gateway_fee[g] > 0.0
            or any(np.isfinite(terms.lane_capacity[a]) or terms.commitment[a] > 0.0 for a in lanes)
        )
        menus.setdefault(g if alone else -1, []).append(offer)
    return [
        index
        for menu in menus.values()
        for index in _by_menu(instance, menu, lambda a: a % instance.n_services)
    ]


def _stocked(instance: Instance, around: Context):
    axes = np.ogrid[
        : instance.n_periods, : instance.n_markets, : instance.n_products, : instance.n_sites,
        : instance.n_services, 1 : instance.n_sizes + 1, : len(instance.operators.ids),
    ]  # fmt: skip
    t, i, k, j, s, c, q = axes
    offer = stocked_offer(instance, around, t, i, k, j, s, c, q)
    shape = np.broadcast_shapes(*(axis.shape for axis in axes))
    margin = np.broadcast_to(sum(offer.lines.values()), shape)
    if instance.stock.is_pooled:
        margin = margin - _stock_chords(instance, around)[:, None, :, :, None]
    share, level, usable, carbon, price = (
        np.broadcast_to(array, (*shape[:-2], 1, 1))[..., 0, 0]
        for array in (
            offer.share, offer.class_index, offer.is_available, offer.carbon, -offer.lines["last_mile"]
        )
    )  # fmt: skip
    sites = instance.sites
    top = [
        int(sites.initial_size[q]) if sites.status[q] == "fixed" else int(sites.max_size[q])
        for q in range(instance.n_sites)
    ]
    allowed = [offers_of(instance, j) for j in range(instance.n_sites)]

    def menu(t, i, k, j):
        at, factor = (t, i, k, j), _factor(instance, t)
        able = [q for q in allowed[j] if instance.contracts.serves[q, k]]
        if not able:
            return
        offers = [
            (int(level[at][s]), share[at][s] * margin[at][s, top[j] - 1, able].max(), s)
            for s in range(instance.n_services)
            if usable[at][s]
        ]
        for s in _by_menu(instance, offers, lambda s: s):
            part = share[at][s]
            values = np.where(instance.contracts.serves[:, k], part * margin[at][s] * factor, np.nan)
            yield (
                values, part,
                instance.choice.class_hours[level[at][s]], part * carbon[at][s],
                int(instance.rate_cards.service_carrier[s]), part * price[at][s], -1,
            )  # fmt: skip

    return menu


def _stock_chords(instance: Instance, around: Context) -> np.ndarray:
    """Cost of stock per parcel at the most that a centre can send: by period, product, site, size, offer."""
    n_periods, n_operators = instance.n_periods, len(instance.operators.ids)
    slope = np.zeros((n_periods, instance.n_products, instance.n_sites, instance.n_sizes, n_operators))
    for t, k, j, c, q in np.ndindex(slope.shape):
        if around.inbound.is_open[j, k, t]:
            most = most_of(instance, around, k, t, float(capacity(instance, j, c + 1, t, q)))
            if most > 0.0:
                slope[t, k, j, c, q] = cost_of(instance, around, j, k, t, q, most) / most
    return slope


def _room_rows(instance: Instance, state, options: Options, flow: "Flow"):
    """Stock finds room."""
    if not instance.stock.is_pooled or not np.isfinite(instance.stock.storage).any():
        return
    around = context(instance)
    site = options.site[flow.rows]
    for j, (path, _) in enumerate(state):
        for t, size in enumerate(path):
            if size and np.isfinite(instance.stock.storage[size - 1]):
                space = [space_of(instance, around, j, k, t) for k in range(instance.n_products)]
                used = flow.parcels * np.array(space)[flow.product]
                yield (
                    np.where((site == j) & (flow.period == t), used, 0.0) / instance.stock.storage[size - 1],
                    1.0,
                )


def _direct(instance: Instance, around: Context):
    axes = np.ogrid[
        : instance.n_periods, : instance.n_markets, : instance.n_products,
        : instance.n_gateways, : instance.n_services,
    ]  # fmt: skip
    offer = direct_offer(instance, around, *axes)
    shape = np.broadcast_shapes(*(axis.shape for axis in axes))
    flat = (*shape[:3], -1)
    margin, share, level, usable, carbon, price = (
        np.broadcast_to(array, shape).reshape(flat)
        for array in (
            sum(offer.lines.values()), offer.share, offer.class_index, offer.is_available, offer.carbon,
            -offer.lines["last_mile"],
        )
    )  # fmt: skip

    def menu(t, i, k):
        at, factor = (t, i, k), _factor(instance, t)
        offers = [
            (int(level[at][a]), share[at][a] * margin[at][a], a)
            for a in range(share.shape[3])
            if usable[at][a]
        ]
        for a in _by_gateway(instance, around, (t, k), offers):
            part = share[at][a]
            yield (
                part * margin[at][a] * factor, part,
                instance.choice.class_hours[level[at][a]], part * carbon[at][a],
                int(instance.rate_cards.service_carrier[a % instance.n_services]), part * price[at][a],
                a // instance.n_services,
            )  # fmt: skip

    return menu


def _open_options(instance: Instance, state, carriers: CarrierState, cells, options: Options):
    """Rows that a state can use, and their values at the actual sizes, operators and carriers."""
    period = np.array([cell[0] for cell in cells])[options.cell]
    sizes, operators = (np.array([life[part] for life in state]) for part in (0, 1))
    size = np.where(options.site < 0, 1, sizes[options.site, period])
    operator = np.where(options.site < 0, 0, operators[options.site, period])
    value = options.value[np.arange(len(size)), size - 1, operator]
    is_usable = (size > 0) & ~np.isnan(value)
    must = instance.carriage.is_chosen
    for row in np.flatnonzero(is_usable):
        t, i, _ = cells[options.cell[row]]
        r, n = int(options.carrier[row]), int(instance.markets.country_index[i])
        is_usable[row] = not must[r] or carriers.works(r, n, t)
    rows = np.flatnonzero(is_usable)
    return rows, value[rows]


def _weight(instance, cells):
    return np.array([instance.demand[i, k, t] for t, i, k in cells])


def _fallback(instance, cells):
    """What a cell is worth when nobody is served, per unit of demand."""
    if instance.choice.assortment != "fixed":
        return np.zeros(len(cells))
    return np.array([-instance.choice.unserved_penalty * _factor(instance, t) for t, _, _ in cells])


class FlowBounds:
    """Best value of the flows without capacities, floors and commitments, EUR; above it, never below.

    Without these the periods do not depend on each other, so each period of a state is bounded once.
    """

    def __init__(self, instance: Instance, cells, options: Options) -> None:
        self.instance, self.cells, self.options = instance, cells, options
        self.weight, self.fallback = _weight(instance, cells), _fallback(instance, cells)
        self.period = np.array([t for t, _, _ in cells], dtype=int)
        self.known: dict[tuple[object, ...], float] = {}
        self.on_rates = _most_discount_on_rates(instance, cells, options)

    def of(self, state, carriers: CarrierState) -> float:
        total = _most_discount(self.instance, state) + self.on_rates
        for t in range(self.instance.n_periods):
            on = tuple(pair for pair in sorted(carriers.runs) if carriers.works(*pair, t))
            key = (t, on, *((path[t], choice[t]) for path, choice in state))
            if key not in self.known:
                self.known[key] = self._of_period(t, state, carriers)
            total += self.known[key]
        return total + 1e-9 * abs(total) + 1e-6

    def _of_period(self, t: int, state, carriers: CarrierState) -> float:
        rows, value = _open_options(self.instance, state, carriers, self.cells, self.options)
        best = self.fallback.copy()
        np.maximum.at(best, self.options.cell[rows], value)
        return float(np.where(self.period == t, best * self.weight, 0.0).sum())


def _most_discount_on_rates(instance: Instance, cells, options: Options) -> float:
    """All discounts on the dearest rates of everybody, EUR."""
    weight, total = _weight(instance, cells), 0.0
    for r in np.flatnonzero(instance.carriage.is_chosen).tolist():
        dearest = np.zeros(len(cells))
        mine = options.carrier == r
        np.maximum.at(dearest, options.cell[mine], options.rates[mine])
        for t in range(instance.n_periods):
            part = float(spend_terms(instance, r, t).discount.max(initial=0.0))
            paid = sum(weight[c] * dearest[c] for c, cell in enumerate(cells) if cell[0] == t)
            total += part * paid * _factor(instance, t)
    return total


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


def _most_discount(instance: Instance, state) -> float:
    """All discounts on all that could be handled, EUR."""
    total = 0.0
    for t in range(instance.n_periods):
        handled = float((instance.demand[:, :, t] @ instance.products.handling_factor).sum())
        for q in {choice[t] for _, choice in state} - {-1}:
            terms = volume_terms(instance, q, t)
            part = float(terms.discount.max(initial=0.0))
            total += handled * terms.rate * part * _factor(instance, t)
    return total


def best_flow(instance: Instance, decided, cells, options: Options) -> float | None:
    """Optimal flows of a state (centres, carriers), EUR; None where a limit cannot be met.

    Columns: flows, then shortfall, counted volume and mark of each tier of every offer and period.
    """
    state, carriers = decided
    rows, value = _open_options(instance, state, carriers, cells, options)
    weight, fallback = _weight(instance, cells), _fallback(instance, cells)
    cell = options.cell[rows]
    period, market, product = (np.array(part)[cell] for part in zip(*cells, strict=True))
    flow = Flow(rows, cell, period, market, product, weight[cell], weight[cell] * options.volume[rows])
    pairs: list[tuple[np.ndarray, float]] = [
        *(((cell == number).astype(float), 1.0) for number in range(len(cells))),
        *_capacity_rows(instance, state, options, flow),
        *_room_rows(instance, state, options, flow),
        *_floor_rows(instance, options, flow),
        *([] if instance.inbound.is_chosen else _carbon_rows(instance, state, options, flow)),
        *_share_rows(instance, flow),
        *_carrier_rows(instance, options, flow),
    ]
    base = float(weight @ fallback)
    gain = weight[cell] * (value - fallback[cell])
    volumes = _Volumes(len(rows))
    for t, q in sorted({(t, q) for _, choice in state for t, q in enumerate(choice) if q >= 0}):
        mine = [j for j, (_, choice) in enumerate(state) if choice[t] == q]
        load = np.where(np.isin(options.site[rows], mine) & (period == t), flow.parcels, 0.0)
        terms = volume_terms(instance, q, t)
        money = terms.rate * _factor(instance, t)
        volumes.add(terms, money, len(mine), load * instance.products.handling_factor[product])
    for terms, money, count, paid in _spends(instance, carriers, options, flow):
        volumes.add(terms, money, count, paid)
    _add_paths(instance, state, options, flow, volumes)
    if len(rows) + len(volumes.gain) == 0:
        return None if min(side for _, side in pairs) < 0.0 else base
    sources = _sources(instance, options, flow)
    first_source = len(rows) + len(volumes.gain)
    width = first_source + sources.shape[1]
    table = np.zeros((len(pairs) + len(volumes.rows), width))
    for number, (row, _) in enumerate([*pairs, *volumes.rows]):
        table[number, : len(row)] = row
    side = np.array([side for _, side in [*pairs, *volumes.rows]])
    is_whole = instance.policies.sourcing[flow.market, flow.product] > 0
    answer = milp(
        -np.concatenate([gain, volumes.gain, np.zeros(sources.shape[1])]) / 1e3,
        constraints=[
            LinearConstraint(table, -np.inf, side),
            *_source_rows(sources, flow, first_source),
        ],
        integrality=np.concatenate([is_whole, volumes.is_whole, np.ones(sources.shape[1])]),
        bounds=Bounds(0.0, np.concatenate([np.ones(len(rows)), volumes.upper, np.ones(sources.shape[1])])),
        options={"mip_rel_gap": 1e-9},
    )
    if answer.status == INFEASIBLE:
        return None
    assert answer.status == 0, answer.message
    return base - 1e3 * float(answer.fun)


INFEASIBLE = 2


def _add_paths(instance: Instance, state, options: Options, flow: Flow, volumes: "_Volumes") -> None:
    """Every open lane of every open centre as a column, none left out or folded in; tonnes in thousands."""
    terms = instance.inbound
    if not terms.is_chosen:
        return
    share, lanes = instance.origins.supply_share, instance.lanes
    lane_entries: dict[tuple[int, int], dict[int, float]] = {}
    carbon_entries: dict[int, dict[int, float]] = {}
    around = context(instance)
    site = options.site[flow.rows]
    for j, t, k, o in np.ndindex(instance.n_sites, instance.n_periods, instance.n_products, len(share)):
        rule = int(around.inbound.lane[j, k, t, o])
        if not state[j][0][t] or not around.inbound.is_open[j, k, t] or share[o] <= 0.0:
            continue
        mine = np.where((site == j) & (flow.period == t) & (flow.product == k), flow.parcels, 0.0)
        base, entries = path_terms(instance, rule, j, k, t), {}
        usable = (lanes.origin_index == o) & lanes.is_open[:, t] & lanes.carries_stock
        for lane in np.flatnonzero(usable).tolist():
            own = path_terms(instance, lane, j, k, t)
            dearer = float(_path_price(instance, own) - _path_price(instance, base))
            column = volumes._column(-dearer * _factor(instance, t) * 1e3, np.inf, False)
            entries[column] = 1.0
            tonne = float(instance.products.weight[k]) / 1e3
            lane_entries.setdefault((lane, t), {})[column] = tonne
            kg = float(own.carbon_weight - base.carbon_weight)
            carbon_entries.setdefault(t, {})[column] = kg
        volumes._row(mine * share[o] / 1e3, {c: -1.0 for c in entries}, 0.0)
        volumes._row(-mine * share[o] / 1e3, entries, 0.0)
    capped = [carbon_entries.get(t, {}) for t in np.flatnonzero(np.isfinite(instance.limits.carbon_cap))]
    capped.append({c: kg for part in carbon_entries.values() for c, kg in part.items()})
    for entries, (row, side) in zip(capped, _carbon_rows(instance, state, options, flow), strict=False):
        volumes._row(row, entries or {volumes._column(0.0, 0.0, False): 0.0}, side)
    _add_hauls(instance, options, flow, volumes, lane_entries)


def _path_price(instance: Instance, terms) -> float:
    price = terms.linehaul + terms.gateway_handling + terms.drayage + terms.pipeline_stock
    return price + instance.carbon.price * terms.carbon_weight


def _add_hauls(instance: Instance, options: Options, flow: Flow, volumes: "_Volumes", entries) -> None:
    """Rooms and fees of gateways, sailings and commitments of lanes; tonnes in thousands."""
    terms, lanes, direct = instance.inbound, instance.lanes, context(instance).direct
    gateway = options.gateway[flow.rows]
    tonne = flow.parcels * instance.products.weight[flow.product] / 1e6
    for t in range(instance.n_periods):
        years = float(instance.periods.years[t])
        weeks = float(instance.periods.end_day[t] - instance.periods.start_day[t]) / 7.0
        for g in range(instance.n_gateways):
            by = {c: x for (a, s), part in entries.items() if s == t and lanes.gateway_index[a] == g
                  for c, x in part.items()}  # fmt: skip
            mine = np.where((gateway == g) & (flow.period == t), tonne, 0.0)
            most = float(tonne.sum()) + 1.0
            room = min(terms.gateway_capacity[g] * instance.operations.working_days * years / 1e3, most)
            if terms.gateway_fee[g] > 0.0:
                fee = float(terms.gateway_fee[g]) * years * _factor(instance, t)
                volumes._row(mine, by | {volumes._column(-fee, 1.0, True): -room}, 0.0)
            else:
                volumes._row(mine, by or {volumes._column(0.0, 0.0, False): 0.0}, room)
        for lane in np.flatnonzero(lanes.is_open[:, t]).tolist():
            part = (direct.lane[:, :, t, :] == lane) @ instance.origins.supply_share
            mine = np.where((gateway >= 0) & (flow.period == t), tonne * part[gateway, flow.product], 0.0)
            by = entries.get((lane, t)) or {volumes._column(0.0, 0.0, False): 0.0}
            if np.isfinite(terms.lane_capacity[lane]):
                volumes._row(mine, by, terms.lane_capacity[lane] * weeks / 1e3)
            due = float(terms.commitment[lane]) * years / 1e3
            if due > 0.0:
                middle = (instance.periods.start_day[t] + instance.periods.end_day[t]) / 2.0
                grown = (1.0 + instance.money.linehaul_growth) ** ((middle - instance.money.base_day) / 365.0)
                price = 1e3 * float(terms.shortfall_fee[lane]) * grown * _factor(instance, t)
                short = volumes._column(-price, np.inf, False)
                volumes._row(-mine, {c: -x for c, x in by.items()} | {short: -1.0}, -due)


def _sources(instance: Instance, options: Options, flow: Flow) -> np.ndarray:
    """Offers x (market, product, site) of stable sources: which offer needs which source."""
    site = options.site[flow.rows]
    needs = (site >= 0) & (instance.policies.sourcing[flow.market, flow.product] == 2)
    keys = [(i, k, j) for i, k, j, n in zip(flow.market, flow.product, site, needs, strict=True) if n]
    known = sorted(set(keys))
    table = np.zeros((len(flow.rows), len(known)))
    for row, key in zip(np.flatnonzero(needs), keys, strict=True):
        table[row, known.index(key)] = 1.0
    return table


def _source_rows(sources: np.ndarray, flow: Flow, first: int) -> list[LinearConstraint]:
    """An offer needs its source; a market and product has one source."""
    if sources.shape[1] == 0:
        return []
    row, source = np.nonzero(sources)
    offers = np.zeros((len(row), first + sources.shape[1]))
    offers[np.arange(len(row)), row] = 1.0
    offers[np.arange(len(row)), first + source] = -1.0
    owner = {s: (flow.market[r], flow.product[r]) for r, s in zip(row, source, strict=True)}
    once = np.zeros((len(set(owner.values())), offers.shape[1]))
    for number, pair in enumerate(sorted(set(owner.values()))):
        for s, mine in owner.items():
            once[number, first + s] = float(mine == pair)
    return [LinearConstraint(offers, ub=0.0), LinearConstraint(once, ub=1.0)]


def _share_rows(instance: Instance, flow: Flow):
    for floor in instance.policies.share_floors:
        home = instance.markets.country_index
        inside = (home == floor.country_index) | (floor.country_index < 0)
        for t in range(instance.n_periods):
            if floor.period in (-1, t):
                potential = float(instance.demand[inside, :, t].sum())
                counted = inside[flow.market] & (flow.period == t)
                yield np.where(counted, -flow.parcels, 0.0) / 1e3, -floor.share * potential / 1e3


class _Volumes:
    """Commitments and tiers as columns behind those of the flows; volumes in thousands."""

    def __init__(self, n_flows: int) -> None:
        self.n_flows, self.gain, self.upper, self.is_whole, self.rows = n_flows, [], [], [], []

    def add(self, terms, money: float, n_contracts: int, load: np.ndarray) -> None:
        money = 1e3 * money
        load, most = load / 1e3, float(load.sum()) / 1e3
        if terms.commitment > 0.0:
            short = self._column(-money, np.inf, False)
            self._row(-load, {short: -1.0}, -terms.commitment * n_contracts / 1e3)
        chosen = []
        below_each = np.append(0.0, terms.discount)[:-1]
        for threshold, discount, below in zip(terms.threshold / 1e3, terms.discount, below_each, strict=True):
            part = discount if terms.is_all_units else discount - below
            start = 0.0 if terms.is_all_units else threshold
            counted, reached = self._column(money * part, np.inf, False), self._column(0.0, 1.0, True)
            self._row(-load, {counted: 1.0, reached: start}, 0.0)
            self._row(-load, {reached: threshold}, 0.0)
            self._row(0.0 * load, {counted: 1.0, reached: -most}, 0.0)
            chosen.append(reached)
        if terms.is_all_units and chosen:
            self._row(0.0 * load, dict.fromkeys(chosen, 1.0), 1.0)

    def _column(self, gain: float, upper: float, is_whole: bool) -> int:
        self.gain.append(gain)
        self.upper.append(upper)
        self.is_whole.append(float(is_whole))
        return self.n_flows + len(self.gain) - 1

    def _row(self, load: np.ndarray, entries: dict[int, float], side: float) -> None:
        row = np.zeros(max(entries) + 1)
        row[: self.n_flows] = load
        for column, factor in entries.items():
            row[column] = factor
        self.rows.append((row, side))


def _carrier_rows(instance: Instance, options: Options, flow: Flow):
    """Parcels of the busiest day of a carrier in a country and in all."""
    operations = instance.operations
    country = instance.markets.country_index[flow.market]
    for r in np.flatnonzero(instance.carriage.is_chosen).tolist():
        for t in range(instance.n_periods):
            days = operations.working_days * instance.periods.years[t] / operations.peak_factor
            mine = (options.carrier[flow.rows] == r) & (flow.period == t)
            rooms = [(mine, instance.carriers.capacity[r])]
            rooms += [
                (mine & (country == n), a_day) for n, a_day in enumerate(instance.carriage.capacity_in[r])
            ]
            for counted, a_day in rooms:
                if np.isfinite(a_day):
                    yield np.where(counted, flow.parcels / (a_day * days), 0.0), 1.0


def _spends(instance: Instance, carriers: CarrierState, options: Options, flow: Flow):
    """Terms, worth of a euro, whether contracted, and what each offer pays, of every account."""
    country = instance.markets.country_index[flow.market]
    paid = flow.weight * options.rates[flow.rows]
    for r in np.flatnonzero(instance.carriage.is_chosen).tolist():
        for t in range(instance.n_periods):
            mine = (options.carrier[flow.rows] == r) & (flow.period == t)
            counted = [(mine, carriers.is_in_network(r, t))]
            if instance.carriage.counts_by_country[r]:
                n_countries = len(instance.countries.ids)
                counted = [(mine & (country == n), carriers.works(r, n, t)) for n in range(n_countries)]
            for inside, is_on in counted:
                terms = spend_terms(instance, r, t)
                if not terms.are_plain:
                    yield terms, _factor(instance, t), int(is_on), np.where(inside, paid, 0.0)


def _capacity_rows(instance: Instance, state, options: Options, flow: Flow):
    load = flow.parcels * instance.products.handling_factor[flow.product]
    for j, (path, choice) in enumerate(state):
        begins = {(q, first) for q, first, _ in contracts(instance, j, choice) if first >= 0}
        for t, (size, operator) in enumerate(zip(path, choice, strict=True)):
            if size:
                room = float(capacity(instance, j, size, t, operator))
                if (operator, t) in begins:
                    room = min(room, float(first_capacity(instance, operator, t)))
                yield np.where((options.site[flow.rows] == j) & (flow.period == t), load / room, 0.0), 1.0


def _floor_rows(instance: Instance, options: Options, flow: Flow):
    for floor in instance.limits.service:
        counted = instance.markets.country_index[flow.market] == floor.country_index
        counted = counted | (floor.country_index < 0)
        late = floor.share - (options.hours_limit[flow.rows] <= floor.hours)
        for t in range(instance.n_periods):
            yield np.where(counted & (flow.period == t), flow.parcels * late, 0.0) / 1e3, 0.0


def _carbon_rows(instance: Instance, state, options: Options, flow: Flow):
    for t in np.flatnonzero(np.isfinite(instance.limits.carbon_cap)):
        used = sum(
            float(centre_carbon(instance, j, m, t))
            for j, (path, _) in enumerate(state)
            for m in range(1, path[t] + 1)
        )
        room = instance.limits.carbon_cap[t] - used
        kg = flow.weight * options.carbon[flow.rows]
        yield np.where(flow.period == t, kg, 0.0) / 1e3, room / 1e3
    if np.isfinite(instance.policies.carbon_total):
        used = sum(
            float(centre_carbon(instance, j, m, t))
            for j, (p, _) in enumerate(state)
            for t, size in enumerate(p)
            for m in range(1, size + 1)
        )
        room = instance.policies.carbon_total - used
        yield flow.weight * options.carbon[flow.rows] / 1e3, room / 1e3
