"""The currency of a study in what is said about its tables: EUR in units stands for it."""

import re
from dataclasses import replace

from entrepot.errors import Finding

EURO = "EUR"
_UNIT = re.compile(rf"\b{EURO}\b")


def currency_of(value: object) -> str:
    """The code to show: what study.currency says in capitals, EUR where it says nothing."""
    return str(value or "").strip().upper() or EURO


def words_in(text: str, currency: str) -> str:
    """A text with its units of money in a currency: "EUR/kg" -> "USD/kg"."""
    return _UNIT.sub(currency, text)


def finding_in(finding: Finding, currency: str) -> Finding:
    """A finding that speaks of the study's own currency."""
    if currency == EURO:
        return finding
    problem, remedy = words_in(finding.problem, currency), words_in(finding.remedy, currency)
    return replace(finding, problem=problem, remedy=remedy)
