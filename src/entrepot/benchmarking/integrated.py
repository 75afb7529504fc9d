"""The integrated synthetic study: where to open, how big, when; which cities to serve, and by which carrier.

Cities lie in a box of 2,500 x 2,000 km, their sizes follow Zipf's law; sites are big cities, spread, with
three modules each; three products; carriers and services that bring each parcel within 24, 48, 72 hours or
later; a share of the potential by multinomial logit against two rivals; a budget and a number of centres
per period; floors on the share of sold parcels within 24 and 48 hours. The potential is 60 million parcels
in the first year whatever the number of cities, so that sizes differ in granularity and not in economics.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from entrepot.location.problem import (
    BoolArray,
    Cells,
    Enablers,
    FloatArray,
    IntArray,
    LocationProblem,
    Resources,
    Strategic,
    Ways,
)

WIDTH, HEIGHT, DETOUR = 2500.0, 2000.0, 1.25  # km, km, road km per km
POTENTIAL, GROWTH, DISCOUNT = 60e6, 1.04, 1.09  # parcels in the first year, both per year
SHARE_OF_DEMAND = np.array([0.5, 0.3, 0.2])  # by product, as the next ones
WEIGHT = np.array([0.6, 2.5, 9.0])  # kg per parcel
EXPRESS = 2.2  # times the standard price
LOAD = np.array([0.6, 1.0, 2.2])  # capacity units per parcel
MARGIN = np.array([8.9, 15.5, 28.3])  # EUR per parcel, before logistics
VALUE = np.array([25.0, 60.0, 140.0])  # EUR per parcel, for stock on the way
APPEAL = np.array([1.1, 0.7, 0.2, -0.4])  # utility of 24, 48, 72 hours, later
NO_PURCHASE = 1.0
RIVAL_CENTRES = (12, 3)
MODULE = np.array([1.3e6, 1.1e6, 1.1e6])  # capacity units per year
BUILD = np.array([2.5e6, 1.45e6, 1.5e6])  # EUR per module
LEASE = np.array([1.2e6, 0.6e6, 0.6e6])  # EUR per module and year
ONLY_BUDGET = 23.5e6  # EUR, of a study of one year
FIRST_BUDGET, NEXT_BUDGET = 14e6, 7e6  # EUR, of longer ones, per year
FLOORS = ((0, 0.25), (1, 0.72))  # (slowest class that counts, share of sold parcels)
KINDS, CLASSES, MODULES = 3, 4, 3


@dataclass(frozen=True, slots=True, eq=False)
class _Land:
    """Cities, the sites among them, and the countries (a grid) that they lie in."""

    place: FloatArray
    population: FloatArray
    country: IntArray
    site: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class _Menu:
    """Ways of one period, sorted by market and product, undiscounted.

    Attributes
    ----------
    pair : (n_ways,) market * 3 + product. site, delivery : (n_ways,). value, sold, charge : per parcel of
        potential: EUR, parcels, EUR.
    """

    pair: IntArray
    site: IntArray
    delivery: IntArray
    value: FloatArray
    sold: FloatArray
    charge: FloatArray


def integrated(n_markets: int, n_sites: int, n_periods: int, seed: int) -> LocationProblem:
    """The study with these numbers of cities, sites and years.

    Parameters
    ----------
    n_markets, n_sites, n_periods : sizes; a site is a city. seed : same seed, same study.
    """
    rng = np.random.default_rng(seed)
    land = _land(n_markets, n_sites, rng)
    menu = _menu(land, rng)
    factor = rng.uniform(0.85, 1.2, (3, n_sites))
    rent, build, size = factor[0], factor[1], 0.85 + 0.3 * rng.random(n_sites)
    discount: FloatArray = DISCOUNT ** -np.arange(n_periods, dtype=np.float64)
    return LocationProblem(
        name=f"integrated-{n_markets}x{n_sites}x{n_periods}-{seed}",
        strategic=_strategic(rent, build, discount),
        enablers=_enablers(size, n_periods),
        cells=_cells(land, menu, n_periods),
        ways=_ways(menu, n_sites, discount),
        resources=_resources(menu, n_sites, n_periods),
    )


def _land(n_markets: int, n_sites: int, rng: np.random.Generator) -> _Land:
    box = np.array([WIDTH, HEIGHT])
    regions = rng.random((max(4, n_markets // 25), 2)) * box
    near = regions[rng.integers(len(regions), size=n_markets)] + rng.normal(0.0, 90.0, (n_markets, 2))
    place = np.clip(
        np.where(rng.random((n_markets, 1)) < 0.3, rng.random((n_markets, 2)) * box, near), 0.0, box
    )
    population = np.arange(1, n_markets + 1) ** -0.8 * rng.lognormal(0.0, 0.3, n_markets)
    column = np.minimum(place[:, 0] * 5.0 / WIDTH, 4.0).astype(np.int64)
    row = np.minimum(place[:, 1] * 4.0 / HEIGHT, 3.0).astype(np.int64)
    candidates = np.argsort(-population, kind="stable")[: max(400, n_sites)]
    chosen, reach = [int(candidates[0])], np.full(len(candidates), np.inf)
    for _ in range(n_sites - 1):  # the next site: big, and far from those chosen
        reach = np.minimum(reach, np.linalg.norm(place[candidates] - place[chosen[-1]], axis=1))
        chosen.append(int(candidates[np.argmax(reach * population[candidates] ** 0.25)]))
    return _Land(place, population / population.sum(), 4 * column + row, np.array(chosen))


def _kilometres(left: FloatArray, right: FloatArray) -> FloatArray:
    distance: FloatArray = DETOUR * np.linalg.norm(left[:, None, :] - right[None, :, :], axis=2)
    return distance


def _inbound(place: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Cheapest way in, (n_sites, 3) EUR per parcel: three sea ports, two airports, one rail terminal."""
    edge = rng.random(3)
    ports = np.array([[0.0, edge[0] * HEIGHT], [edge[1] * WIDTH, 0.0], [edge[2] * WIDTH, HEIGHT]])
    gateway = np.vstack([ports, rng.random((3, 2)) * np.array([WIDTH, HEIGHT])])
    freight = np.array([0.25, 0.28, 0.27, 2.6, 2.8, 0.6])  # EUR per kg
    days = np.array([38.0, 36.0, 40.0, 6.0, 6.0, 19.0])
    drayage = 0.00035 * _kilometres(place, gateway)  # EUR per kg
    per_kg = freight + drayage
    cost = WEIGHT[None, :, None] * per_kg[:, None, :] + VALUE[None, :, None] * 0.22 * days / 365.0
    cheapest: FloatArray = cost.min(axis=2)
    return cheapest


