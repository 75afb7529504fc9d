"""Contracts with carriers."""

import numpy as np

from entrepot.assembly.lookup import Lookup
from entrepot.assembly.tiers import tiers_of
from entrepot.instance import CarrierTerms, Countries, FloatArray, plain_carriage


def carriage_of(lookup: Lookup, countries: Countries) -> CarrierTerms:
    """Terms of every carrier; none at all where the plan does not choose carriers."""
    number, table = lookup.number, lookup.table("carriers")
    n_carriers, n_countries = table.height, len(countries.ids)
    if not lookup.study.settings["contracts.choose_carriers"]:
        return plain_carriage(n_carriers, n_countries)
    tier_from, tier_discount = tiers_of(table["tiers_from"].to_list(), table["tiers_discount"].to_list())
    return CarrierTerms(
        is_chosen=np.ones(n_carriers, dtype=np.bool_),
        onboarding=number("carriers", "onboarding"),
        onboarding_in=_in_countries(lookup, "onboarding", (n_carriers, n_countries), 0.0),
        fixed_fee_in=_in_countries(lookup, "fixed_fee", (n_carriers, n_countries), 0.0),
        capacity_in=_in_countries(lookup, "capacity", (n_carriers, n_countries), np.inf),
        commitment=number("carriers", "commitment"),
        term=number("carriers", "term"),
        tier_from=tier_from,
        tier_discount=tier_discount,
        is_all_units=np.array([kind == "all_units" for kind in lookup.text("carriers", "tiers")], np.bool_),
        counts_by_country=np.array(
            [scope == "country" for scope in lookup.text("carriers", "tiers_scope")], np.bool_
        ),
    )


def _in_countries(lookup: Lookup, column: str, shape: tuple[int, int], empty: float) -> FloatArray:
    values = np.full(shape, empty)
    carrier = lookup.index("carrier_countries", "carrier", "carriers", "carrier")
    country = lookup.index("carrier_countries", "country", "countries", "country")
    values[carrier, country] = lookup.number("carrier_countries", column, empty=empty)
    return values
