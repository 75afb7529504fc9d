"""Declarations of the tables of places: countries, markets, gateways, sites, sizes, distances."""

from entrepot.tables.declarations.policies import SINGLE_SOURCE
from entrepot.tables.schema import Column, Table

_LATITUDE = Column("latitude", "number", "deg", "Latitude, north positive.", minimum=-90, maximum=90)
_LONGITUDE = Column("longitude", "number", "deg", "Longitude, east positive.", minimum=-180, maximum=180)
_COUNTRY = Column("country", "text", "", "Country code.", refers_to="countries.country")

COUNTRIES = Table(
    "countries",
    "Countries that hold markets, sites or gateways, with their customs territory, tax, wages and demand.",
    ("country",),
    (
        Column("country", "text", "", "ISO 3166 alpha-2 code."),
        Column("name", "text", "", "Name to show; the code where empty.", default=None),
        Column(
            "territory", "text", "", "Customs territory; goods that cross into another one are cleared again."
        ),
        Column("vat_rate", "number", "1", "Standard VAT rate.", minimum=0, maximum=1, plausible=(0.0, 0.30)),
        Column(
            "wage",
            "number",
            "EUR/h",
            "Warehouse labour cost in the base year.",
            minimum=0,
            plausible=(0.5, 80),
        ),
        Column(
            "wage_growth", "number", "1/year", "Real growth of wages.", default=0.0, plausible=(-0.05, 0.15)
        ),
        Column(
            "online_share",
            "number",
            "1",
            "People who bought online in the last three months.",
            default=None,
            minimum=0,
            maximum=1,
        ),
        Column(
            "parcels_per_head",
            "number",
            "parcels/year",
            "Parcels of our kind of goods per online buyer and year, all sellers together.",
            default=None,
            minimum=0,
            plausible=(0.1, 80),
        ),
        Column("demand_growth", "number", "1/year", "Growth of demand.", default=0.0, plausible=(-0.2, 0.4)),
        Column(
            "road_circuity",
            "number",
            "1",
            "Road km over great-circle km.",
            default=1.25,
            minimum=1,
            plausible=(1.05, 2.2),
        ),
        Column(
            "grid_carbon",
            "number",
            "kg CO2e/kWh",
            "Carbon of electricity.",
            default=0.25,
            minimum=0,
            plausible=(0, 1.2),
        ),
        Column(
            "single_source",
            "text",
            "",
            "Sourcing of its markets: no, period or stable; empty = the setting sourcing.single.",
            default=None,
            choices=SINGLE_SOURCE,
        ),
    ),
)

MARKETS = Table(
    "markets",
    "Demand points: where customers are.",
    ("market",),
    (
        Column("market", "text", "", "Key."),
        Column("name", "text", "", "Name to show; the key where empty.", default=None),
        _COUNTRY,
        _LATITUDE,
        _LONGITUDE,
        Column(
            "population", "number", "people", "Inhabitants served from this point.", default=0.0, minimum=0
        ),
    ),
)

DEMAND = Table(
    "demand",
    "Demand where it is known; cells not listed follow the demand model (population x online share x parcels "
    "per head x the product's share).",
    ("market", "product", "period"),
    (
        Column("market", "text", "", "Market.", refers_to="markets.market"),
        Column("product", "text", "", "Product class.", refers_to="products.product"),
        Column("period", "text", "", "Period; empty = every period.", default=None),
        Column(
            "parcels",
            "number",
            "parcels/year",
            "The market's potential, all sellers together (our own parcels with a fixed assortment).",
            minimum=0,
        ),
    ),
    is_required=False,
)

GATEWAYS = Table(
    "gateways",
    "Sea ports, airports, rail terminals and road terminals where linehaul ends.",
    ("gateway",),
    (
        Column("gateway", "text", "", "Key."),
        Column("name", "text", "", "Name to show; the key where empty.", default=None),
        _COUNTRY,
        Column("mode", "text", "", "Mode that ends here.", choices=("sea", "air", "rail", "road")),
        _LATITUDE,
        _LONGITUDE,
        Column(
            "handling", "number", "EUR/kg", "Handling of goods.", default=0.0, minimum=0, plausible=(0, 2)
        ),
        Column(
            "dwell",
            "number",
            "days",
            "Days between arrival and departure by road.",
            default=0.0,
            minimum=0,
            plausible=(0, 15),
        ),
        Column(
            "capacity",
            "number",
            "t/day",
            "Tonnes of stock and direct parcels that can be handled for us on a working day; empty = no limit. "
            "Counts with inbound.choose_paths.",
            default=None,
            minimum=0,
        ),
        Column(
            "fixed_cost",
            "number",
            "EUR/year",
            "Cost of using the gateway at all. Counts with inbound.choose_paths.",
            default=0.0,
            minimum=0,
        ),
    ),
)

