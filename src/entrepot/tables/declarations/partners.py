"""Declarations of the tables of partners and rivals: operators, carriers, rate cards, rivals, their centres."""

from dataclasses import replace

from entrepot.tables.schema import Column, Table

CAPABILITIES = ("bonded", "returns", "bulky", "dangerous")

_TERMS: tuple[Column, ...] = (
    Column("fixed_fee", "number", "EUR/year", "Fee per centre.", default=0.0, minimum=0),
    Column(
        "pick_and_pack",
        "number",
        "EUR/parcel",
        "Rate per standard parcel (3pl).",
        default=0.0,
        minimum=0,
        plausible=(0, 15),
    ),
    Column(
        "storage",
        "number",
        "EUR/m3/month",
        "Rate for stock held (3pl).",
        default=0.0,
        minimum=0,
        plausible=(0, 60),
    ),
    Column("bears_rent", "flag", "", "Rent and energy are in the rates.", default=False),
    Column("bears_capital", "flag", "", "Fit-out and equipment are in the rates.", default=False),
    Column(
        "commitment",
        "number",
        "parcels/year",
        "Standard parcels per centre that must be paid for; centres of one offer make up for each other.",
        default=0.0,
        minimum=0,
    ),
    Column(
        "capacity",
        "number",
        "parcels/day",
        "Most that can be handled in a centre; empty = no limit.",
        default=None,
        minimum=0,
    ),
    Column(
        "first_capacity",
        "number",
        "parcels/day",
        "Most in the first period of a contract (ramp-up); empty = no limit.",
        default=None,
        minimum=0,
    ),
    Column("onboarding", "number", "EUR", "Paid once when a contract begins.", default=0.0, minimum=0),
    Column(
        "start_up",
        "number",
        "months",
        "Months of the fixed fee that are paid before the first parcel.",
        default=0.0,
        minimum=0,
        plausible=(0, 24),
    ),
    Column("term", "number", "years", "Term of the contract.", default=0.0, minimum=0, plausible=(0, 15)),
    Column(
        "notice",
        "number",
        "months",
        "Months of the fixed fee that are owed when a running contract ends at once.",
        default=0.0,
        minimum=0,
    ),
    Column(
        "exit_fee", "number", "EUR", "Fee for ending the contract before its term.", default=0.0, minimum=0
    ),
    Column(
        "tiers_from",
        "list",
        "",
        "Volumes from which the discounts of tiers_discount apply, standard parcels/year over all centres of "
        "the offer.",
        default="",
    ),
    Column("tiers_discount", "list", "", "Discount on pick_and_pack per tier, fraction.", default=""),
    Column(
        "tiers",
        "text",
        "",
        "incremental: a discount counts for the parcels above its volume; all_units: for all parcels once the "
        "volume is reached.",
        default="incremental",
        choices=("incremental", "all_units"),
    ),
)
"""What an offer asks for running a centre: the same columns in `operators` and, as exceptions, in `quotes`."""


def _exception(column: Column) -> Column:
    return replace(column, meaning=f"{column.meaning} Empty = as the operator says.", default=None)


OPERATORS = Table(
    "operators",
    "Who can run a centre: the retailer itself (own) or third parties (3pl), each with its standing offer.",
    ("operator",),
    (
        Column("operator", "text", "", "Key."),
        Column("name", "text", "", "Name to show; the key where empty.", default=None),
        Column(
            "kind",
            "text",
            "",
            "own: own staff, paid by the hour; 3pl: paid by rates.",
            choices=("own", "3pl"),
        ),
        Column(
            "countries",
            "list",
            "",
            "Countries covered; empty = all.",
            default="",
            refers_to="countries.country",
        ),
        *_TERMS,
        Column(
            "is_exclusive",
            "flag",
            "",
            "No other third party may run a centre in the same country at the same time.",
            default=False,
        ),
        Column("on_time", "number", "1", "Orders shipped on time.", default=1.0, minimum=0, maximum=1),
        Column(
            "risk",
            "number",
            "1",
            "Your mark for the risk of relying on it, 0 = none, 1 = high.",
            default=0.0,
            minimum=0,
            maximum=1,
        ),
        Column("capabilities", "list", "", "What the operator can do.", default="", choices=CAPABILITIES),
    ),
)

QUOTES = Table(
    "quotes",
    "Offers that replace an operator's standing offer: one row per quote. Empty cells are as in `operators`.",
    ("quote",),
    (
        Column("quote", "text", "", "Key."),
        Column("operator", "text", "", "Who makes the offer.", refers_to="operators.operator"),
        Column("name", "text", "", "Name to show; the key where empty.", default=None),
        Column(
            "sites",
            "list",
            "",
            "Sites that it is made for; empty = all in the operator's countries.",
            default="",
            refers_to="sites.site",
        ),
        *(_exception(column) for column in _TERMS),
    ),
    is_required=False,
)

