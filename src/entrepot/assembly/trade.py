"""Products, origins, lanes, customs rules and import VAT of the instance."""

import numpy as np

from entrepot.assembly.lookup import ALWAYS, NEVER, Lookup
from entrepot.instance import (
    BoolArray,
    CustomsRules,
    FloatArray,
    ImportVat,
    InboundTerms,
    IntArray,
    Lanes,
    Origins,
    Periods,
    Products,
    plain_inbound,
)
from entrepot.units import KG_PER_TONNE

OUTSIDE = -1
ANYWHERE = -2


def products_of(lookup: Lookup, territories: tuple[str, ...]) -> Products:
    """Products with their normal tariff by territory."""
    number = lookup.number
    duty = np.repeat(number("products", "duty_rate")[:, None], len(territories), axis=1)
    product = lookup.index("duties", "product", "products", "product")
    territory = [territories.index(name) for name in lookup.text("duties", "territory")]
    duty[product, np.array(territory, dtype=np.int64)] = number("duties", "duty_rate")
    return Products(
        ids=lookup.text("products", "product"),
        labels=lookup.labels("products", "product"),
        weight=number("products", "weight"),
        volume=number("products", "volume"),
        value=number("products", "value"),
        price=number("products", "price"),
        goods_cost=number("products", "goods_cost"),
        delivery_fee=number("products", "delivery_fee"),
        tariff_lines=number("products", "tariff_lines"),
        return_rate=number("products", "return_rate"),
        stock_days=number("products", "stock_days"),
        handling_factor=number("products", "handling_factor"),
        velocity=lookup.text("products", "velocity"),
        duty_rate=duty,
    )


def origins_of(lookup: Lookup) -> Origins:
    """Origins with shares that sum to one exactly."""
    share = lookup.number("origins", "supply_share")
    return Origins(
        ids=lookup.text("origins", "origin"),
        labels=lookup.labels("origins", "origin"),
        latitude=lookup.number("origins", "latitude"),
        longitude=lookup.number("origins", "longitude"),
        supply_share=share / share.sum(),
    )


def lanes_of(lookup: Lookup, periods: Periods) -> Lanes:
    """Lanes; the same lane with several dated rows is several lanes, open at different times."""
    carries = lookup.lists("lanes", "carries")
    return Lanes(
        origin_index=lookup.index("lanes", "origin", "origins", "origin"),
        gateway_index=lookup.index("lanes", "gateway", "gateways", "gateway"),
        mode=lookup.text("lanes", "mode"),
        route=lookup.text("lanes", "route"),
        distance=lookup.number("lanes", "distance"),
        transit=lookup.number("lanes", "transit"),
        cost=lookup.number("lanes", "cost"),
        volumetric=lookup.number("lanes", "volumetric"),
        carbon=lookup.number("lanes", "carbon"),
        is_open=_open_lanes(lookup, periods),
        carries_stock=np.array(["stock" in uses for uses in carries], dtype=np.bool_),
        carries_direct=np.array(["direct" in uses for uses in carries], dtype=np.bool_),
        sailings=lookup.number("lanes", "sailings"),
    )


def inbound_of(lookup: Lookup) -> InboundTerms:
    """Limits and fees of gateways and lanes; none at all where the plan does not choose paths."""
    number = lookup.number
    if not lookup.study.settings["inbound.choose_paths"]:
        return plain_inbound(lookup.table("gateways").height, lookup.table("lanes").height)
    fee, own = number("lanes", "shortfall_fee"), number("lanes", "cost") * KG_PER_TONNE
    return InboundTerms(
        is_chosen=True,
        gateway_capacity=number("gateways", "capacity", empty=np.inf),
        gateway_fee=number("gateways", "fixed_cost"),
        lane_capacity=_weekly(number("lanes", "sailings"), number("lanes", "sailing_capacity", empty=np.inf)),
        commitment=number("lanes", "commitment"),
        shortfall_fee=np.where(np.isnan(fee), own, fee),
    )


def _weekly(sailings: FloatArray, capacity: FloatArray) -> FloatArray:
    """Tonnes a week; no limit where none is stated for a departure."""
    return np.where(np.isfinite(capacity), sailings * np.where(np.isfinite(capacity), capacity, 0.0), np.inf)


def _open_lanes(lookup: Lookup, periods: Periods) -> BoolArray:
    middle = (periods.start_day + periods.end_day) // 2
    start = lookup.days("lanes", "open_from", ALWAYS)[:, None]
    end = lookup.days("lanes", "open_to", NEVER)[:, None]
    is_open = np.array([status == "open" for status in lookup.text("lanes", "status")], dtype=np.bool_)
    result: BoolArray = is_open[:, None] & (start <= middle) & (middle < end)
    return result


def customs_of(lookup: Lookup, territories: tuple[str, ...]) -> CustomsRules:
    """Customs rules in the order of the table."""
    number = lookup.number
    positions = lookup.positions("customs", "rule")
    return CustomsRules(
        ids=lookup.text("customs", "rule"),
        from_territory=_from_territory(lookup, territories),
        to_territory=np.array(
            [territories.index(name) for name in lookup.text("customs", "to_territory")], dtype=np.int64
        ),
        to_country=lookup.index("customs", "to_country", "countries", "country"),
        flow=lookup.text("customs", "flow"),
        value_from=number("customs", "value_from"),
        value_to=number("customs", "value_to", empty=np.inf),
        start_day=lookup.days("customs", "start", ALWAYS),
        end_day=lookup.days("customs", "end", NEVER),
        tariff_share=number("customs", "tariff_share"),
        duty_rate=number("customs", "duty_rate"),
        parcel_fee=number("customs", "parcel_fee"),
        line_fee=number("customs", "line_fee"),
        refund_share=number("customs", "refund_share"),
        replaces=tuple(
            tuple(positions[name] for name in names) for names in lookup.lists("customs", "replaces")
        ),
    )


def import_vat_of(lookup: Lookup, territories: tuple[str, ...]) -> ImportVat:
    """Rules of import VAT in the order of the table; only what is paid in cash is paid ahead."""
    number = lookup.number
    is_cash = np.array([method == "cash" for method in lookup.text("import_vat", "method")], dtype=np.bool_)
    days = number("import_vat", "days", empty=lookup.setting("operations.vat_days"))
    return ImportVat(
        territory_index=np.array(
            [territories.index(name) for name in lookup.text("import_vat", "territory")], dtype=np.int64
        ),
        country_index=lookup.index("import_vat", "country", "countries", "country"),
        flow=lookup.text("import_vat", "flow"),
        value_from=number("import_vat", "value_from"),
        value_to=number("import_vat", "value_to", empty=np.inf),
        start_day=lookup.days("import_vat", "start", ALWAYS),
        end_day=lookup.days("import_vat", "end", NEVER),
        days=np.where(is_cash, days, 0.0),
        parcel_fee=number("import_vat", "parcel_fee"),
    )


def _from_territory(lookup: Lookup, territories: tuple[str, ...]) -> IntArray:
    special = {"outside": OUTSIDE, "any": ANYWHERE}
    names = lookup.text("customs", "from_territory", empty="outside")
    return np.array([special.get(name, -3) for name in names], dtype=np.int64) + np.array(
        [0 if name in special else 3 + territories.index(name) for name in names], dtype=np.int64
    )
