"""Contracts with carriers: settings that contradict each other, and countries that nobody could serve."""

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from entrepot.assembly.checks.findings import at_rows, at_setting, listed
from entrepot.errors import Finding
from entrepot.tables.study import Study

CHOOSE = "contracts.choose_carriers"


def least_number_of_carriers_can_be_met(study: Study) -> Iterator[Finding]:
    """Where fewer carriers have rates than must be contracted, no parcel can be delivered."""
    least = float(np.max(np.asarray(study.settings["limits.min_carriers"], dtype=float)))
    if least <= 1.0:
        return
    if not study.settings[CHOOSE]:
        text = (f"It has no effect without {CHOOSE}.", f"Set {CHOOSE} = true, or leave it out.")
        yield at_setting(study, "limits.min_carriers", text, severity="warning")
        return
    known = dict(study.tables["rates"].group_by("to_country").agg(pl.col("carrier").n_unique()).iter_rows())
    served = study.tables["markets"]["country"].unique(maintain_order=True).to_list()
    few = [str(country) for country in served if known.get(country, 0) < least]
    if few:
        text = (
            f"Fewer than {least:g} carriers have rates into {listed(few)}: nothing can be delivered there.",
            "Add rates of more carriers, or lower the number.",
        )
        yield at_setting(study, "limits.min_carriers", text, severity="warning")


def carriers_have_rates_where_they_have_terms(study: Study) -> Iterator[Finding]:
    """Terms in a country mean nothing without a rate into it."""
    rated = set(study.tables["rates"].select("carrier", "to_country").iter_rows())
    for carrier, country in study.tables["carrier_countries"].select("carrier", "country").iter_rows():
        if (carrier, country) not in rated:
            here = (pl.col("carrier") == carrier) & (pl.col("country") == country)
            text = ("{carrier} has no rate into {country}.", "Add one to rates, or delete this row.")
            yield from at_rows(study, "carrier_countries", here, "country", text, severity="warning")


CHECKS: tuple[Callable[[Study], Iterator[Finding]], ...] = (
    least_number_of_carriers_can_be_met,
    carriers_have_rates_where_they_have_terms,
)