def _rival_appeal(land: _Land, rng: np.random.Generator) -> FloatArray:
    """Sum of the rivals' attractions in each city: each counts with its nearest centre."""
    total: FloatArray = np.full(len(land.place), np.exp(NO_PURCHASE))
    for centres in RIVAL_CENTRES:
        at = rng.choice(len(land.place), size=min(centres, len(land.place)), replace=False)
        hours = 18.0 + _kilometres(land.place, land.place[at]).min(axis=1) / 28.0
        total += np.exp(APPEAL[_class_of(hours)] + 0.1)
    return total


def _class_of(hours: FloatArray) -> IntArray:
    found: IntArray = np.searchsorted(np.array([24.0, 48.0, 72.0]), hours, side="left").astype(np.int64)
    return found


def _menu(land: _Land, rng: np.random.Generator) -> _Menu:
    """Non-dominated offers of every city, product and site: a slower class only where it earns more."""
    place = land.place[land.site]
    kilometres = _kilometres(land.place, place)
    inbound, rivals = _inbound(place, rng), _rival_appeal(land, rng)
    appeal = np.exp(APPEAL)
    share = appeal / (appeal + rivals[:, None])
    n_markets, n_sites = kilometres.shape
    profit = np.full((CLASSES, n_markets, KINDS, n_sites), -np.inf)
    is_domestic = land.country[:, None] == land.country[land.site][None, :]
    for _ in range(4):
        covers = rng.random(20) < 0.75
        base, per_km = rng.uniform(2.3, 3.2), rng.uniform(0.0009, 0.0016)
        speed = rng.uniform(24.0, 34.0)
        for start, pace, dearer in ((15.0, 1.0, 1.0), (8.0, 1.7, EXPRESS)):  # standard, express
            hours = start + kilometres / (speed * pace) + np.where(is_domestic, 0.0, 4.0)
            delivery = _class_of(hours)
            outbound = dearer * (
                base
                + 0.7 * ~is_domestic[:, None, :]
                + (per_km * kilometres)[:, None, :] * (0.6 + 0.4 * WEIGHT[None, :, None])
                + 0.16 * WEIGHT[None, :, None]
            )
            unit = MARGIN[None, :, None] - inbound.T[None, :, :] - outbound
            worth = share[np.arange(n_markets)[:, None], delivery][:, None, :] * unit
            worth = np.where(covers[land.country][:, None, None], worth, -np.inf)
            for found in range(CLASSES):
                here = np.where((delivery == found)[:, None, :], worth, -np.inf)
                np.maximum(profit[found], here, out=profit[found])
    best_faster = np.maximum.accumulate(np.concatenate([np.zeros_like(profit[:1]), profit[:-1]]), axis=0)
    market, kind, site, delivery = np.nonzero(np.moveaxis(profit > best_faster, 0, 3))
    value = profit[delivery, market, kind, site]
    sold = share[market, delivery]
    return _Menu(
        pair=market * KINDS + kind,
        site=site,
        delivery=delivery,
        value=value,
        sold=sold,
        charge=sold * MARGIN[kind] - value,
    )


