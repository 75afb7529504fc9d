"""Where things are: countries, markets, gateways, sites."""

from dataclasses import dataclass

from entrepot.instance.arrays import BoolArray, FloatArray, IntArray, seal


@dataclass(frozen=True, slots=True, eq=False)
class Countries:
    """Countries that hold markets, sites or gateways. All arrays (n_countries,).

    Attributes
    ----------
    ids : ISO 3166 alpha-2 codes.
    labels : names to show.
    territory_index : customs territory, index into `Instance.territories`.
    vat_rate : standard rate, fraction of the customs value.
    wage : warehouse labour in the base year, EUR/h.
    wage_growth : real growth of wages, fraction per year.
    road_circuity : road km over great-circle km, 1.
    grid_carbon : electricity, kg CO2e/kWh.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    territory_index: IntArray
    vat_rate: FloatArray
    wage: FloatArray
    wage_growth: FloatArray
    road_circuity: FloatArray
    grid_carbon: FloatArray

    def __post_init__(self) -> None:
        seal(self, len(self.ids))


@dataclass(frozen=True, slots=True, eq=False)
class Markets:
    """Demand points. All arrays (n_markets,).

    Attributes
    ----------
    ids, labels : key and name to show.
    country_index : index into `Countries`.
    latitude, longitude : deg, WGS84.
    population : people.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    country_index: IntArray
    latitude: FloatArray
    longitude: FloatArray
    population: FloatArray

    def __post_init__(self) -> None:
        seal(self, len(self.ids))


@dataclass(frozen=True, slots=True, eq=False)
class Gateways:
    """Sea ports, airports, rail terminals and road terminals where linehaul ends. All arrays (n_gateways,).

    Attributes
    ----------
    ids, labels : key and name to show.
    country_index : index into `Countries`.
    mode : "sea", "air", "rail" or "road", one per gateway.
    latitude, longitude : deg, WGS84.
    handling : EUR/kg of actual weight.
    dwell : days between arrival and departure by road.
    capacity : t/day; inf where not stated.
    fixed_cost : EUR/year once the gateway is used.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    country_index: IntArray
    mode: tuple[str, ...]
    latitude: FloatArray
    longitude: FloatArray
    handling: FloatArray
    dwell: FloatArray
    capacity: FloatArray
    fixed_cost: FloatArray

    def __post_init__(self) -> None:
        seal(self, len(self.ids))


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Candidate and existing centres. All arrays (n_sites,).

    Attributes
    ----------
    ids, labels : key and name to show.
    country_index : index into `Countries`.
    latitude, longitude : deg, WGS84.
    status : one of

        * "candidate": may open;
        * "existing": open before the horizon; may expand or close;
        * "fixed": open before the horizon; stays as it is;
        * "forced": must open, in `latest_period` at the latest, and stay;
        * "forbidden": stays closed.
    operator_index : who runs an existing centre today; elsewhere the first that may, index into `Operators`.
    may_run : (n_sites, n_operators), who may run the centre.
    initial_size : size level before the horizon, 0 = closed, else 1 ... n_sizes.
    opened_day : day the existing centre opened, proleptic ordinal; 0 where none.
    max_size : largest size level allowed, 1 ... n_sizes.
    rent : EUR/m2/year in the base year.
    wage : EUR/h in the base year (the country's where the study gives none).
    fit_out : capital to make a square metre usable, EUR/m2.
    grant_share : part of the capital that is paid by others, fraction.
    local_tax : EUR/m2/year.
    lead_time : days between paying the capital and opening.
    lease_term : years; rent for the rest of it is owed on closing.
    earliest_period, latest_period : first and last period in which the centre may open, index.
    grid_carbon : electricity of the site, kg CO2e/kWh, nan = the country's.
    is_bonded : 1 where stock is held in a customs warehouse, duty and VAT suspended until it leaves; else 0.
    bonded_fee : handling of a parcel that leaves bonded stock, EUR/parcel in the base year.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    country_index: IntArray
    latitude: FloatArray
    longitude: FloatArray
    status: tuple[str, ...]
    operator_index: IntArray
    may_run: BoolArray
    initial_size: IntArray
    opened_day: IntArray
    max_size: IntArray
    rent: FloatArray
    wage: FloatArray
    fit_out: FloatArray
    grant_share: FloatArray
    local_tax: FloatArray
    lead_time: FloatArray
    lease_term: FloatArray
    earliest_period: IntArray
    latest_period: IntArray
    grid_carbon: FloatArray
    is_bonded: IntArray
    bonded_fee: FloatArray

    def __post_init__(self) -> None:
        seal(self, len(self.ids))


@dataclass(frozen=True, slots=True, eq=False)
class Sizes:
    """Size levels of a centre, smallest first; level c (1 ... n_sizes) is row c - 1. All arrays (n_sizes,).

    Attributes
    ----------
    ids, labels : key and name to show.
    area : m2.
    capacity : parcels of standard handling per working day.
    equipment : capital for equipment, EUR.
    fixed_hours : staff that does not grow with volume, h/year.
    handling_hours : work per parcel of standard handling, h/parcel.
    energy : kWh/m2/year.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    area: FloatArray
    capacity: FloatArray
    equipment: FloatArray
    fixed_hours: FloatArray
    handling_hours: FloatArray
    energy: FloatArray

    def __post_init__(self) -> None:
        seal(self, len(self.ids))
