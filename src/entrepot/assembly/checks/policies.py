"""Relations between sites, floors on share, objectives and the reference plan."""

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from entrepot.assembly.checks.findings import at_rows, at_table, listed
from entrepot.assembly.lookup import Lookup
from entrepot.assembly.rules import periods_of
from entrepot.errors import Finding
from entrepot.tables.study import ROW, Study


def policies_name_known_periods(study: Study) -> Iterator[Finding]:
    """Relations, share floors and the reference plan name periods by their labels."""
    labels = list(periods_of(Lookup(study)).labels)
    text = ("Unknown period {period}.", f"Use one of: {listed(labels, 12)}; or leave it empty.")
    for table in ("site_relations", "share_floors", "reference_plan"):
        unknown = pl.col("period").is_not_null() & ~pl.col("period").is_in(labels)
        yield from at_rows(study, table, unknown, "period", text)


def relations_limit_something(study: Study) -> Iterator[Finding]:
    """A relation states a limit, in order, that its set can keep."""
    least, most = pl.col("then_least"), pl.col("then_most")
    text = ("Relation {relation} limits nothing.", "Fill in then_least or then_most.")
    yield from at_rows(study, "site_relations", least.is_null() & most.is_null(), "then_least", text)
    text = ("then_least is above then_most ({then_most}).", "Lower the one or raise the other.")
    yield from at_rows(study, "site_relations", least > most, "then_least", text)
    sizes = {name: len(set(sites)) for name, sites in study.tables["site_sets"].select("set", "sites").rows()}
    for row in study.tables["site_relations"].iter_rows(named=True):
        here = pl.col(ROW) == row[ROW]
        target = sizes.get(row["then_set"], 0)
        if row["then_least"] is not None and row["then_least"] > target:
            text = (
                f"Set {{then_set}} has {target} sites only.",
                "Lower it, or add sites to the set.",
            )
            yield from at_rows(study, "site_relations", here, "then_least", text)
        if row["if_set"] and row["if_least"] > sizes.get(row["if_set"], 0):
            text = (
                f"Set {{if_set}} has {sizes.get(row['if_set'], 0)} sites only: the rule is never in force.",
                "Lower if_least, or add sites to the set.",
            )
            yield from at_rows(study, "site_relations", here, "if_least", text, severity="warning")


def objectives_state_what_they_need(study: Study) -> Iterator[Finding]:
    """A service objective names a class, a deviation has a plan to deviate from, no other field is idle."""
    kind = pl.col("objective")
    hours = np.atleast_1d(np.asarray(study.settings["service.class_hours"], dtype=float)).tolist()
    wrong = (kind == "service") & ~pl.col("hours").is_in(hours).fill_null(False)
    text = ("hours is not a service class.", f"Use one of {listed(map(str, hours))}.")
    yield from at_rows(study, "objectives", wrong, "hours", text)
    text = ("The objective {objective} has no hours.", "Leave it empty.")
    yield from at_rows(
        study, "objectives", ~(kind == "service") & pl.col("hours").is_not_null(), "hours", text
    )
    wrong = ~kind.is_in(["share", "service"]) & pl.col("country").is_not_null()
    text = ("The objective {objective} counts all countries together.", "Leave country empty.")
    yield from at_rows(study, "objectives", wrong, "country", text)
    asked = bool((study.tables["objectives"]["objective"] == "deviation").any())
    if asked and study.tables["reference_plan"].height == 0:
        text = (
            "There is no plan to deviate from.",
            "List its sites, periods and sizes.",
        )
        yield at_table(study, "reference_plan", "", text)


CHECKS: tuple[Callable[[Study], Iterator[Finding]], ...] = (
    policies_name_known_periods,
    relations_limit_something,
    objectives_state_what_they_need,
)