def _strategic(rent: FloatArray, build: FloatArray, discount: FloatArray) -> Strategic:
    """Columns: module m of site j active in t, then built in t; rows: built, nested, budget, count."""
    n_sites, n_periods = len(rent), len(discount)
    shape = (n_periods, n_sites, MODULES)
    n_active = int(np.prod(shape))
    active = np.arange(n_active).reshape(shape)
    lease = discount[:, None, None] * rent[None, :, None] * LEASE
    spend = np.broadcast_to(build[None, :, None] * BUILD, shape)
    cost = np.concatenate([lease.ravel(), (discount[:, None, None] * spend).ravel()])
    one = np.ones(n_active)
    before = active[1:].ravel()
    start = csr_array((one, (active.ravel(), active.ravel())), shape=(n_active, n_active))
    lag = csr_array((one[: len(before)], (before, active[:-1].ravel())), shape=(n_active, n_active))
    inner, outer = active[:, :, 1:].ravel(), active[:, :, :-1].ravel()
    rows = np.arange(len(inner))
    nest = csr_array(
        (np.concatenate([one[rows], -one[rows]]), (np.tile(rows, 2), np.concatenate([inner, outer]))),
        shape=(len(inner), 2 * n_active),
    )
    period = np.repeat(np.arange(n_periods), n_sites * MODULES)
    budget = csr_array(
        (spend.ravel() / 1e6, (period, n_active + active.ravel())), shape=(n_periods, 2 * n_active)
    )
    first = active[:, :, 0].ravel()
    count = csr_array(
        (one[: len(first)], (np.repeat(np.arange(n_periods), n_sites), first)),
        shape=(n_periods, 2 * n_active),
    )
    most = np.full(n_periods, NEXT_BUDGET / 1e6)
    most[0] = (FIRST_BUDGET if n_periods > 1 else ONLY_BUDGET) / 1e6
    built = hstack([start - lag, -start], format="csr")
    upper = np.concatenate(
        [np.zeros(n_active + len(inner)), most, np.minimum(n_sites, 5 + 2 * np.arange(n_periods))]
    )
    label = [f"{t + 1}.{j}.{m + 1}" for t in range(n_periods) for j in range(n_sites) for m in range(MODULES)]
    return Strategic(
        cost=cost,
        charge=cost.copy(),
        lower=np.zeros(2 * n_active),
        upper=np.ones(2 * n_active),
        is_integer=np.ones(2 * n_active, dtype=np.bool_),
        matrix=csr_array(vstack([built, nest, budget, count], format="csr")),
        row_lower=np.full(len(upper), -np.inf),
        row_upper=upper.astype(np.float64),
        column_names=tuple([f"active {name}" for name in label] + [f"built {name}" for name in label]),
        row_names=tuple(
            [f"built {name}" for name in label]
            + [f"nested {i}" for i in range(len(inner))]
            + [f"limit: budget {t + 1}" for t in range(n_periods)]
            + [f"limit: centres {t + 1}" for t in range(n_periods)]
        ),
    )