RATES = Table(
    "rates",
    "Rate cards: price and transit of a carrier's service by countries, distance zone and weight band.",
    ("carrier", "service", "from_country", "to_country", "km_from", "weight_from"),
    (
        Column("carrier", "text", "", "Carrier.", refers_to="carriers.carrier"),
        Column("service", "text", "", "Service, e.g. standard.", default="standard"),
        Column(
            "from_country",
            "text",
            "",
            "Country of the sender; empty = any.",
            default=None,
            refers_to="countries.country",
        ),
        Column("to_country", "text", "", "Country of the receiver.", refers_to="countries.country"),
        Column("km_from", "number", "km", "Zone: smallest road distance.", default=0.0, minimum=0),
        Column(
            "km_to",
            "number",
            "km",
            "Zone: road distance from which it no longer applies; empty = none.",
            default=None,
            minimum=0,
        ),
        Column("weight_from", "number", "kg", "Band: weight above which it applies.", default=0.0, minimum=0),
        Column("weight_to", "number", "kg", "Band: largest weight; empty = none.", default=None, minimum=0),
        Column("price", "number", "EUR/parcel", "Price in the base year.", minimum=0, plausible=(0.2, 60)),
        Column(
            "price_per_kg", "number", "EUR/kg", "Added per kg.", default=0.0, minimum=0, plausible=(0, 10)
        ),
        Column(
            "transit",
            "number",
            "days",
            "Working days without the distance part.",
            minimum=0,
            plausible=(0.2, 15),
        ),
        Column(
            "daily_distance",
            "number",
            "km/day",
            "Km that a consignment moves per working day; empty = transit does not depend on distance.",
            default=None,
            minimum=1,
        ),
        Column(
            "working_days",
            "number",
            "days/week",
            "Days on which it moves.",
            default=5.0,
            minimum=1,
            maximum=7,
        ),
    ),
)

RIVALS = Table(
    "rivals",
    "Rival firms; each counts once per market, with its best offer there.",
    ("rival",),
    (
        Column("rival", "text", "", "Key."),
        Column("name", "text", "", "Name to show; the key where empty.", default=None),
        Column("attraction", "number", "1", "Constant of the rival's utility.", plausible=(-10, 10)),
        Column(
            "delivery_fee",
            "number",
            "EUR/parcel",
            "Fee that its customers pay.",
            default=0.0,
            minimum=0,
            plausible=(0, 30),
        ),
        Column("handling", "number", "h", "Hours from order to leaving a centre.", default=12.0, minimum=0),
        Column(
            "direct_time",
            "number",
            "h",
            "Hours of a parcel sent direct; empty = it sends none.",
            default=None,
            minimum=0,
            plausible=(24, 1000),
        ),
        Column("size", "number", "1", "Assortment for Huff's model.", default=1.0, minimum=0),
        Column(
            "target_share",
            "number",
            "1",
            "Known share of purchases, for calibration.",
            default=None,
            minimum=0,
            maximum=1,
        ),
        Column(
            "margin",
            "number",
            "EUR/parcel",
            "What it earns with a parcel before the cost of its centres; empty = its reply seeks volume.",
            default=None,
            minimum=0,
            plausible=(0.1, 60),
        ),
    ),
    is_required=False,
)

RIVAL_CENTRES = Table(
    "rival_centres",
    "Centres of the rivals.",
    ("centre",),
    (
        Column("centre", "text", "", "Key."),
        Column("rival", "text", "", "Firm.", refers_to="rivals.rival"),
        Column("name", "text", "", "Name to show; the key where empty.", default=None),
        Column("country", "text", "", "Country code.", refers_to="countries.country"),
        Column("latitude", "number", "deg", "Latitude.", minimum=-90, maximum=90),
        Column("longitude", "number", "deg", "Longitude.", minimum=-180, maximum=180),
        Column("area", "number", "m2", "Floor area.", default=None, minimum=0),
        Column("open_from", "date", "date", "Day on which it opens; empty = open.", default=None),
        Column("open_to", "date", "date", "Day on which it closes; empty = never.", default=None),
    ),
    is_required=False,
)

RIVAL_CANDIDATES = Table(
    "rival_candidates",
    "Places where rivals may add a centre in reply to a plan (entrepot rivals).",
    ("candidate",),
    (
        Column("candidate", "text", "", "Key."),
        Column("rival", "text", "", "Firm.", refers_to="rivals.rival"),
        Column("name", "text", "", "Name to show; the key where empty.", default=None),
        Column("country", "text", "", "Country code.", refers_to="countries.country"),
        Column("latitude", "number", "deg", "Latitude.", minimum=-90, maximum=90),
        Column("longitude", "number", "deg", "Longitude.", minimum=-180, maximum=180),
        Column("area", "number", "m2", "Floor area.", default=None, minimum=0),
        Column(
            "open_from", "date", "date", "Earliest day on which it can open; empty = at once.", default=None
        ),
        Column(
            "opening_cost",
            "number",
            "EUR",
            "Paid on opening; counts where the rival's margin is stated.",
            default=0.0,
            minimum=0,
        ),
        Column(
            "fixed_cost",
            "number",
            "EUR/year",
            "Paid while open; counts where the rival's margin is stated.",
            default=0.0,
            minimum=0,
        ),
    ),
    is_required=False,
)

EMISSION_FACTORS = Table(
    "emission_factors",
    "Emission factors that are not on a lane or a country.",
    ("factor",),
    (
        Column(
            "factor",
            "text",
            "",
            "truck: kg CO2e/tkm by road; last_mile: kg CO2e/parcel.",
            choices=("truck", "last_mile"),
        ),
        Column("value", "number", "", "Value in the factor's unit.", minimum=0),
    ),
    is_required=False,
)
