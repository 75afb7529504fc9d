"""Random small instances with every feature, for oracle and property tests."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from entrepot.instance import (
    Carbon,
    Carriers,
    CarrierTerms,
    Choice,
    Contracts,
    Countries,
    CustomsRules,
    Distances,
    Gateways,
    ImportVat,
    InboundTerms,
    Instance,
    Lanes,
    Limits,
    Markets,
    Money,
    Operations,
    Operators,
    Origins,
    Periods,
    Policies,
    Products,
    RateCards,
    RivalCentres,
    Rivals,
    ServiceFloor,
    ShareFloor,
    SiteRelation,
    Sites,
    Sizes,
    StockTerms,
    plain_carriage,
    plain_contracts,
)
from entrepot.instance.policies import no_policies

TERRITORIES = ("EU", "GB")
NEVER = date(9999, 1, 1).toordinal()


@dataclass(frozen=True)
class Shape:
    """Sizes of a random instance."""

    sites: int = 3
    sizes: int = 2
    markets: int = 5
    products: int = 2
    periods: int = 2
    countries: int = 3
    rivals: int = 2


def random_instance(
    rng: np.random.Generator, shape: Shape | None = None, assortment: str | None = None
) -> Instance:
    """A random instance in which opening some centres usually pays; every feature is on now and then."""
    shape = shape or Shape()
    if assortment is None:
        assortment = "fixed" if rng.random() < 0.25 else "choice"
    countries = _countries(rng, shape.countries)
    periods = _periods(rng, shape.periods)
    products = _products(rng, shape.products)
    markets = _markets(rng, shape)
    gateways = _gateways(rng, shape.countries)
    sites = _sites(rng, shape, periods)
    sizes = _sizes(rng, shape.sizes, shape.markets * shape.products)
    rivals, rival_centres = _rivals(rng, shape)
    demand = rng.uniform(2e4, 2e5, (shape.markets, shape.products, 1)) * rng.uniform(
        0.8, 1.3, (1, 1, shape.periods)
    )
    demand = demand * periods.years
    if rng.random() < 0.3:
        demand[rng.integers(shape.markets), rng.integers(shape.products), :] = 0.0
    lanes = _lanes(rng, gateways, shape.periods)
    instance = Instance(
        name="random",
        periods=periods,
        territories=TERRITORIES,
        countries=countries,
        markets=markets,
        products=products,
        origins=_origins(),
        gateways=gateways,
        lanes=lanes,
        customs=_customs(rng, shape.countries, periods),
        import_vat=vat_rules(),
        sites=sites,
        sizes=sizes,
        operators=_operators(rng, shape.countries),
        contracts=plain_contracts(("Own operation", "Third party"), shape.products),
        carriers=_carriers(rng),
        carriage=plain_carriage(2, shape.countries),
        rate_cards=_rate_cards(rng, shape.countries),
        rivals=rivals,
        rival_centres=rival_centres,
        choice=_choice(rng, assortment),
        money=_money(rng, periods),
        operations=_operations(rng),
        carbon=Carbon(price=float(rng.choice([0.0, 0.1])), truck=0.085, last_mile=0.45),
        limits=_limits(rng, shape, sizes, sites, periods),
        policies=no_policies(shape.markets, shape.products, shape.sites, shape.periods),
        distances=_distances(sites, markets, gateways, rival_centres),
        demand=demand,
        sources=(("demand", "random"),),
    )
    return _with_clearance(np.random.default_rng(rng.integers(2**32)), instance)


def varied_instance(
    rng: np.random.Generator, shape: Shape | None = None, assortment: str | None = None
) -> Instance:
    """A random instance that now and then also chooses who runs its centres, under contracts."""
    instance = random_instance(rng, shape, assortment)
    return with_contracts(rng, instance) if rng.random() < 0.4 else instance


def some_features(rng: np.random.Generator, shape: Shape | None = None) -> Instance:
    """A random instance with a random choice of the features: offers, carriers, policies, paths, stock."""
    instance = random_instance(rng, shape)
    features = (with_contracts, with_carriers, with_policies, with_paths)
    for add, is_on in zip(features, rng.random(len(features)) < 0.6, strict=True):
        if is_on:
            instance = add(rng, instance)
    return with_stock(rng, instance) if rng.random() < 0.5 else instance


def _names(prefix: str, n: int) -> tuple[str, ...]:
    return tuple(f"{prefix}{i + 1}" for i in range(n))


def _countries(rng: np.random.Generator, n: int) -> Countries:
    territory = np.zeros(n, dtype=np.int64)
    territory[-1] = 1
    return Countries(
        ids=_names("C", n),
        labels=_names("Country ", n),
        territory_index=territory,
        vat_rate=rng.uniform(0.17, 0.25, n),
        wage=rng.uniform(8, 30, n),
        wage_growth=rng.uniform(0, 0.05, n),
        road_circuity=rng.uniform(1.15, 1.4, n),
        grid_carbon=rng.uniform(0.05, 0.6, n),
    )


def _periods(rng: np.random.Generator, n: int) -> Periods:
    step = int(rng.choice([6, 12]))
    starts = [date(2027 + (i * step) // 12, 1 + (i * step) % 12, 1) for i in range(n + 1)]
    days = np.array([d.toordinal() for d in starts], dtype=np.int64)
    return Periods(
        labels=tuple(f"{d.year}-{d.month:02d}" for d in starts[:-1]),
        start_day=days[:-1].copy(),
        end_day=days[1:].copy(),
        years=np.diff(days) / 365.0,
    )


def _products(rng: np.random.Generator, n: int) -> Products:
    price = rng.uniform(15, 40, n)
    return Products(
        ids=_names("p", n),
        labels=_names("Product ", n),
        weight=rng.uniform(0.2, 4.0, n),
        volume=rng.uniform(0.001, 0.02, n),
        value=price * rng.uniform(0.5, 0.7, n),
        price=price,
        goods_cost=price * rng.uniform(0.4, 0.55, n),
        delivery_fee=rng.choice([0.0, 1.5, 3.0], n),
        tariff_lines=rng.choice([1.0, 1.5, 2.0], n),
        return_rate=rng.uniform(0, 0.15, n),
        stock_days=rng.uniform(15, 90, n),
        handling_factor=rng.uniform(0.7, 2.0, n),
        velocity=tuple(rng.choice(["head", "tail"], n).tolist()),
        duty_rate=rng.uniform(0, 0.12, (n, len(TERRITORIES))),
    )


def _origins() -> Origins:
    return Origins(
        ids=("o1", "o2"),
        labels=("Origin 1", "Origin 2"),
        latitude=np.array([30.2, 22.6]),
        longitude=np.array([120.4, 113.8]),
        supply_share=np.array([0.6, 0.4]),
    )


def _markets(rng: np.random.Generator, shape: Shape) -> Markets:
    n = shape.markets
    return Markets(
        ids=_names("m", n),
        labels=_names("Market ", n),
        country_index=rng.integers(0, shape.countries, n).astype(np.int64),
        latitude=rng.uniform(42, 54, n),
        longitude=rng.uniform(-2, 24, n),
        population=rng.uniform(1e4, 1e6, n),
    )


def _gateways(rng: np.random.Generator, n_countries: int) -> Gateways:
    modes = ("sea", "air", "rail")
    n = len(modes)
    return Gateways(
        ids=_names("g", n),
        labels=_names("Gateway ", n),
        country_index=np.minimum(np.arange(n), n_countries - 1).astype(np.int64),
        mode=modes,
        latitude=rng.uniform(43, 54, n),
        longitude=rng.uniform(0, 20, n),
        handling=np.array([0.05, 0.22, 0.06]),
        dwell=np.array([3.0, 0.6, 1.5]),
        capacity=np.array([400.0, 250.0, np.inf]),
        fixed_cost=np.zeros(n),
    )


def _lanes(rng: np.random.Generator, gateways: Gateways, n_periods: int) -> Lanes:
    origin, gateway, mode, route = [], [], [], []
    for o in range(2):
        for g, m in enumerate(gateways.mode):
            for r in ("suez", "cape") if m == "sea" else ("main",):
                origin.append(o)
                gateway.append(g)
                mode.append(m)
                route.append(r)
    n = len(origin)
    is_sea = np.array([m == "sea" for m in mode])
    is_air = np.array([m == "air" for m in mode])
    base = np.where(is_sea, 0.3, np.where(is_air, 3.6, 0.7))
    is_open = rng.random((n, n_periods)) < 0.8
    is_open[is_air] = True
    return Lanes(
        origin_index=np.array(origin, dtype=np.int64),
        gateway_index=np.array(gateway, dtype=np.int64),
        mode=tuple(mode),
        route=tuple(route),
        distance=rng.uniform(8000, 20000, n),
        transit=np.where(is_sea, 35.0, np.where(is_air, 2.0, 17.0)) * rng.uniform(0.9, 1.1, n),
        cost=base * rng.uniform(0.8, 1.3, n),
        volumetric=np.where(is_air, 167.0, 158.0),
        carbon=np.where(is_sea, 0.15, np.where(is_air, 7.0, 0.19)),
        is_open=is_open,
        carries_stock=np.ones(n, dtype=np.bool_),
        carries_direct=np.array([m != "sea" for m in mode]),
        sailings=np.full(n, 2.0),
    )


def _customs(rng: np.random.Generator, n_countries: int, periods: Periods) -> CustomsRules:
    middle = int(rng.integers(periods.start_day[0] - 100, periods.end_day[-1] + 100))
    rows: list[
        tuple[str, int, int, int, str, float, float, int, int, float, float, float, float, tuple[int, ...]]
    ]
    rows = [
        ("eu bulk", -1, 0, -1, "stocked", 0.0, np.inf, 0, NEVER, 1.0, 0.0, 0.0, 0.0, ()),
        ("gb bulk", -1, 1, -1, "stocked", 0.0, np.inf, 0, NEVER, 0.9, 0.0, 0.0, 0.0, ()),
        ("eu low value", -1, 0, -1, "direct", 0.0, 150.0, 0, middle, 0.0, 0.0, 0.0, 3.0, ()),
        ("eu normal", -1, 0, -1, "direct", 0.0, np.inf, middle, NEVER, 1.0, 0.0, 0.5, 0.0, (2,)),
        ("national", -1, 0, 0, "direct", 0.0, np.inf, middle - 200, NEVER, 0.0, 0.0, 1.5, 0.0, ()),
        ("gb from anywhere", -2, 1, -1, "any", 20.0, np.inf, 0, NEVER, 0.4, 0.01, 0.8, 0.0, ()),
        ("eu from gb", 1, 0, -1, "stocked", 0.0, np.inf, 0, NEVER, 0.5, 0.0, 1.0, 0.2, ()),
    ]  # fmt: skip
    column = list(zip(*rows, strict=True))
    return CustomsRules(
        ids=column[0],
        from_territory=np.array(column[1], dtype=np.int64),
        to_territory=np.array(column[2], dtype=np.int64),
        to_country=np.array(column[3], dtype=np.int64),
        flow=column[4],
        value_from=np.array(column[5], dtype=float),
        value_to=np.array(column[6], dtype=float),
        start_day=np.array(column[7], dtype=np.int64),
        end_day=np.array(column[8], dtype=np.int64),
        tariff_share=np.array(column[9], dtype=float),
        duty_rate=np.array(column[10], dtype=float),
        parcel_fee=np.array(column[11], dtype=float),
        line_fee=np.array(column[12], dtype=float),
        refund_share=np.zeros(len(rows)),
        replaces=column[13],
    )


VatRow = tuple[int, int, str, float, float, int, int, float, float]
"""Territory, country, flow, value from and to, start and end day, days, fee per parcel."""


def vat_rules(*rows: VatRow) -> ImportVat:
    """Rules of import VAT, one row each."""
    column = list(zip(*rows, strict=True)) if rows else [()] * 9
    return ImportVat(
        territory_index=np.array(column[0], dtype=np.int64),
        country_index=np.array(column[1], dtype=np.int64),
        flow=tuple(column[2]),
        value_from=np.array(column[3], dtype=float),
        value_to=np.array(column[4], dtype=float),
        start_day=np.array(column[5], dtype=np.int64),
        end_day=np.array(column[6], dtype=np.int64),
        days=np.array(column[7], dtype=float),
        parcel_fee=np.array(column[8], dtype=float),
    )


def without_clearance(instance: Instance) -> Instance:
    """The instance without bonded stock, rules of import VAT, refunds and duty tied up in stock."""
    return replace(
        instance,
        sites=replace(
            instance.sites,
            is_bonded=np.zeros(instance.n_sites, dtype=np.int64),
            bonded_fee=np.zeros(instance.n_sites),
        ),
        import_vat=vat_rules(),
        customs=replace(instance.customs, refund_share=np.zeros(len(instance.customs.ids))),
        operations=replace(instance.operations, duty_deferral=np.inf),
    )


def _with_clearance(rng: np.random.Generator, instance: Instance) -> Instance:
    """Bonded stock, dated rules of import VAT, refunds and duty tied up in stock, each now and then."""
    n = instance.n_sites
    if rng.random() < 0.4:
        sites = replace(
            instance.sites,
            is_bonded=rng.integers(0, 2, n),
            bonded_fee=rng.choice([0.0, 0.2, 0.8], n),
        )
        instance = replace(instance, sites=sites)
    if rng.random() < 0.4:
        instance = replace(instance, import_vat=_vat_rules(rng, instance))
    if rng.random() < 0.3:
        refund = rng.choice([0.0, 0.5, 1.0], len(instance.customs.ids))
        instance = replace(instance, customs=replace(instance.customs, refund_share=refund))
    if rng.random() < 0.4:
        operations = replace(instance.operations, duty_deferral=float(rng.choice([0.0, 30.0])))
        instance = replace(instance, operations=operations)
    return instance


def _vat_rules(rng: np.random.Generator, instance: Instance) -> ImportVat:
    """Rules that never overlap: cash until a day and deferred from then on, in a territory or a country."""
    day = int(rng.integers(instance.periods.start_day[0] - 50, instance.periods.end_day[-1] + 50))
    n_countries = len(instance.countries.ids)
    country = int(rng.integers(n_countries))
    of_country = int(instance.countries.territory_index[country])
    rows = [
        (0, -1, "stock", 0.0, np.inf, 0, day, 45.0, 0.0),
        (0, -1, "stock", 0.0, np.inf, day, NEVER, 0.0, 0.05),
        (of_country, country, "stock", 0.0, np.inf, day - 200, day + 200, 60.0, 0.0),
        (0, -1, "parcel", 0.0, 12.0, 0, NEVER, 0.0, 0.1),
        (1, -1, "parcel", 0.0, np.inf, day, NEVER, 40.0, 0.4),
    ]
    return vat_rules(*(row for row in rows if rng.random() < 0.8))


def _sites(rng: np.random.Generator, shape: Shape, periods: Periods) -> Sites:
    n, last = shape.sites, shape.periods - 1
    status = rng.choice(
        ["candidate", "existing", "fixed", "forced", "forbidden"], n, p=[0.66, 0.14, 0.06, 0.08, 0.06]
    )
    is_open = np.isin(status, ["existing", "fixed"])
    earliest = np.where(rng.random(n) < 0.2, last, 0)
    latest = np.where(status == "forced", np.maximum(earliest, rng.integers(0, last + 1, n)), last)
    return Sites(
        ids=_names("s", n),
        labels=_names("Site ", n),
        country_index=rng.integers(0, shape.countries, n).astype(np.int64),
        latitude=rng.uniform(43, 54, n),
        longitude=rng.uniform(0, 22, n),
        status=tuple(status.tolist()),
        operator_index=(operator := rng.integers(0, 2, n).astype(np.int64)),
        may_run=np.arange(2)[None, :] == operator[:, None],
        initial_size=np.where(is_open, rng.integers(1, shape.sizes + 1, n), 0).astype(np.int64),
        opened_day=np.where(is_open, periods.start_day[0] - rng.integers(100, 2000, n), 0).astype(np.int64),
        max_size=np.full(n, shape.sizes, dtype=np.int64),
        rent=rng.uniform(40, 120, n),
        wage=rng.uniform(8, 30, n),
        fit_out=rng.uniform(50, 300, n),
        grant_share=rng.choice([0.0, 0.15], n),
        local_tax=rng.uniform(0, 6, n),
        lead_time=rng.choice([0.0, 120.0, 400.0], n),
        lease_term=rng.choice([0.0, 3.0, 9.0], n),
        earliest_period=earliest.astype(np.int64),
        latest_period=latest.astype(np.int64),
        grid_carbon=np.full(n, np.nan),
        is_bonded=np.zeros(n, dtype=np.int64),
        bonded_fee=np.zeros(n),
    )


def _sizes(rng: np.random.Generator, n: int, n_cells: int) -> Sizes:
    level = np.arange(1, n + 1)
    return Sizes(
        ids=_names("z", n),
        labels=_names("Size ", n),
        area=2000.0 * level,
        capacity=n_cells * rng.uniform(60, 160) * level**1.1,
        equipment=2e5 * level**0.9,
        fixed_hours=4000.0 * level**0.8,
        handling_hours=0.06 / level**0.4,
        energy=np.full(n, 60.0),
    )


def _operators(rng: np.random.Generator, n_countries: int) -> Operators:
    covers = np.ones((2, n_countries), dtype=np.bool_)
    return Operators(
        ids=("own", "third"),
        labels=("Own operation", "Third party"),
        is_own=np.array([True, False]),
        fixed_fee=np.array([0.0, 1e5]),
        pick_and_pack=np.array([0.0, 1.4]),
        storage=np.array([0.0, 9.0]),
        bears_rent=np.array([False, bool(rng.random() < 0.5)]),
        bears_capital=np.array([False, bool(rng.random() < 0.5)]),
        capacity=np.array([np.inf, 5000.0]),
        on_time=np.array([0.98, 0.97]),
        covers=covers,
    )


def with_contracts(rng: np.random.Generator, instance: Instance) -> Instance:
    """The instance with a choice of three offers and contracts that ask for more than a rate."""
    old, n_sites = instance.operators, instance.n_sites
    again = rng.random() < 0.7
    more = {
        field: np.append(getattr(old, field), getattr(old, field)[1] * rng.uniform(0.8, 1.2))
        for field in ("fixed_fee", "pick_and_pack", "storage", "capacity", "on_time")
    }
    flags = {
        field: np.append(getattr(old, field), getattr(old, field)[1] if again else rng.random() < 0.5)
        for field in ("bears_rent", "bears_capital")
    }
    operators = replace(
        old,
        ids=(*old.ids, "other"),
        labels=(*old.labels, "Other party"),
        is_own=np.append(old.is_own, False),
        covers=np.vstack([old.covers, old.covers[1]]),
        **more,
        **flags,
    )
    first = instance.sites.operator_index
    may_run = rng.random((n_sites, 3)) < 0.45
    may_run[np.arange(n_sites), first] = True
    return replace(
        instance,
        operators=operators,
        contracts=_contracts(rng, instance),
        sites=replace(instance.sites, may_run=may_run),
        limits=replace(
            instance.limits,
            max_partners=np.full(instance.n_periods, 1.0 if rng.random() < 0.15 else np.inf),
        ),
    )


def _contracts(rng: np.random.Generator, instance: Instance) -> Contracts:
    third = np.array([0.0, 1.0, 1.0])

    def amount(chance: float, low: float, high: float) -> np.ndarray:
        return third * (rng.random(3) < chance) * rng.uniform(low, high, 3)

    volume = float(instance.demand.sum()) / float(instance.periods.years.sum())
    start = np.sort(rng.uniform(0.02, 0.4, (3, 2)) * volume, axis=1)
    start[0] = np.inf
    discount = np.sort(rng.uniform(0.02, 0.3, (3, 2)), axis=1)
    has_tiers = rng.random(3) < 0.6
    serves = rng.random((3, instance.n_products)) < 0.85
    serves[0] = True
    return replace(
        plain_contracts(("Own operation", "Third party", "Third party" if rng.random() < 0.3 else "Other"),
                        instance.n_products),
        commitment=amount(0.5, 0.01 * volume, 0.2 * volume),
        term=amount(0.5, 0.5, 3.0),
        exit_fee=amount(0.6, 1e4, 2e5),
        notice=amount(0.5, 1.0, 12.0),
        onboarding=amount(0.6, 1e4, 2e5),
        start_up=amount(0.3, 1.0, 6.0),
        first_capacity=np.where(rng.random(3) < 0.3, rng.uniform(300.0, 4000.0, 3), np.inf),
        tier_from=np.where(has_tiers[:, None], start, np.inf),
        tier_discount=np.where(has_tiers[:, None], discount, 0.0),
        is_all_units=rng.random(3) < 0.4,
        is_exclusive=np.array([False, rng.random() < 0.2, rng.random() < 0.2]),
        serves=serves,
    )  # fmt: skip


def with_paths(rng: np.random.Generator, instance: Instance) -> Instance:
    """The instance with paths to choose: rooms and fees of gateways, sailings and commitments of lanes."""
    n_gateways, n_lanes = instance.n_gateways, len(instance.lanes.mode)
    kilograms = float(np.einsum("mkt,k->", instance.demand, instance.products.weight)) / instance.n_periods
    share = 1.0 if instance.choice.assortment == "fixed" else 0.5
    a_year = share * kilograms / 1e3 / float(instance.periods.years.mean())

    def some(chance: float, low: float, high: float, n: int, otherwise: float) -> np.ndarray:
        return np.where(rng.random(n) < chance, rng.uniform(low, high, n), otherwise)

    a_day = a_year / instance.operations.working_days
    terms = InboundTerms(
        is_chosen=True,
        gateway_capacity=a_day * some(0.6, 0.02, 0.6, n_gateways, np.inf),
        gateway_fee=some(0.5, 1e4, 2e5, n_gateways, 0.0),
        lane_capacity=a_year / 52.0 * some(0.4, 0.02, 0.3, n_lanes, np.inf),
        commitment=a_year * some(0.3, 0.01, 0.2, n_lanes, 0.0),
        shortfall_fee=instance.lanes.cost * 1e3 * rng.uniform(0.3, 1.0, n_lanes),
    )
    return replace(instance, inbound=terms)


def with_carriers(rng: np.random.Generator, instance: Instance) -> Instance:
    """The instance with carriers to be contracted, whose terms ask for more than rates."""
    n_countries, n = len(instance.countries.ids), instance.n_periods
    a_year = float(instance.demand.sum()) / float(instance.periods.years.sum())
    spend = 4.0 * a_year * rng.choice([0.1, 0.4])

    def amount(chance: float, low: float, high: float, shape: tuple[int, ...] = (2,)) -> np.ndarray:
        return (rng.random(shape) < chance) * rng.uniform(low, high, shape)

    start = np.sort(rng.uniform(0.05, 0.8, (2, 2)) * spend, axis=1)
    discount = np.sort(rng.uniform(0.02, 0.3, (2, 2)), axis=1)
    has_tiers = rng.random(2) < 0.6
    busiest = a_year * instance.operations.peak_factor / instance.operations.working_days
    tight = rng.uniform(0.05, 0.4, (2, n_countries)) * busiest
    capacity = np.where(rng.random(2) < 0.3, rng.uniform(0.1, 0.6, 2) * busiest, np.inf)
    terms = CarrierTerms(
        is_chosen=np.ones(2, dtype=np.bool_) if rng.random() < 0.8 else np.array([True, False]),
        onboarding=amount(0.6, 1e4, 2e5),
        onboarding_in=amount(0.6, 1e4, 1e5, (2, n_countries)),
        fixed_fee_in=amount(0.5, 1e3, 1e5, (2, n_countries)),
        capacity_in=np.where(rng.random((2, n_countries)) < 0.3, tight, np.inf),
        commitment=amount(0.5, 0.05 * spend, 0.6 * spend),
        term=amount(0.5, 0.5, 3.0),
        tier_from=np.where(has_tiers[:, None], start, np.inf),
        tier_discount=np.where(has_tiers[:, None], discount, 0.0),
        is_all_units=rng.random(2) < 0.4,
        counts_by_country=rng.random(2) < 0.4,
    )
    limits = replace(
        instance.limits, min_carriers=np.full(n, float(rng.choice([0, 1, 2], p=[0.5, 0.2, 0.3])))
    )
    carriers = replace(instance.carriers, capacity=capacity)
    return replace(instance, carriage=terms, carriers=carriers, limits=limits)


def no_carriers(instance: Instance) -> np.ndarray:
    """No carrier under contract anywhere."""
    shape = (len(instance.carriers.ids), len(instance.countries.ids), instance.n_periods)
    return np.zeros(shape, dtype=np.bool_)


def _carriers(rng: np.random.Generator) -> Carriers:
    return Carriers(
        ids=("post", "network"),
        labels=("National posts", "Parcel network"),
        on_time=np.array([0.95, 0.97]),
        out_of_home=rng.uniform(0, 1, 2),
        capacity=np.full(2, np.inf),
    )


def _rate_cards(rng: np.random.Generator, n_countries: int) -> RateCards:
    rows = []
    for to in range(n_countries):
        rows.append((0, to, to, 0.0, np.inf, 0.0, np.inf, rng.uniform(2.5, 4), 0.4, 1.5, np.inf, 6.0))
        rows.append((0, -1, to, 0.0, np.inf, 0.0, np.inf, rng.uniform(4, 6), 0.6, 3.5, np.inf, 5.0))
        rows.append((1, -1, to, 0.0, 400.0, 0.0, np.inf, rng.uniform(3.5, 5), 0.5, 0.5, 600.0, 5.0))
        rows.append((1, -1, to, 400.0, 1500.0, 0.0, 2.0, rng.uniform(4, 6), 0.5, 0.7, 600.0, 5.0))
        rows.append((1, -1, to, 400.0, 1500.0, 2.0, np.inf, rng.uniform(5, 7), 0.7, 0.7, 600.0, 5.0))
    table = np.array(rows)
    return RateCards(
        service_names=("standard", "express"),
        service_carrier=np.array([0, 1], dtype=np.int64),
        service_index=table[:, 0].astype(np.int64),
        from_country=table[:, 1].astype(np.int64),
        to_country=table[:, 2].astype(np.int64),
        **{
            name: table[:, column].copy()
            for column, name in enumerate(
                ("km_from", "km_to", "weight_from", "weight_to", "price", "price_per_kg", "transit",
                 "daily_distance", "working_days"), start=3)
        },
    )  # fmt: skip


def _rivals(rng: np.random.Generator, shape: Shape) -> tuple[Rivals, RivalCentres]:
    n = shape.rivals
    rivals = Rivals(
        ids=_names("r", n),
        labels=_names("Rival ", n),
        attraction=rng.uniform(-0.5, 1.0, n),
        delivery_fee=rng.uniform(0, 3, n),
        handling=np.full(n, 12.0),
        direct_time=np.where(np.arange(n) == n - 1, 220.0, np.inf),
        size=rng.uniform(0.5, 2, n),
        margin=np.full(n, np.nan),
    )
    n_centres = 2 * max(n - 1, 0)
    centres = RivalCentres(
        labels=_names("Rival centre ", n_centres),
        rival_index=np.repeat(np.arange(max(n - 1, 0)), 2).astype(np.int64),
        country_index=rng.integers(0, shape.countries, n_centres).astype(np.int64),
        latitude=rng.uniform(43, 54, n_centres),
        longitude=rng.uniform(0, 20, n_centres),
        area=np.full(n_centres, 5e4),
        is_open=rng.random((n_centres, shape.periods)) < 0.8,
    )
    return rivals, centres


def _choice(rng: np.random.Generator, assortment: str) -> Choice:
    return Choice(
        assortment=assortment,
        model="huff" if rng.random() < 0.2 else "logit",
        attraction=0.5,
        per_day=-0.2,
        per_fee=-0.15,
        none=float(rng.choice([-np.inf, 0.0])),
        class_hours=np.array([24.0, 48.0, 72.0, 120.0, 240.0, np.inf]),
        class_days=np.array([1.0, 2.0, 3.0, 5.0, 10.0, 15.0]),
        huff_size=1.0,
        huff_size_power=1.0,
        huff_time_power=1.0,
        unserved_penalty=float(rng.uniform(2, 30)),
    )


def _money(rng: np.random.Generator, periods: Periods) -> Money:
    return Money(
        base_day=int(periods.start_day[0]),
        discount_rate=float(rng.choice([0.0, 0.08])),
        capital_rate=0.06,
        holding_rate=0.2,
        rent_growth=0.01,
        linehaul_growth=0.02,
        last_mile_growth=0.015,
        operator_growth=0.01,
        capital_life=12.0,
        exit_cost=float(rng.choice([0.0, 20.0])),
        lease_liability=float(rng.choice([0.0, 0.5])),
        horizon_liability=float(rng.choice([0.0, 0.3])),
    )


def _operations(rng: np.random.Generator) -> Operations:
    return Operations(
        working_days=300.0,
        peak_factor=float(rng.uniform(1.2, 2.0)),
        cut_off_wait=6.0,
        handling_time=6.0,
        clearance_time=24.0,
        direct_handling_time=36.0,
        direct_handling_cost=0.3,
        truck_cost=1.35,
        truck_weight=9000.0,
        truck_volume=60.0,
        truck_speed=600.0,
        vat_days=30.0,
        duty_deferral=np.inf,
        return_mile_factor=1.0,
        return_handling=1.0,
        return_value_loss=0.3,
        energy_price=0.15,
        rival_transit=0.8,
        rival_daily_distance=700.0,
        rival_working_days=6.0,
    )


def _limits(rng: np.random.Generator, shape: Shape, sizes: Sizes, sites: Sites, periods: Periods) -> Limits:
    n = shape.periods
    forced = sum(status == "forced" for status in sites.status)
    kept = sum(status == "fixed" for status in sites.status)
    biggest = sizes.area[-1] * 300 + sizes.equipment[-1]
    budget = np.full(n, np.inf)
    if rng.random() < 0.5:
        budget = np.full(n, biggest * (forced + rng.uniform(0.5, 2.0)))
    floors: tuple[ServiceFloor, ...] = ()
    if rng.random() < 0.4:
        floors += (ServiceFloor(hours=72.0, share=float(rng.uniform(0.2, 0.8)), country_index=-1),)
    if rng.random() < 0.2:
        floors += (ServiceFloor(hours=120.0, share=float(rng.uniform(0.2, 0.9)), country_index=0),)
    few = rng.random() < 0.4
    return Limits(
        budget=budget,
        min_centres=np.zeros(n),
        max_centres=np.full(n, float(forced + kept + rng.integers(1, 3)) if few else np.inf),
        max_openings=np.full(n, float(max(forced, 1)) if rng.random() < 0.3 else np.inf),
        max_partners=np.full(n, np.inf),
        min_carriers=np.zeros(n),
        carbon_cap=np.full(
            n, 3e5 * shape.markets * float(periods.years[0]) if rng.random() < 0.25 else np.inf
        ),
        service=floors,
        carries_over=bool(rng.random() < 0.5),
    )


def with_policies(rng: np.random.Generator, instance: Instance) -> Instance:
    """The instance with some policies; none of them is on more often than not."""
    n, n_sites = instance.n_periods, instance.n_sites
    forced = sum(status == "forced" for status in instance.sites.status)

    def some(least: int) -> tuple[int, ...]:
        count = int(rng.integers(min(least, n_sites), n_sites + 1))
        return tuple(sorted(rng.choice(n_sites, count, replace=False).tolist()))

    relations = tuple(
        SiteRelation(
            label=f"rule {number}",
            if_sites=some(1),
            if_least=int(rng.integers(0, 3)),
            then_sites=some(1),
            then_least=float(rng.integers(0, 2)),
            then_most=float(rng.choice([1.0, 2.0, np.inf])),
            period=int(rng.integers(-1, n)),
        )
        for number in range(int(rng.integers(0, 3)))
    )
    shares = [0.02, 0.1, 0.25]
    policies = Policies(
        sourcing=rng.choice([0, 1, 2], (instance.n_markets, instance.n_products), p=[0.4, 0.2, 0.4])
        if rng.random() < 0.5
        else np.zeros((instance.n_markets, instance.n_products), dtype=np.int64),
        max_changes=np.full(n, float(max(forced, 1)) if rng.random() < 0.4 else np.inf),
        carbon_total=float("inf")
        if rng.random() < 0.7
        else 3e5 * instance.n_markets * float(instance.periods.years.sum()),
        relations=relations,
        share_floors=(
            ShareFloor(float(rng.choice(shares)), int(rng.integers(-1, 2)), int(rng.integers(-1, n))),
        )
        if rng.random() < 0.35
        else (),
        objectives=(),
        reference_size=np.zeros((n_sites, n), dtype=np.int64),
    )
    return replace(instance, policies=policies)


def _distances(sites: Sites, markets: Markets, gateways: Gateways, centres: RivalCentres) -> Distances:
    return Distances(
        site_market=_km(sites, markets),
        gateway_site=_km(gateways, sites),
        gateway_market=_km(gateways, markets),
        rival_market=_km(centres, markets),
    )


def _km(a: Sites | Gateways | RivalCentres, b: Sites | Markets) -> np.ndarray:
    north = (a.latitude[:, None] - b.latitude[None, :]) * 111.2
    east = (a.longitude[:, None] - b.longitude[None, :]) * 111.2 * np.cos(np.radians(48.0))
    return 1.22 * np.hypot(north, east)


def with_stock(rng: np.random.Generator, instance: Instance) -> Instance:
    """The instance with stock that follows from throughput."""
    n, lanes = instance.n_products, len(instance.lanes.mode)
    a_day = instance.demand.sum(axis=(0, 2)) / (365.0 * instance.periods.years.sum())
    room = rng.uniform(0.2, 2.0) * 30.0 * float(instance.products.volume @ a_day)
    has_room = rng.random() < 0.4
    stock = StockTerms(
        is_pooled=True,
        review_days=float(rng.choice([7.0, 14.0])),
        items=rng.choice([1.0, 50.0, 2000.0], n),
        variability=rng.choice([0.0, 1.0, 6.0], n),
        cycle_service=rng.choice([np.nan, 0.9, 0.99], n),
        fill_rate=rng.choice([0.9, 0.98], n),
        reference_demand=np.maximum(1.0, rng.choice([0.05, 0.3]) * a_day),
        transit_sd=rng.choice([0.0, 2.0, 8.0], lanes),
        storage=room * np.arange(1, instance.n_sizes + 1) if has_room else np.full(instance.n_sizes, np.inf),
    )
    sailings = rng.choice([0.0, 1.0, 2.0], lanes)
    return replace(instance, stock=stock, lanes=replace(instance.lanes, sailings=sailings))
