"""The study's own currency, wherever a user reads an amount: inside, columns of money end in "eur"."""

import re

import polars as pl

SIGNS = {
    "EUR": "€",
    "USD": "$",
    "GBP": "£",
    "JPY": "¥",
    "INR": "₹",
    "KRW": "₩",
    "PHP": "₱",
    "THB": "฿",
    "VND": "₫",
}
"""Signs that stand for one currency each on the page; other currencies are written with their code."""

_INSIDE = "eur"


def sign_of(currency: str) -> str:
    """What stands before an amount: the currency's sign, or its code and a space."""
    return SIGNS.get(currency, f"{currency} ")


def column_in(name: str, currency: str) -> str:
    """Name of a column of money in a currency: "capital_eur" -> "capital_usd"."""
    code = re.sub(r"\W+", "_", currency.lower())
    return "_".join(code if part == _INSIDE else part for part in name.split("_"))


def frame_in(frame: pl.DataFrame, currency: str) -> pl.DataFrame:
    """The same table with its columns of money named for a currency."""
    return frame.rename({name: column_in(name, currency) for name in frame.columns})
