"""The rules of the game: periods, choice, money, operations, carbon, limits."""

from dataclasses import dataclass

from entrepot.instance.arrays import FloatArray, IntArray, seal


@dataclass(frozen=True, slots=True, eq=False)
class Periods:
    """Planning periods, in order and without gaps. All arrays (n_periods,).

    Attributes
    ----------
    labels : name to show.
    start_day, end_day : proleptic ordinals (date.toordinal()); end exclusive.
    years : length, days / 365.
    """

    labels: tuple[str, ...]
    start_day: IntArray
    end_day: IntArray
    years: FloatArray

    def __post_init__(self) -> None:
        seal(self, len(self.labels))


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """How customers choose.

    Attributes
    ----------
    assortment : "choice" (share from attractions) or "fixed" (share 1: demand is our parcels).
    model : "logit" or "huff".
    attraction : constant b0 of our own offer. per_day : b_time, 1/day, usually negative.
    per_fee : b_fee, 1/EUR, usually negative. none : utility of buying from nobody; -inf = not possible.
    class_hours : (n_classes,) upper end of each service class, hours; the last is inf (slower).
    class_days : (n_classes,) days that stand for the class in the attraction.
    huff_size : our assortment; huff_size_power, huff_time_power : exponents a and b of size^a / hours^b.
    unserved_penalty : EUR per parcel of demand that is not served, with assortment "fixed".
    """

    assortment: str
    model: str
    attraction: float
    per_day: float
    per_fee: float
    none: float
    class_hours: FloatArray
    class_days: FloatArray
    huff_size: float
    huff_size_power: float
    huff_time_power: float
    unserved_penalty: float

    def __post_init__(self) -> None:
        self.class_hours.setflags(write=False)
        self.class_days.setflags(write=False)
        if len(self.class_hours) != len(self.class_days):
            raise ValueError("Choice: class_hours and class_days differ in length")


@dataclass(frozen=True, slots=True)
class Money:
    """Money over time. Rates are real, per year.

    Attributes
    ----------
    base_day : day that amounts are discounted to, proleptic ordinal (the first period's start).
    discount_rate : fraction per year.
    capital_rate : cost of cash tied up in VAT, fraction per year.
    holding_rate : cost of goods in transit and in stock, fraction of the customs value per year.
    rent_growth, linehaul_growth, last_mile_growth, operator_growth : real growth, fraction per year.
    capital_life : years over which capital loses its value in a straight line.
    exit_cost : EUR/m2 on closing.
    lease_liability : part of the remaining lease that is owed on closing, fraction.
    horizon_liability : part of exit cost and lease liability counted at the horizon's end for centres
        that are still open, fraction (0 = going concern, 1 = liquidation).
    currency : code of the currency that all amounts are in; EUR in units stands for it.
    """

    base_day: int
    discount_rate: float
    capital_rate: float
    holding_rate: float
    rent_growth: float
    linehaul_growth: float
    last_mile_growth: float
    operator_growth: float
    capital_life: float
    exit_cost: float
    lease_liability: float
    horizon_liability: float
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class Operations:
    """How centres, trucks and parcels work.

    Attributes
    ----------
    working_days : days per year on which centres work.
    peak_factor : busiest day over mean working day, 1.
    cut_off_wait : mean hours that an order waits for the cut-off.
    handling_time : hours from cut-off to handing over in a centre.
    clearance_time : hours for clearing a parcel into another customs territory.
    direct_handling_time : hours from order to linehaul for a direct parcel.
    direct_handling_cost : EUR/parcel for picking and labelling at the origin.
    truck_cost : EUR/km; truck_weight : kg; truck_volume : m3 in a full truck; truck_speed : km/day.
    vat_days : days that import VAT on stock is paid ahead, where no rule of `ImportVat` says otherwise.
    duty_deferral : days between import and the payment of duty on stock; inf = duty is paid once the goods
        are sold, so that none is tied up in stock.
    return_mile_factor : price of the way back over the last mile, 1.
    return_handling : EUR per returned parcel. return_value_loss : fraction of the customs value lost.
    energy_price : EUR/kWh.
    rival_transit : working days of a rival's parcel without the distance part;
        rival_daily_distance : km/day; rival_working_days : days/week.
    """

    working_days: float
    peak_factor: float
    cut_off_wait: float
    handling_time: float
    clearance_time: float
    direct_handling_time: float
    direct_handling_cost: float
    truck_cost: float
    truck_weight: float
    truck_volume: float
    truck_speed: float
    vat_days: float
    duty_deferral: float
    return_mile_factor: float
    return_handling: float
    return_value_loss: float
    energy_price: float
    rival_transit: float
    rival_daily_distance: float
    rival_working_days: float


@dataclass(frozen=True, slots=True)
class Carbon:
    """Emission factors and the carbon price.

    Attributes
    ----------
    price : EUR/kg CO2e.
    truck : kg CO2e/tkm. last_mile : kg CO2e/parcel.
    """

    price: float
    truck: float
    last_mile: float


@dataclass(frozen=True, slots=True)
class ServiceFloor:
    """At least `share` of the parcels sold in each period arrive within `hours`.

    Attributes
    ----------
    hours : promise in hours, one of the class limits.
    share : fraction of sold parcels.
    country_index : index into `Countries`, -1 = all markets together.
    """

    hours: float
    share: float
    country_index: int


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Limits on the plan. Arrays (n_periods,); inf = no upper limit.

    Attributes
    ----------
    budget : EUR of capital net of grants paid in the period (before the horizon counts in the first).
    min_centres, max_centres : centres open in the period.
    max_openings : centres that open in the period.
    max_partners : third-party firms that run centres in the period.
    carbon_cap : kg CO2e in the period, flows and centres.
    min_carriers : carriers contracted in every country in which one is.
    service : floors on the service level.
    carries_over : True where unused budget may be spent in later periods.
    """

    budget: FloatArray
    min_centres: FloatArray
    max_centres: FloatArray
    max_openings: FloatArray
    max_partners: FloatArray
    carbon_cap: FloatArray
    min_carriers: FloatArray
    service: tuple[ServiceFloor, ...]
    carries_over: bool

    def __post_init__(self) -> None:
        arrays = (self.budget, self.min_centres, self.max_centres, self.max_openings, self.max_partners)
        for array in (*arrays, self.carbon_cap, self.min_carriers):
            array.setflags(write=False)
