"""Carriers and what they ask for by country."""

from entrepot.tables.schema import Column, Table

CARRIERS = Table(
    "carriers",
    "Parcel carriers.",
    ("carrier",),
    (
        Column("carrier", "text", "", "Key."),
        Column("name", "text", "", "Name to show; the key where empty.", default=None),
        Column("on_time", "number", "1", "Parcels delivered on time.", default=1.0, minimum=0, maximum=1),
        Column(
            "out_of_home",
            "number",
            "1",
            "Parcels delivered to lockers and shops.",
            default=0.0,
            minimum=0,
            maximum=1,
        ),
        Column(
            "onboarding",
            "number",
            "EUR",
            "Paid once, when the carrier first works anywhere.",
            default=0.0,
            minimum=0,
        ),
        Column(
            "capacity",
            "number",
            "parcels/day",
            "Most parcels a day; empty = no limit.",
            default=None,
            minimum=0,
        ),
        Column(
            "commitment",
            "number",
            "EUR/year",
            "Delivery rates that must be paid for while it is contracted.",
            default=0.0,
            minimum=0,
        ),
        Column(
            "tiers_from",
            "list",
            "",
            "Delivery rates paid from which the discounts of tiers_discount apply, EUR/year.",
            default="",
        ),
        Column("tiers_discount", "list", "", "Discount on the rates per tier, fraction.", default=""),
        Column(
            "tiers",
            "text",
            "",
            "incremental: a discount counts for what lies above its threshold; all_units: for the whole spend "
            "once that is reached.",
            default="incremental",
            choices=("incremental", "all_units"),
        ),
        Column(
            "tiers_scope",
            "text",
            "",
            "What commitment and tiers count over: the whole network, or each country alone.",
            default="network",
            choices=("network", "country"),
        ),
        Column("term", "number", "years", "Least length of a contract in a country.", default=0.0, minimum=0),
    ),
)

CARRIER_COUNTRIES = Table(
    "carrier_countries",
    "What a carrier asks for and can do in a country; nothing where there is no row.",
    ("carrier", "country"),
    (
        Column("carrier", "text", "", "Carrier.", refers_to="carriers.carrier"),
        Column("country", "text", "", "Country code.", refers_to="countries.country"),
        Column(
            "onboarding", "number", "EUR", "Paid once, when it first delivers there.", default=0.0, minimum=0
        ),
        Column(
            "fixed_fee", "number", "EUR/year", "Fee while it is contracted there.", default=0.0, minimum=0
        ),
        Column(
            "capacity",
            "number",
            "parcels/day",
            "Most parcels a day; empty = no limit.",
            default=None,
            minimum=0,
        ),
    ),
    is_required=False,
)
