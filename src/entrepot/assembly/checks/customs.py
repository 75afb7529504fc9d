"""Customs rules, import VAT and bonded centres: who replaces whom, where, and when."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from entrepot.assembly.checks.findings import at_rows, listed
from entrepot.errors import Finding
from entrepot.tables.study import ROW, Study

Row = Mapping[str, Any]


def customs_rules_name_territories_and_rules(study: Study) -> Iterator[Finding]:
    """Rules start somewhere known and replace known rules."""
    territories = study.tables["countries"]["territory"].unique(maintain_order=True).to_list()
    known = [*territories, "outside", "any"]
    yield from at_rows(
        study,
        "customs",
        pl.col("from_territory").is_not_null() & ~pl.col("from_territory").is_in(known),
        "from_territory",
        ("Unknown territory {from_territory}.", f"Use one of: {', '.join(known)}."),
    )
    rules = set(study.tables["customs"]["rule"].to_list())
    for row in study.tables["customs"].iter_rows(named=True):
        for name in row["replaces"] or ():
            if name not in rules or name == row["rule"]:
                text = (
                    f"Rule {row['rule']} replaces {name}, which is not another rule.",
                    "Correct the name.",
                )
                yield from _about(study, row, "replaces", text)


def national_rules_lie_in_their_territory(study: Study) -> Iterator[Finding]:
    """A rule for a country outside its own territory would never apply."""
    of_country = dict(study.tables["countries"].select("country", "territory").iter_rows())
    for table, territory, country in (
        ("customs", "to_territory", "to_country"),
        ("import_vat", "territory", "country"),
    ):
        lost = [
            row[ROW]
            for row in study.tables[table].iter_rows(named=True)
            if row[country] in of_country and of_country[row[country]] != row[territory]
        ]
        text = (
            f"{{{country}}} does not lie in {{{territory}}}, so the row never applies.",
            f"Correct {country} or {territory}; the table countries says where a country lies.",
        )
        yield from at_rows(study, table, pl.col(ROW).is_in(lost), country, text)


def no_rule_replaces_itself_through_others(study: Study) -> Iterator[Finding]:
    """Rules that replace each other on the same day would all be suspended."""
    rows = {row["rule"]: row for row in study.tables["customs"].iter_rows(named=True)}
    follows = {
        name: [other for other in row["replaces"] or () if other in rows and _can_meet(row, rows[other])]
        for name, row in rows.items()
    }
    for name, row in rows.items():
        if name in row["replaces"]:
            continue
        circle = _way_back(name, follows)
        if circle:
            text = (
                f"Rules replace each other in a circle: {' -> '.join(circle)}. None would be in force.",
                "Let only the one that goes before name the others.",
            )
            yield from _about(study, row, "replaces", text)


def replaced_rules_can_meet(study: Study) -> Iterator[Finding]:
    """A rule that is never in force together with the one that it replaces: probably a wrong name."""
    rows = {row["rule"]: row for row in study.tables["customs"].iter_rows(named=True)}
    for row in rows.values():
        for name in row["replaces"] or ():
            if name in rows and name != row["rule"] and not _can_meet(row, rows[name]):
                text = (
                    f"Rule {row['rule']} replaces {name}, but they never apply to the same goods on one day.",
                    "Check the name, the dates, the values, and where the two rules apply.",
                )
                yield from _about(study, row, "replaces", text, "warning")


def import_vat_rows_do_not_overlap(study: Study) -> Iterator[Finding]:
    """For one country, flow, value and day there is one row of its territory and one of its own."""
    earlier: dict[tuple[Any, ...], list[Row]] = {}
    for row in study.tables["import_vat"].iter_rows(named=True):
        same = earlier.setdefault((row["territory"], row["country"], row["flow"]), [])
        other = next((other for other in same if _overlap(row, other)), None)
        if other is not None:
            text = (
                f"The row covers values and days that row {other[ROW]} covers too.",
                "Let start and end, or value_from and value_to, meet without overlap.",
            )
            yield from _about(study, row, "start", text, table="import_vat")
        same.append(row)


def import_vat_methods_fit(study: Study) -> Iterator[Finding]:
    """Only cash is paid ahead, and only parcels have a customer who pays with the price."""
    yield from at_rows(
        study,
        "import_vat",
        (pl.col("days") > 0) & (pl.col("method") != "cash"),
        "days",
        ("VAT that is {method} is not paid ahead.", "Leave days empty, or write cash as the method."),
    )
    yield from at_rows(
        study,
        "import_vat",
        (pl.col("flow") == "stock") & (pl.col("method") == "collected"),
        "method",
        (
            "VAT on stock has no customer yet to collect it from.",
            "Write deferred or cash, or parcel as the flow.",
        ),
    )


def bonded_centres_have_an_operator_for_it(study: Study) -> Iterator[Finding]:
    """A customs warehouse needs someone who may run one: the first named, or one of those to choose from."""
    can = {
        name: "bonded" in (words or ())
        for name, words in study.tables["operators"].select("operator", "capabilities").iter_rows()
    }
    chooses = bool(study.settings["contracts.choose_operators"])
    for row in study.tables["sites"].filter(pl.col("is_bonded")).iter_rows(named=True):
        named = row["operator"] or list(can)
        asked = named if chooses else named[:1]
        if not any(can.get(name, True) for name in asked):
            text = (
                f"Site {row['site']} is bonded, but {listed(asked)} does not have the capability bonded.",
                "Add bonded to the operator's capabilities, or set is_bonded to no.",
            )
            yield from _about(study, row, "is_bonded", text, "warning", table="sites")


def _can_meet(one: Row, other: Row) -> bool:
    """Whether two customs rules can apply to the same goods on one day."""
    flows = {one["flow"], other["flow"]}
    if "any" not in flows and len(flows) > 1:
        return False
    countries = {one["to_country"], other["to_country"]} - {None}
    origins = {one["from_territory"], other["from_territory"]} - {"any"}
    is_same_place = one["to_territory"] == other["to_territory"] and len(countries) <= 1 and len(origins) <= 1
    return is_same_place and _overlap(one, other)


def _overlap(one: Row, other: Row) -> bool:
    """Whether two rows share a day and a value."""
    is_same_day = _starts(one) < _ends(other) and _starts(other) < _ends(one)
    low = max(one["value_from"] or 0.0, other["value_from"] or 0.0)
    high = min(row["value_to"] if row["value_to"] is not None else float("inf") for row in (one, other))
    return is_same_day and low < high


def _starts(row: Row) -> date:
    return row["start"] or date.min


def _ends(row: Row) -> date:
    return row["end"] or date.max


def _way_back(name: str, follows: Mapping[str, list[str]]) -> list[str]:
    """A shortest chain of names from `name` back to itself; empty where there is none."""
    chains, seen = [[name]], {name}
    while chains:
        chain = chains.pop(0)
        for other in follows[chain[-1]]:
            if other == name:
                return [*chain, name]
            if other not in seen:
                seen.add(other)
                chains.append([*chain, other])
    return []


def _about(
    study: Study,
    row: Row,
    column: str,
    text: tuple[str, str],
    severity: Any = "error",
    *,
    table: str = "customs",
) -> Iterator[Finding]:
    yield from at_rows(study, table, pl.col(ROW) == row[ROW], column, text, severity=severity)


CHECKS: tuple[Callable[[Study], Iterator[Finding]], ...] = (
    customs_rules_name_territories_and_rules,
    national_rules_lie_in_their_territory,
    no_rule_replaces_itself_through_others,
    replaced_rules_can_meet,
    import_vat_rows_do_not_overlap,
    import_vat_methods_fit,
    bonded_centres_have_an_operator_for_it,
)
