"""Declarations of the tables of policies: sets of sites and their relations, share floors, objectives."""

from entrepot.tables.schema import Column, Table

SINGLE_SOURCE = ("no", "period", "stable")
OBJECTIVES_KNOWN = ("value", "share", "service", "carbon", "capital", "deviation")

_PERIOD = Column("period", "text", "", "Period; empty = every period.", default=None)

SITE_SETS = Table(
    "site_sets",
    "Named lists of sites, for the relations between them.",
    ("set",),
    (
        Column("set", "text", "", "Key."),
        Column("sites", "list", "", "Sites of the set.", refers_to="sites.site"),
    ),
    is_required=False,
)

SITE_RELATIONS = Table(
    "site_relations",
    "If at least so many sites of one set are open in a period, then at least or at most so many of another.",
    ("relation",),
    (
        Column("relation", "text", "", "Key, named where the rule cannot be kept."),
        Column(
            "if_set",
            "text",
            "",
            "Set whose open sites bring the rule into force; empty = always in force.",
            default=None,
            refers_to="site_sets.set",
        ),
        Column("if_least", "integer", "", "Open sites of it that do so.", default=1, minimum=1),
        Column("then_set", "text", "", "Set that the rule limits.", refers_to="site_sets.set"),
        Column(
            "then_least",
            "integer",
            "",
            "Least number of its sites that are open; empty = no limit.",
            default=None,
            minimum=0,
        ),
        Column(
            "then_most",
            "integer",
            "",
            "Largest number of its sites that are open; empty = no limit.",
            default=None,
            minimum=0,
        ),
        _PERIOD,
    ),
    is_required=False,
)

SHARE_FLOORS = Table(
    "share_floors",
    "Least share of the potential that we want to win.",
    ("country", "period"),
    (
        Column(
            "country",
            "text",
            "",
            "Country; empty = all markets together.",
            default=None,
            refers_to="countries.country",
        ),
        _PERIOD,
        Column("share", "number", "1", "Parcels sold over potential.", minimum=0, maximum=1),
    ),
    is_required=False,
)

OBJECTIVES = Table(
    "objectives",
    "Objectives pursued one after the other; none = the value alone. Each may lose its tolerance to later ones.",
    ("order",),
    (
        Column("order", "integer", "", "Rank, 1 first.", minimum=1),
        Column(
            "objective",
            "text",
            "",
            "value: net present value; share: parcels sold over potential; service: parcels promised within "
            "`hours` over potential; carbon: kg CO2e of all periods; capital: EUR net of grants, not "
            "discounted; deviation: sites and periods whose size is not that of reference_plan. The first "
            "three are raised, the others lowered.",
            choices=OBJECTIVES_KNOWN,
        ),
        Column(
            "tolerance",
            "number",
            "1",
            "Fraction of the best amount found that later objectives may cost.",
            default=0.0,
            minimum=0,
            maximum=1,
        ),
        Column(
            "allowance",
            "number",
            "",
            "Amount in the objective's unit (EUR, fraction, kg CO2e, count) that they may cost on top.",
            default=0.0,
            minimum=0,
        ),
        Column(
            "hours",
            "number",
            "h",
            "For service: promise; one of service.class_hours.",
            default=None,
            minimum=0,
        ),
        Column(
            "country",
            "text",
            "",
            "For share and service: country; empty = all markets together.",
            default=None,
            refers_to="countries.country",
        ),
    ),
    is_required=False,
)

REFERENCE_PLAN = Table(
    "reference_plan",
    "Plan that the objective deviation is measured from; sites and periods not listed are closed in it.",
    ("site", "period"),
    (
        Column("site", "text", "", "Site.", refers_to="sites.site"),
        _PERIOD,
        Column("size", "text", "", "Its size.", refers_to="sizes.size"),
    ),
    is_required=False,
)
