"""Operators, their quotes and the sites that they run."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import polars as pl

from entrepot.assembly.checks.findings import at_rows, listed
from entrepot.errors import Finding
from entrepot.tables.study import ROW, Study


def operators_cover_their_sites(study: Study) -> Iterator[Finding]:
    """The operators that a site names work in its country."""
    covered = dict(study.tables["operators"].select("operator", "countries").iter_rows())
    for row, site, named, country in _sites(study):
        outside = [name for name in named if covered.get(name) and country not in covered[name]]
        if outside:
            text = (
                f"{listed(outside)} does not work in {country}, so it cannot run {site}.",
                "Name another operator, or add the country to its row in operators.",
            )
            yield from at_rows(study, "sites", pl.col(ROW) == row, "operator", text)


def every_site_has_somebody_to_run_it(study: Study) -> Iterator[Finding]:
    """Some offer is open to every site; where the plan does not choose, the site names it."""
    covered = dict(study.tables["operators"].select("operator", "countries").iter_rows())
    quoted = _sites_of_quotes(study)
    chooses = bool(study.settings["contracts.choose_operators"])
    for row, site, named, country in _sites(study):
        if not named and not chooses:
            text = (
                f"Site {site} names no operator, and the plan does not choose one.",
                "Name its operator, or set contracts.choose_operators = true.",
            )
            yield from at_rows(study, "sites", pl.col(ROW) == row, "operator", text)
            continue
        allowed = named or list(covered)
        able = [
            name
            for name in allowed
            if (not covered.get(name) or country in covered[name]) and _offers(quoted, name, site)
        ]
        if not able and all(name in covered for name in named):
            text = (
                f"No offer of {listed(allowed)} is open to site {site} in {country}.",
                "Add a quote for the site, or name other operators.",
            )
            yield from at_rows(study, "sites", pl.col(ROW) == row, "operator", text)


def tiers_go_up(study: Study) -> Iterator[Finding]:
    """Volumes and discounts of tiers are numbers, as many of each, and rise."""
    for table in ("operators", "quotes", "carriers"):
        frame = study.tables[table].select(ROW, "tiers_from", "tiers_discount")
        for row, volumes, discounts in frame.iter_rows():
            problem = _wrong_tiers(list(volumes or ()), list(discounts or ()))
            if problem:
                remedy = "Give rising volumes and as many rising discounts between 0 and 1."
                yield from at_rows(study, table, pl.col(ROW) == row, "tiers_from", (problem, remedy))


def first_year_is_no_larger_than_the_rest(study: Study) -> Iterator[Finding]:
    """The ramp-up limits the first period, not more."""
    for table in ("operators", "quotes"):
        yield from at_rows(
            study,
            table,
            pl.col("first_capacity") > pl.col("capacity"),
            "first_capacity",
            ("first_capacity is larger than capacity.", "Give a smaller one, or leave it empty."),
            severity="warning",
        )


def _sites(study: Study) -> Iterator[tuple[int, str, list[str], str]]:
    for row, site, named, country in (
        study.tables["sites"].select(ROW, "site", "operator", "country").iter_rows()
    ):
        yield row, site, list(named or ()), country


def _sites_of_quotes(study: Study) -> dict[str, list[list[str]]]:
    """Sites of each quote, by operator; an operator without quotes is absent."""
    found: dict[str, list[list[str]]] = {}
    for operator, sites in study.tables["quotes"].select("operator", "sites").iter_rows():
        found.setdefault(operator, []).append(list(sites or ()))
    return found


def _offers(quoted: dict[str, list[list[str]]], operator: str, site: str) -> bool:
    return operator not in quoted or any(not sites or site in sites for sites in quoted[operator])


def _wrong_tiers(volumes: list[str], discounts: list[str]) -> str:
    """What is wrong with the tiers, "" if nothing."""
    if len(volumes) != len(discounts):
        return f"There are {len(volumes)} volumes and {len(discounts)} discounts."
    try:
        start, part = [float(text) for text in volumes], [float(text) for text in discounts]
    except ValueError:
        return "A volume or a discount is not a number."
    rises = all(low < high for numbers in (start, part) for low, high in pairwise(numbers))
    is_sensible = all(volume >= 0 for volume in start) and all(0 < each < 1 for each in part)
    return (
        "" if rises and is_sensible else "Volumes and discounts must rise, and discounts lie between 0 and 1."
    )


CHECKS: tuple[Callable[[Study], Iterator[Finding]], ...] = (
    operators_cover_their_sites,
    every_site_has_somebody_to_run_it,
    tiers_go_up,
    first_year_is_no_larger_than_the_rest,
)
