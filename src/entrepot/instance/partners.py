"""With whom and against whom: operators, carriers and their rate cards, rivals and their centres."""

from dataclasses import dataclass

import numpy as np

from entrepot.instance.arrays import BoolArray, FloatArray, IntArray, seal


@dataclass(frozen=True, slots=True, eq=False)
class Operators:
    """Offers to run a centre: by the retailer itself or a third party (3PL). All arrays (n_operators,).

    Attributes
    ----------
    ids, labels : key and name to show.
    is_own : True where the retailer runs the centre with its own staff: handling hours times wage.
    fixed_fee : EUR/year per centre.
    pick_and_pack : EUR per parcel of standard handling (third party).
    storage : EUR/m3/month of stock held (third party).
    bears_rent, bears_capital : True where rent, or fit-out and equipment, is in the operator's rates.
    capacity : parcels/day, inf where not stated. on_time : fraction.
    covers : (n_operators, n_countries), where the operator offers its service.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    is_own: BoolArray
    fixed_fee: FloatArray
    pick_and_pack: FloatArray
    storage: FloatArray
    bears_rent: BoolArray
    bears_capital: BoolArray
    capacity: FloatArray
    on_time: FloatArray
    covers: BoolArray

    def __post_init__(self) -> None:
        seal(self, len(self.ids))


@dataclass(frozen=True, slots=True, eq=False)
class Carriers:
    """Parcel carriers. All arrays (n_carriers,).

    Attributes
    ----------
    ids, labels : key and name to show.
    on_time : fraction of parcels. out_of_home : fraction delivered to lockers and shops.
    capacity : parcels/day over all countries, inf where not stated.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    on_time: FloatArray
    out_of_home: FloatArray
    capacity: FloatArray

    def __post_init__(self) -> None:
        seal(self, len(self.ids))


@dataclass(frozen=True, slots=True, eq=False)
class RateCards:
    """Rates of carrier services. A service is a (carrier, service name) pair. All arrays (n_rates,).

    The rate of a parcel is the row of its service whose countries match, whose distance zone holds the
    road km (km_from <= km < km_to) and whose weight band holds the weight (weight_from < kg <= weight_to).
    Rows that name the sending country win over rows that do not.

    Attributes
    ----------
    service_names : (n_services,) name of each service; service_carrier : (n_services,) index into `Carriers`.
    service_index : service of each rate row.
    from_country : index into `Countries`, -1 = any; to_country : index into `Countries`.
    km_from, km_to : km. weight_from, weight_to : kg.
    price : EUR/parcel; price_per_kg : EUR/kg of actual weight, added to the price. Base year.
    transit : working days without the distance part; daily_distance : km a consignment moves per working
        day, inf = transit does not depend on distance. working_days : days/week on which it moves.
    """

    service_names: tuple[str, ...]
    service_carrier: IntArray
    service_index: IntArray
    from_country: IntArray
    to_country: IntArray
    km_from: FloatArray
    km_to: FloatArray
    weight_from: FloatArray
    weight_to: FloatArray
    price: FloatArray
    price_per_kg: FloatArray
    transit: FloatArray
    daily_distance: FloatArray
    working_days: FloatArray

    def __post_init__(self) -> None:
        rows = (
            self.from_country,
            self.to_country,
            self.km_from,
            self.km_to,
            self.weight_from,
            self.weight_to,
            self.price,
            self.price_per_kg,
            self.transit,
            self.daily_distance,
            self.working_days,
            self.service_index,
        )
        for array in (*rows, self.service_carrier):
            array.setflags(write=False)
        if len({len(array) for array in rows}) > 1 or len(self.service_names) != len(self.service_carrier):
            raise ValueError("RateCards: columns of different length")


@dataclass(frozen=True, slots=True, eq=False)
class Rivals:
    """Rival firms. Each counts once per market, with its best offer there. All arrays (n_rivals,).

    Attributes
    ----------
    ids, labels : key and name to show.
    attraction : constant b0 of the rival's utility, 1.
    delivery_fee : EUR/parcel.
    handling : hours from order to leaving a centre.
    direct_time : hours of a parcel sent direct from the origins; inf where the rival offers none.
    size : attraction of its assortment for Huff's model, 1.
    margin : EUR per parcel that it sells, before the cost of its centres; nan where not stated.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    attraction: FloatArray
    delivery_fee: FloatArray
    handling: FloatArray
    direct_time: FloatArray
    size: FloatArray
    margin: FloatArray

    def __post_init__(self) -> None:
        seal(self, len(self.ids))


@dataclass(frozen=True, slots=True, eq=False)
class RivalCentres:
    """Centres of the rivals. All arrays (n_rival_centres,) unless said.

    Attributes
    ----------
    labels : name to show. rival_index : index into `Rivals`. country_index : index into `Countries`.
    latitude, longitude : deg, WGS84. area : m2.
    is_open : (n_rival_centres, n_periods), open on the middle day of the period.
    """

    labels: tuple[str, ...]
    rival_index: IntArray
    country_index: IntArray
    latitude: FloatArray
    longitude: FloatArray
    area: FloatArray
    is_open: BoolArray

    def __post_init__(self) -> None:
        seal(self, len(self.labels))


@dataclass(frozen=True, slots=True, eq=False)
class RivalCandidates:
    """Places where rivals may add a centre in reply to a plan; no plan depends on them. All (n_candidates,).

    Attributes
    ----------
    ids, labels : key and name to show. rival_index : index into `Rivals`.
    country_index : index into `Countries`. latitude, longitude : deg, WGS84. area : m2.
    earliest_period : first period in which it can be open, index; n_periods = not within the horizon.
    opening_cost : EUR. fixed_cost : EUR/year while open.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    rival_index: IntArray
    country_index: IntArray
    latitude: FloatArray
    longitude: FloatArray
    area: FloatArray
    earliest_period: IntArray
    opening_cost: FloatArray
    fixed_cost: FloatArray

    def __post_init__(self) -> None:
        seal(self, len(self.ids))


def no_rival_candidates() -> RivalCandidates:
    """The table of an instance in which no rival can add a centre."""
    none, nowhere = np.zeros(0), np.zeros(0, dtype=np.int64)
    return RivalCandidates((), (), nowhere, nowhere, none, none, none, nowhere, none, none)
