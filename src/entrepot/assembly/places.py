"""Countries, markets, gateways, sites and sizes of the instance."""

import numpy as np

from entrepot.assembly.lookup import Lookup
from entrepot.instance import (
    BoolArray,
    Countries,
    FloatArray,
    Gateways,
    IntArray,
    Markets,
    Periods,
    Sites,
    Sizes,
)
from entrepot.units import DAYS_PER_YEAR, MONTHS_PER_YEAR


def territories_of(lookup: Lookup) -> tuple[str, ...]:
    """Customs territories in the order in which countries name them."""
    return tuple(dict.fromkeys(lookup.text("countries", "territory")))


def countries_of(lookup: Lookup, territories: tuple[str, ...]) -> Countries:
    """Countries in the order of the table."""
    return Countries(
        ids=lookup.text("countries", "country"),
        labels=lookup.labels("countries", "country"),
        territory_index=np.array(
            [territories.index(name) for name in lookup.text("countries", "territory")], dtype=np.int64
        ),
        vat_rate=lookup.number("countries", "vat_rate"),
        wage=lookup.number("countries", "wage"),
        wage_growth=lookup.number("countries", "wage_growth"),
        road_circuity=lookup.number("countries", "road_circuity"),
        grid_carbon=lookup.number("countries", "grid_carbon"),
    )


def markets_of(lookup: Lookup) -> Markets:
    """Markets in the order of the table."""
    return Markets(
        ids=lookup.text("markets", "market"),
        labels=lookup.labels("markets", "market"),
        country_index=_country(lookup, "markets"),
        latitude=lookup.number("markets", "latitude"),
        longitude=lookup.number("markets", "longitude"),
        population=lookup.number("markets", "population"),
    )


def gateways_of(lookup: Lookup) -> Gateways:
    """Gateways in the order of the table."""
    return Gateways(
        ids=lookup.text("gateways", "gateway"),
        labels=lookup.labels("gateways", "gateway"),
        country_index=_country(lookup, "gateways"),
        mode=lookup.text("gateways", "mode"),
        latitude=lookup.number("gateways", "latitude"),
        longitude=lookup.number("gateways", "longitude"),
        handling=lookup.number("gateways", "handling"),
        dwell=lookup.number("gateways", "dwell"),
        capacity=lookup.number("gateways", "capacity", empty=np.inf),
        fixed_cost=lookup.number("gateways", "fixed_cost"),
    )


def sizes_of(lookup: Lookup) -> Sizes:
    """Sizes, smallest first as the check demands."""
    return Sizes(
        ids=lookup.text("sizes", "size"),
        labels=lookup.labels("sizes", "size"),
        area=lookup.number("sizes", "area"),
        capacity=lookup.number("sizes", "capacity"),
        equipment=lookup.number("sizes", "equipment"),
        fixed_hours=lookup.number("sizes", "fixed_hours"),
        handling_hours=lookup.number("sizes", "handling_hours"),
        energy=lookup.number("sizes", "energy"),
    )


def sites_of(
    lookup: Lookup, countries: Countries, sizes: Sizes, periods: Periods, runners: tuple[IntArray, BoolArray]
) -> Sites:
    """Sites in the order of the table; `runners` is who may run them (`operators.runners_of`)."""
    country = _country(lookup, "sites")
    status = lookup.text("sites", "status")
    stands = np.isin(status, ["existing", "fixed"])
    existing = lookup.index("sites", "existing_size", "sizes", "size") + 1
    wage = lookup.number("sites", "wage")
    opened = lookup.days("sites", "opened", empty=int(periods.start_day[0]))
    largest = lookup.index("sites", "max_size", "sizes", "size", empty=len(sizes.ids) - 1) + 1
    return Sites(
        ids=lookup.text("sites", "site"),
        labels=lookup.labels("sites", "site"),
        country_index=country,
        latitude=lookup.number("sites", "latitude"),
        longitude=lookup.number("sites", "longitude"),
        status=status,
        operator_index=runners[0],
        may_run=runners[1],
        initial_size=np.where(stands, existing, 0),
        opened_day=np.where(stands, opened, 0),
        max_size=np.where(stands, np.maximum(largest, existing), largest),
        rent=lookup.number("sites", "rent"),
        wage=np.where(np.isnan(wage), countries.wage[country], wage),
        fit_out=lookup.number("sites", "fit_out"),
        grant_share=lookup.number("sites", "grant_share"),
        local_tax=lookup.number("sites", "local_tax"),
        lead_time=np.rint(lookup.number("sites", "lead_time") * DAYS_PER_YEAR / MONTHS_PER_YEAR),
        lease_term=lookup.number("sites", "lease_term"),
        earliest_period=_period(lookup, "earliest_period", periods, np.zeros(len(status), dtype=np.int64)),
        latest_period=_period(lookup, "latest_period", periods, _default_latest(status, len(periods.labels))),
        grid_carbon=lookup.number("sites", "grid_carbon"),
        is_bonded=lookup.flag("sites", "is_bonded").astype(np.int64),
        bonded_fee=lookup.number("sites", "bonded_fee"),
    )


def demand_of(lookup: Lookup, markets: Markets, periods: Periods) -> FloatArray:
    """Demand, (n_markets, n_products, n_periods) parcels in the period.

    The model is population x online share x parcels per head x the product's share, grown by the country's
    demand growth from the middle of the base year to the middle of the period; rows of the table `demand`
    replace cells.
    """
    country = markets.country_index
    per_head = np.nan_to_num(lookup.number("countries", "online_share")) * np.nan_to_num(
        lookup.number("countries", "parcels_per_head")
    )
    yearly = markets.population * per_head[country]
    share = lookup.number("products", "demand_share")
    growth = lookup.number("countries", "demand_growth")[country]
    base = lookup.setting("demand.base_year")
    middle = (periods.start_day + periods.end_day) / 2.0
    origin = float(periods.start_day[0]) if np.isnan(base) else (base - 0.5) * 365.2425
    years = (middle - origin) / DAYS_PER_YEAR
    demand: FloatArray = (
        yearly[:, None, None]
        * share[None, :, None]
        * (1.0 + growth)[:, None, None] ** years[None, None, :]
        * periods.years[None, None, :]
    )
    _replace_known(lookup, demand, periods)
    return demand


def _replace_known(lookup: Lookup, demand: FloatArray, periods: Periods) -> None:
    market = lookup.index("demand", "market", "markets", "market")
    product = lookup.index("demand", "product", "products", "product")
    parcels = lookup.number("demand", "parcels")
    labels = {label: t for t, label in enumerate(periods.labels)}
    names = lookup.table("demand")["period"].to_list()
    every = np.array([name is None for name in names], dtype=np.bool_)
    demand[market[every], product[every], :] = parcels[every, None] * periods.years[None, :]
    period = np.array([-1 if name is None else labels[name] for name in names], dtype=np.int64)
    one = ~every
    demand[market[one], product[one], period[one]] = parcels[one] * periods.years[period[one]]


def _country(lookup: Lookup, table: str) -> IntArray:
    return lookup.index(table, "country", "countries", "country")


def _period(lookup: Lookup, column: str, periods: Periods, default: IntArray) -> IntArray:
    labels = {label: t for t, label in enumerate(periods.labels)}
    names = lookup.table("sites")[column].to_list()
    return np.array(
        [default[row] if name is None else labels[name] for row, name in enumerate(names)], dtype=np.int64
    )


def _default_latest(status: tuple[str, ...], n_periods: int) -> IntArray:
    return np.array([0 if word == "forced" else n_periods - 1 for word in status], dtype=np.int64)