def _enablers(size: FloatArray, n_periods: int) -> Enablers:
    """Configuration c of a site in a period is on where module c is active and module c + 1 is not."""
    n_facilities = n_periods * len(size)
    n = n_facilities * MODULES
    inner = np.flatnonzero(np.arange(n) % MODULES < MODULES - 1)
    matrix = csr_array(
        (
            np.concatenate([np.ones(n), -np.ones(len(inner))]),
            (np.concatenate([np.arange(n), inner]), np.concatenate([np.arange(n), inner + 1])),
        ),
        shape=(n, 2 * n),
    )
    return Enablers(
        facility_pointer=MODULES * np.arange(n_facilities + 1),
        facility_group=np.repeat(np.arange(n_periods), len(size)),
        matrix=matrix,
        constant=np.zeros(n),
        capacity=np.tile((size[:, None] * np.cumsum(MODULE)).ravel(), n_periods),
        shift=np.zeros((n, KINDS)),
        names=tuple(
            f"{t + 1}.{j}.{c + 1}" for t in range(n_periods) for j in range(len(size)) for c in range(MODULES)
        ),
    )


def _cells(land: _Land, menu: _Menu, n_periods: int) -> Cells:
    n_pairs = len(land.population) * KINDS
    first = POTENTIAL * (land.population[:, None] * SHARE_OF_DEMAND).ravel()
    counts = np.bincount(menu.pair, minlength=n_pairs)
    n_cells = n_pairs * n_periods
    is_mandatory: BoolArray = np.zeros(n_cells, dtype=np.bool_)
    return Cells(
        weight=(GROWTH ** np.arange(n_periods)[:, None] * first).ravel(),
        group=np.repeat(np.arange(n_periods), n_pairs),
        kind=np.tile(np.arange(KINDS), n_periods * len(land.population)),
        is_mandatory=is_mandatory,
        way_pointer=np.concatenate([[0], np.cumsum(np.tile(counts, n_periods))]),
        kind_load=LOAD.copy(),
        n_groups=n_periods,
    )


def _ways(menu: _Menu, n_sites: int, discount: FloatArray) -> Ways:
    period = np.arange(len(discount))[:, None]
    return Ways(
        facility=(menu.site + n_sites * period).ravel().astype(np.int32),
        value=(discount[:, None] * menu.value).ravel(),
        volume=np.tile(menu.sold, len(discount)),
        charge=(discount[:, None] * menu.charge).ravel(),
    )


def _resources(menu: _Menu, n_sites: int, n_periods: int) -> Resources:
    """Sold parcels that are late beyond what a floor allows, per period and floor, at most 0."""
    n_ways, n_rows = len(menu.pair), n_periods * len(FLOORS)
    amount = [menu.sold * (share - (menu.delivery <= slowest)) for slowest, share in FLOORS]
    usage = csr_array(
        (
            np.tile(np.concatenate(amount), n_periods),
            np.concatenate([np.arange(n_ways) + n_ways * t for t in range(n_periods) for _ in FLOORS]),
            n_ways * np.arange(n_rows + 1),
        ),
        shape=(n_rows, n_ways * n_periods),
    )
    return Resources(
        usage=usage,
        matrix=csr_array((n_rows, 2 * n_periods * n_sites * MODULES)),
        constant=np.zeros(n_rows),
        names=tuple(
            f"limit: {s:.0%} within {(24, 48)[c]} h {t + 1}" for t in range(n_periods) for c, s in FLOORS
        ),
    )
