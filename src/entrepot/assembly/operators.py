"""Operators, their offers and contracts, and which of them may run which site."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from entrepot.assembly.lookup import Lookup
from entrepot.assembly.tiers import tiers_of
from entrepot.instance import (
    BoolArray,
    Contracts,
    Countries,
    FloatArray,
    IntArray,
    Operators,
    plain_contracts,
)


@dataclass(frozen=True, slots=True)
class Offers:
    """Rows of `operators` and `quotes` side by side.

    Attributes
    ----------
    ids, labels : of the offers. operator : (n,) row of the operator that makes each. quote : (n,) row of the
        quote, -1 = the operator's standing offer.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    operator: IntArray
    quote: IntArray


def offers_of(lookup: Lookup) -> Offers:
    """The quotes of every operator, or its standing offer where it has made none."""
    operators, labels = lookup.text("operators", "operator"), lookup.labels("operators", "operator")
    quotes, names = lookup.text("quotes", "quote"), lookup.labels("quotes", "quote")
    owner = lookup.index("quotes", "operator", "operators", "operator")
    rows = []
    for number in range(len(operators)):
        own = np.flatnonzero(owner == number).tolist()
        rows += [(quotes[row], names[row], number, row) for row in own]
        if not own:
            rows.append((operators[number], labels[number], number, -1))
    return Offers(
        ids=tuple(row[0] for row in rows),
        labels=tuple(row[1] for row in rows),
        operator=np.array([row[2] for row in rows], dtype=np.int64),
        quote=np.array([row[3] for row in rows], dtype=np.int64),
    )


def operators_of(lookup: Lookup, countries: Countries, offers: Offers) -> Operators:
    """Every offer with its rates."""
    kinds = np.array([kind == "own" for kind in lookup.text("operators", "kind")], dtype=np.bool_)
    covers = [
        [not names or code in names for code in countries.ids]
        for names in lookup.lists("operators", "countries")
    ]
    coverage = np.array(covers, dtype=np.bool_).reshape(len(covers), len(countries.ids))
    return Operators(
        ids=offers.ids,
        labels=offers.labels,
        is_own=kinds[offers.operator],
        fixed_fee=_number(lookup, offers, "fixed_fee"),
        pick_and_pack=_number(lookup, offers, "pick_and_pack"),
        storage=_number(lookup, offers, "storage"),
        bears_rent=_flag(lookup, offers, "bears_rent"),
        bears_capital=_flag(lookup, offers, "bears_capital"),
        capacity=_number(lookup, offers, "capacity", np.inf),
        on_time=lookup.number("operators", "on_time")[offers.operator],
        covers=coverage[offers.operator],
    )


def contracts_of(lookup: Lookup, offers: Offers) -> Contracts:
    """Terms of every offer; none at all where the study leaves them out."""
    firms = lookup.labels("operators", "operator")
    firm = tuple(firms[row] for row in offers.operator)
    needs = lookup.lists("products", "needs")
    if not lookup.study.settings["contracts.terms"]:
        return plain_contracts(firm, len(needs))
    can = lookup.lists("operators", "capabilities")
    serves = [[set(need) <= set(can[row]) for need in needs] for row in offers.operator]
    tier_from, tier_discount = tiers_of(
        _cells(lookup, offers, "tiers_from"), _cells(lookup, offers, "tiers_discount")
    )
    return Contracts(
        firm=firm,
        commitment=_number(lookup, offers, "commitment"),
        term=_number(lookup, offers, "term"),
        exit_fee=_number(lookup, offers, "exit_fee"),
        notice=_number(lookup, offers, "notice"),
        onboarding=_number(lookup, offers, "onboarding"),
        start_up=_number(lookup, offers, "start_up"),
        first_capacity=_number(lookup, offers, "first_capacity", np.inf),
        tier_from=tier_from,
        tier_discount=tier_discount,
        is_all_units=np.array([kind == "all_units" for kind in _cells(lookup, offers, "tiers")], np.bool_),
        is_exclusive=lookup.flag("operators", "is_exclusive")[offers.operator],
        serves=np.array(serves, dtype=np.bool_).reshape(len(firm), len(needs)),
        risk=lookup.number("operators", "risk")[offers.operator],
        capabilities=tuple(tuple(can[row]) for row in offers.operator),
    )


def runners_of(lookup: Lookup, operators: Operators, offers: Offers) -> tuple[IntArray, BoolArray]:
    """First offer of every site, and which offers it may choose from: (n_sites,), (n_sites, n_operators).

    A bonded site chooses among those who can run a customs warehouse; if there are none, among all.
    """
    names, country = (
        lookup.lists("sites", "operator"),
        lookup.index("sites", "country", "countries", "country"),
    )
    known = lookup.positions("operators", "operator")
    sites = lookup.text("sites", "site")
    made_for = lookup.lists("quotes", "sites")
    is_bonded = lookup.flag("sites", "is_bonded")
    can_bond = ["bonded" in words for words in lookup.lists("operators", "capabilities")]
    is_free = bool(lookup.study.settings["contracts.choose_operators"])
    may_run = np.zeros((len(sites), len(offers.ids)), dtype=np.bool_)
    first = np.zeros(len(sites), dtype=np.int64)
    for j, site in enumerate(sites):
        allowed = [known[name] for name in names[j]] or range(len(known))
        found = [
            offer
            for row in allowed
            for offer in np.flatnonzero(offers.operator == row).tolist()
            if operators.covers[offer, country[j]] and _is_made_for(made_for, int(offers.quote[offer]), site)
        ]
        if is_free and is_bonded[j]:
            found = [offer for offer in found if can_bond[offers.operator[offer]]] or found
        kept = found if is_free else found[:1]
        may_run[j, kept] = True
        first[j] = kept[0] if kept else 0
    return first, may_run


def _is_made_for(made_for: list[list[str]], quote: int, site: str) -> bool:
    return quote < 0 or not made_for[quote] or site in made_for[quote]


def _cells(lookup: Lookup, offers: Offers, column: str) -> list[Any]:
    """What each offer says in a column: the quote's cell, or the operator's where that is empty."""
    standing = lookup.table("operators")[column].to_list()
    quoted = lookup.table("quotes")[column].to_list()
    pairs = zip(offers.operator, offers.quote, strict=True)
    found = [(quoted[quote] if quote >= 0 else None, standing[operator]) for operator, quote in pairs]
    return [own if own not in (None, []) else other for own, other in found]


def _number(lookup: Lookup, offers: Offers, column: str, empty: float = 0.0) -> FloatArray:
    cells = _cells(lookup, offers, column)
    return np.array([empty if cell is None else float(cell) for cell in cells], dtype=np.float64)


def _flag(lookup: Lookup, offers: Offers, column: str) -> BoolArray:
    return np.array([bool(cell) for cell in _cells(lookup, offers, column)], dtype=np.bool_)
