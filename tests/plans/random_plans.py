"""Random plans that are possible way by way, though they may break a limit."""

import numpy as np

from entrepot.instance import Instance, IntArray
from entrepot.plans.plan import Flows, Inbound, Plan
from entrepot.terms.last_mile import rate_row
from entrepot.terms.offers import context
from instances import no_carriers


def random_plan(rng: np.random.Generator, instance: Instance, most_lanes: int = 1) -> Plan:
    size = np.array([_path(rng, instance, site) for site in range(instance.n_sites)], dtype=np.int64)
    inbound, fed = _inbound(rng, instance, size, most_lanes)
    rows: list[tuple[int, int, int, int, int, int, float]] = []
    direct = context(instance).direct.is_open
    for t in range(instance.n_periods):
        for i in range(instance.n_markets):
            for k in range(instance.n_products):
                ways = [(j, -1) for j in range(instance.n_sites) if (j, k, t) in fed]
                ways += [(-1, g) for g in range(instance.n_gateways) if direct[g, k, t]]
                offers = [(j, g, s) for j, g in ways for s in range(2) if _has_rate(instance, j, g, s, i, k)]
                count = int(rng.integers(0, min(3, len(offers)) + 1))
                chosen = rng.choice(len(offers), count, replace=False) if count else []
                parts = rng.dirichlet(np.ones(count + 1))[:count] if rng.random() < 0.5 else np.ones(count)
                parts = parts / max(1.0, float(np.sum(parts)))
                rows += [
                    (t, i, k, *offers[o], float(part))
                    for o, part in zip(chosen, parts, strict=True)
                    if part > 0
                ]
    columns = list(zip(*rows, strict=True)) if rows else [()] * 7
    whole = [np.array(column, dtype=np.int64) for column in columns[:6]]
    operator = _operators(rng, instance, size)
    carrier = _carriers(rng, instance)
    return Plan(size, operator, carrier, Flows(*whole, fraction=np.array(columns[6], dtype=float)), inbound)


def _carriers(rng: np.random.Generator, instance: Instance) -> np.ndarray:
    """Contracts with carriers, most of them everywhere in an unbroken run of periods."""
    carrier = no_carriers(instance)
    if instance.carriage.is_chosen.any():
        for works in carrier.reshape(-1, instance.n_periods):
            works[int(rng.integers(0, 2)) :] = rng.random() < 0.8
            works[rng.random(instance.n_periods) < 0.1] = False
    return carrier


def _operators(rng: np.random.Generator, instance: Instance, size: IntArray) -> IntArray:
    """One of the offers that may run each site; it may change to one that bears the same costs."""
    operator = np.full(size.shape, -1, dtype=np.int64)
    operators = instance.operators
    for j in range(instance.n_sites):
        is_open = instance.sites.initial_size[j] > 0
        allowed = np.flatnonzero(instance.sites.may_run[j])
        first = int(instance.sites.operator_index[j] if is_open else rng.choice(allowed))
        alike = allowed[
            (operators.is_own[allowed] == operators.is_own[first])
            & (operators.bears_rent[allowed] == operators.bears_rent[first])
            & (operators.bears_capital[allowed] == operators.bears_capital[first])
        ]
        for t in np.flatnonzero(size[j]):
            fixed = instance.sites.status[j] == "fixed"
            operator[j, t] = first if fixed or rng.random() < 0.6 else rng.choice(alike)
    return operator


def _path(rng: np.random.Generator, instance: Instance, site: int) -> list[int]:
    sites, n = instance.sites, instance.n_periods
    status, level = sites.status[site], int(sites.initial_size[site])
    if status == "fixed":
        return [level] * n
    if status == "forbidden" or (status == "candidate" and rng.random() < 0.3):
        return [0] * n
    opening = int(rng.integers(sites.earliest_period[site], sites.latest_period[site] + 1))
    closing = n if status == "forced" or rng.random() < 0.6 else int(rng.integers(0, n + 1))
    path = []
    for t in range(n):
        if status == "existing" or t >= opening:
            level = int(rng.integers(max(level, 1), instance.n_sizes + 1))
        path.append(level if t < closing else 0)
    return path


def _inbound(
    rng: np.random.Generator, instance: Instance, size: IntArray, most_lanes: int
) -> tuple[Inbound, set[tuple[int, int, int]]]:
    lanes, rows, fed = instance.lanes, [], set()
    for j, t in np.argwhere(size > 0):
        for k in range(instance.n_products):
            choice, origins = [], set()
            for o in range(instance.n_origins):
                open_lanes = np.flatnonzero(
                    (lanes.origin_index == o) & lanes.is_open[:, t] & lanes.carries_stock
                )
                if len(open_lanes):
                    origins.add(o)
                    count = int(rng.integers(1, min(len(open_lanes), most_lanes) + 1))
                    used = rng.choice(open_lanes, count, replace=False)
                    parts = rng.dirichlet(np.ones(count)) if count > 1 else np.ones(1)
                    choice += [
                        (t, j, k, o, lanes.gateway_index[lane], lane, part)
                        for lane, part in zip(used.tolist(), parts.tolist(), strict=True)
                    ]
            if len(origins) == instance.n_origins:
                rows += choice
                fed.add((int(j), k, int(t)))
    table = np.array(rows, dtype=np.float64).reshape(-1, 7)
    index = table[:, :6].astype(np.int64)
    return Inbound(*(index[:, column].copy() for column in range(6)), table[:, 6].copy()), fed


def _has_rate(instance: Instance, site: int, gateway: int, service: int, market: int, product: int) -> bool:
    if site >= 0:
        country, km = instance.sites.country_index[site], instance.distances.site_market[site, market]
    else:
        country, km = (
            instance.gateways.country_index[gateway],
            instance.distances.gateway_market[gateway, market],
        )
    to = instance.markets.country_index[market]
    return bool(rate_row(instance, service, country, to, km, instance.products.weight[product]) >= 0)
