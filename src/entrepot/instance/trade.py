"""What moves and how it enters: products, origins, linehaul lanes, customs and import VAT rules."""

from dataclasses import dataclass

from entrepot.instance.arrays import BoolArray, FloatArray, IntArray, seal


@dataclass(frozen=True, slots=True, eq=False)
class Products:
    """Product classes. Money per parcel. All arrays (n_products,) unless said.

    Attributes
    ----------
    ids, labels : key and name to show.
    weight : kg. volume : m3 per parcel.
    value : customs value, EUR/parcel.
    price : selling price net of VAT, EUR/parcel.
    goods_cost : purchase cost, EUR/parcel.
    delivery_fee : fee the customer pays net of VAT, EUR/parcel.
    tariff_lines : tariff lines per parcel, 1.
    return_rate : parcels that come back, fraction.
    stock_days : days of demand held in the centres (cycle and safety stock).
    handling_factor : work and capacity that a parcel takes, standard parcel = 1.
    velocity : "head" or "tail", one per product.
    duty_rate : (n_products, n_territories), fraction of the customs value under the normal tariff.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    weight: FloatArray
    volume: FloatArray
    value: FloatArray
    price: FloatArray
    goods_cost: FloatArray
    delivery_fee: FloatArray
    tariff_lines: FloatArray
    return_rate: FloatArray
    stock_days: FloatArray
    handling_factor: FloatArray
    velocity: tuple[str, ...]
    duty_rate: FloatArray

    def __post_init__(self) -> None:
        seal(self, len(self.ids))


@dataclass(frozen=True, slots=True, eq=False)
class Origins:
    """Supply clusters; the mix over them is data. All arrays (n_origins,).

    Attributes
    ----------
    ids, labels : key and name to show.
    latitude, longitude : deg, WGS84.
    supply_share : fraction of every product that comes from here; sums to 1.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    latitude: FloatArray
    longitude: FloatArray
    supply_share: FloatArray

    def __post_init__(self) -> None:
        seal(self, len(self.ids))


@dataclass(frozen=True, slots=True, eq=False)
class Lanes:
    """Linehaul from an origin to a gateway by one mode and route. All arrays (n_lanes,).

    Attributes
    ----------
    origin_index, gateway_index : indices into `Origins` and `Gateways`.
    mode : "sea", "air", "rail" or "road"; route : free name ("suez", "cape", "north").
    distance : km along the route.
    transit : days, origin to gateway.
    cost : EUR per chargeable kg in the base year.
    volumetric : chargeable weight of a cubic metre, kg/m3.
    carbon : kg CO2e per kg carried.
    is_open : (n_lanes, n_periods), status on the middle day of each period.
    carries_stock, carries_direct : whether bulk stock and direct parcels may use the lane.
    sailings : departures per week.
    """

    origin_index: IntArray
    gateway_index: IntArray
    mode: tuple[str, ...]
    route: tuple[str, ...]
    distance: FloatArray
    transit: FloatArray
    cost: FloatArray
    volumetric: FloatArray
    carbon: FloatArray
    is_open: BoolArray
    carries_stock: BoolArray
    carries_direct: BoolArray
    sailings: FloatArray

    def __post_init__(self) -> None:
        seal(self, len(self.origin_index))


@dataclass(frozen=True, slots=True, eq=False)
class CustomsRules:
    """Dated charges on crossing into a customs territory. All arrays (n_rules,).

    A rule is in force on a day from `start_day` until before `end_day`. Where a rule in force names
    others in `replaces`, those are suspended for the same goods on that day. All that remain add up.

    Attributes
    ----------
    ids : name of the rule.
    from_territory : index into `Instance.territories`, -1 = from outside all of them (the origins),
        -2 = from anywhere but the destination.
    to_territory : index into `Instance.territories`.
    to_country : index into `Countries` for a national rule, -1 = every country of the territory. Bulk
        import is cleared into the territory: national rules do not count for it.
    flow : "stocked" (bulk import or movement of stock and sales from it), "direct" or "any".
    value_from, value_to : customs values of a parcel (EUR, from <= value < to) that the rule applies to.
    start_day, end_day : proleptic ordinals; end exclusive.
    tariff_share : duty as a multiple of the product's normal tariff (1 = normal tariff, 0 = none).
    duty_rate : further duty, fraction of the customs value.
    parcel_fee : EUR/parcel. line_fee : EUR per tariff line of a parcel.
    refund_share : part of the duty paid in bulk that is paid back when the goods leave the territory again
        (drawback), fraction.
    replaces : per rule, indices of the rules that it suspends.
    """

    ids: tuple[str, ...]
    from_territory: IntArray
    to_territory: IntArray
    to_country: IntArray
    flow: tuple[str, ...]
    value_from: FloatArray
    value_to: FloatArray
    start_day: IntArray
    end_day: IntArray
    tariff_share: FloatArray
    duty_rate: FloatArray
    parcel_fee: FloatArray
    line_fee: FloatArray
    refund_share: FloatArray
    replaces: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        seal(self, len(self.ids))


@dataclass(frozen=True, slots=True, eq=False)
class ImportVat:
    """Dated rules on when import VAT is paid. All arrays (n_rules,).

    For the goods of one country, flow and customs value one rule holds on a day: one that names the country
    before one for its whole territory. Where none holds, `Operations.vat_days` is the time for stock and 0
    for single parcels.

    Attributes
    ----------
    territory_index : index into `Instance.territories`.
    country_index : index into `Countries`, -1 = every country of the territory.
    flow : "stock" (goods released in bulk for a centre) or "parcel" (single parcels that cross the border,
        direct or out of stock in another territory).
    value_from, value_to : customs values of a parcel (EUR, from <= value < to) that the rule applies to.
    start_day, end_day : proleptic ordinals; end exclusive.
    days : days between paying the VAT and having it back; 0 where it is deferred to the VAT return, or
        collected from the customer with the price.
    parcel_fee : EUR/parcel for declaring or advancing it.
    """

    territory_index: IntArray
    country_index: IntArray
    flow: tuple[str, ...]
    value_from: FloatArray
    value_to: FloatArray
    start_day: IntArray
    end_day: IntArray
    days: FloatArray
    parcel_fee: FloatArray

    def __post_init__(self) -> None:
        seal(self, len(self.territory_index))
