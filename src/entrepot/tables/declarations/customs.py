"""Declarations of the tables of borders: normal tariffs, customs rules, import VAT."""

from entrepot.tables.schema import Column, Table

DUTIES = Table(
    "duties",
    "Normal tariff by product class and customs territory, where it differs from products.duty_rate.",
    ("product", "territory"),
    (
        Column("product", "text", "", "Product class.", refers_to="products.product"),
        Column("territory", "text", "", "Customs territory.", refers_to="countries.territory"),
        Column(
            "duty_rate",
            "number",
            "1",
            "Normal tariff, fraction of the customs value.",
            minimum=0,
            plausible=(0, 0.5),
        ),
    ),
    is_required=False,
)

CUSTOMS = Table(
    "customs",
    "Dated charges on crossing into a customs territory. Rules in force add up, except those that another "
    "rule in force replaces; inside a period they count pro rata by day.",
    ("rule",),
    (
        Column("rule", "text", "", "Key."),
        Column(
            "from_territory",
            "text",
            "",
            "Where the goods come from: a territory, 'outside' (the origins) or "
            "'any' (anywhere but to_territory).",
            default="outside",
        ),
        Column("to_territory", "text", "", "Territory that is entered.", refers_to="countries.territory"),
        Column(
            "to_country",
            "text",
            "",
            "Country of a national rule; empty = the whole territory.",
            default=None,
            refers_to="countries.country",
        ),
        Column(
            "flow",
            "text",
            "",
            "stocked: bulk import, and sales out of stock; direct: parcels sent direct.",
            default="any",
            choices=("stocked", "direct", "any"),
        ),
        Column(
            "value_from",
            "number",
            "EUR",
            "Smallest parcel value that the rule applies to.",
            default=0.0,
            minimum=0,
        ),
        Column(
            "value_to",
            "number",
            "EUR",
            "Parcel value from which it no longer applies; empty = none.",
            default=None,
            minimum=0,
        ),
        Column("start", "date", "date", "First day; empty = always.", default=None),
        Column("end", "date", "date", "Day on which it ends; empty = never.", default=None),
        Column(
            "tariff_share",
            "number",
            "1",
            "Duty as a multiple of the normal tariff.",
            default=0.0,
            minimum=0,
            maximum=5,
        ),
        Column(
            "duty_rate",
            "number",
            "1",
            "Further duty on the customs value.",
            default=0.0,
            minimum=0,
            plausible=(0, 0.5),
        ),
        Column(
            "parcel_fee", "number", "EUR/parcel", "Fee per parcel.", default=0.0, minimum=0, plausible=(0, 30)
        ),
        Column(
            "line_fee",
            "number",
            "EUR",
            "Fee per tariff line of a parcel.",
            default=0.0,
            minimum=0,
            plausible=(0, 30),
        ),
        Column(
            "refund_share",
            "number",
            "1",
            "Part of the duty on stock that is paid back when goods leave the territory again (drawback).",
            default=0.0,
            minimum=0,
            maximum=1,
        ),
        Column("replaces", "list", "", "Rules that are suspended while this one is in force.", default=""),
    ),
)

IMPORT_VAT = Table(
    "import_vat",
    "When import VAT is paid and had back, dated, by territory or country; a row that names a country holds "
    "before one for its territory. Without a row: operations.vat_days for stock, nothing for parcels.",
    ("territory", "country", "flow", "value_from", "start"),
    (
        Column("territory", "text", "", "Customs territory.", refers_to="countries.territory"),
        Column(
            "country",
            "text",
            "",
            "Country; empty = every country of the territory.",
            default=None,
            refers_to="countries.country",
        ),
        Column(
            "flow",
            "text",
            "",
            "stock: goods released in bulk for a centre; parcel: single parcels across the border, direct or "
            "out of stock in another territory.",
            default="stock",
            choices=("stock", "parcel"),
        ),
        Column(
            "value_from",
            "number",
            "EUR",
            "Smallest parcel value that the row applies to.",
            default=0.0,
            minimum=0,
        ),
        Column(
            "value_to",
            "number",
            "EUR",
            "Parcel value from which it no longer applies; empty = none.",
            default=None,
            minimum=0,
        ),
        Column("start", "date", "date", "First day; empty = always.", default=None),
        Column("end", "date", "date", "Day on which it ends; empty = never.", default=None),
        Column(
            "method",
            "text",
            "",
            "cash: paid at the border, had back later; deferred: declared and deducted in the same return "
            "(postponed accounting); collected: from the customer with the price (IOSS and the like).",
            choices=("cash", "deferred", "collected"),
        ),
        Column(
            "days",
            "number",
            "days",
            "cash: days until it is had back; empty = operations.vat_days.",
            default=None,
            minimum=0,
            plausible=(0, 180),
        ),
        Column(
            "parcel_fee",
            "number",
            "EUR/parcel",
            "Fee for declaring or advancing the VAT.",
            default=0.0,
            minimum=0,
            plausible=(0, 20),
        ),
    ),
    is_required=False,
)