SITES = Table(
    "sites",
    "Places where a centre may open or already stands.",
    ("site",),
    (
        Column("site", "text", "", "Key."),
        Column("name", "text", "", "Name to show; the key where empty.", default=None),
        _COUNTRY,
        _LATITUDE,
        _LONGITUDE,
        Column(
            "status",
            "text",
            "",
            "candidate: may open; existing: open today, may expand or close; fixed: open "
            "today and stays as it is; forced: must open; forbidden: stays closed.",
            default="candidate",
            choices=("candidate", "existing", "fixed", "forced", "forbidden"),
        ),
        Column(
            "operator",
            "list",
            "",
            "Who may run the centre (today's operator of an existing one first); empty = whoever covers it.",
            default="",
            refers_to="operators.operator",
        ),
        Column(
            "existing_size",
            "text",
            "",
            "Size of a centre that is open today.",
            default=None,
            refers_to="sizes.size",
        ),
        Column("opened", "date", "date", "Day on which the existing centre opened.", default=None),
        Column(
            "max_size", "text", "", "Largest size allowed; empty = any.", default=None, refers_to="sizes.size"
        ),
        Column("rent", "number", "EUR/m2/year", "Rent in the base year.", minimum=0, plausible=(15, 400)),
        Column(
            "wage",
            "number",
            "EUR/h",
            "Warehouse labour cost; empty = the country's.",
            default=None,
            minimum=0,
            plausible=(0.5, 80),
        ),
        Column(
            "fit_out",
            "number",
            "EUR/m2",
            "Capital that makes the area usable.",
            default=0.0,
            minimum=0,
            plausible=(0, 2000),
        ),
        Column(
            "grant_share",
            "number",
            "1",
            "Part of the capital that is paid by others.",
            default=0.0,
            minimum=0,
            maximum=1,
        ),
        Column(
            "local_tax",
            "number",
            "EUR/m2/year",
            "Property and local taxes.",
            default=0.0,
            minimum=0,
            plausible=(0, 100),
        ),
        Column(
            "lead_time",
            "number",
            "months",
            "Months between paying the capital and opening.",
            default=0.0,
            minimum=0,
            plausible=(0, 48),
        ),
        Column(
            "lease_term",
            "number",
            "years",
            "Years that the lease binds.",
            default=0.0,
            minimum=0,
            plausible=(0, 30),
        ),
        Column(
            "earliest_period",
            "text",
            "",
            "First period in which the centre may open; empty = the first.",
            default=None,
        ),
        Column(
            "latest_period",
            "text",
            "",
            "Last period in which the centre may (forced: must) open; empty = the last (forced: the first).",
            default=None,
        ),
        Column(
            "grid_carbon",
            "number",
            "kg CO2e/kWh",
            "Carbon of the site's electricity; empty = the country's.",
            default=None,
            minimum=0,
            plausible=(0, 1.2),
        ),
        Column(
            "is_bonded",
            "flag",
            "",
            "Stock lies in a customs warehouse: duty and VAT fall due when it leaves for a customer there. Its "
            "operator needs the capability bonded.",
            default=False,
        ),
        Column(
            "bonded_fee",
            "number",
            "EUR/parcel",
            "Handling of a parcel that leaves bonded stock.",
            default=0.0,
            minimum=0,
            plausible=(0, 5),
        ),
    ),
)

SIZES = Table(
    "sizes",
    "Size levels that a centre can have, smallest first; a larger size contains the smaller ones.",
    ("size",),
    (
        Column("size", "text", "", "Key."),
        Column("name", "text", "", "Name to show; the key where empty.", default=None),
        Column("area", "number", "m2", "Floor area.", minimum=1, plausible=(100, 800000)),
        Column(
            "capacity", "number", "parcels/day", "Standard parcels per working day at full load.", minimum=1
        ),
        Column("equipment", "number", "EUR", "Capital for equipment.", default=0.0, minimum=0),
        Column(
            "fixed_hours", "number", "h/year", "Work that does not grow with volume.", default=0.0, minimum=0
        ),
        Column(
            "handling_hours",
            "number",
            "h/parcel",
            "Work per standard parcel.",
            default=0.0,
            minimum=0,
            plausible=(0, 0.5),
        ),
        Column("energy", "number", "kWh/m2/year", "Energy use.", default=0.0, minimum=0, plausible=(0, 500)),
        Column(
            "storage",
            "number",
            "m3",
            "Room for stock; empty = no limit (stock.pooled).",
            default=None,
            minimum=0,
            plausible=(10, 2_000_000),
        ),
    ),
)

DISTANCES = Table(
    "distances",
    "Road distances that override the computed ones.",
    ("from", "to"),
    (
        Column("from", "text", "", "Key of a site, gateway or rival centre."),
        Column("to", "text", "", "Key of a market or site."),
        Column("road_km", "number", "km", "Distance by road.", minimum=0, plausible=(0, 8000)),
    ),
    is_required=False,
)
