"""Amounts in other currencies become the study's own while tables are read, and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from entrepot.errors import Finding
from entrepot.tables.names import did_you_mean, listed
from entrepot.tables.raw import FILE, RawTable
from entrepot.tables.study import ROW


@dataclass(frozen=True, slots=True)
class Exchange:
    """The exchange rates of one day.

    Attributes
    ----------
    home : the study's own currency.
    day : of the rates; None where the study's first day is not known.
    rates : currency -> home currency per unit.
    late : currencies whose first rate starts after the day -> that day.
    """

    home: str
    day: date | None
    rates: Mapping[str, float]
    late: Mapping[str, date]

    def factors(self, raw: RawTable) -> tuple[pl.Series, list[Finding]]:
        """Home currency per unit of each row's currency; a finding for each currency without a rate.

        Returns
        -------
        tuple of polars.Series and list of Finding
            (n,) Float64; 1 where the row names no currency, or one without a rate.
        """
        codes = raw.cells["currency"].str.strip_chars().str.to_uppercase().fill_null(self.home)
        named = raw.cells.select(ROW, FILE, "currency").with_columns(codes.alias("code"))
        wrong = named.filter(~pl.col("code").is_in([self.home, *self.rates]))
        findings = [
            Finding("error", label, row, "currency", text, *self._missing(code))
            for row, label, text, code in wrong.iter_rows()
        ]
        worth = codes.replace_strict({self.home: 1.0, **self.rates}, default=1.0, return_dtype=pl.Float64)
        return worth, findings

    def _missing(self, code: str) -> tuple[str, str]:
        """Problem and remedy of a currency without a rate."""
        if code in self.late:
            problem = f"No rate of {code} holds on {self.day}: the first one starts on {self.late[code]}."
            return problem, "Add an earlier rate to the table currencies, or change money.currency_date."
        known = [self.home, *self.rates, *self.late]
        otherwise = (
            f"Known are {listed(known)}. Add it to the table currencies, or give amounts in {self.home}."
        )
        return "The table currencies has no rate of it.", did_you_mean(code, known, otherwise)


def exchange_on(
    home: str, day: date | None, currencies: pl.DataFrame, raw: RawTable
) -> tuple[Exchange, list[Finding]]:
    """The rates of a day, the latest start on or before it.

    Parameters
    ----------
    home : the study's own currency. day : of the rates.
    currencies : the typed table, with its cells that are wrong null.
    raw : its cells, for messages.

    Returns
    -------
    tuple of Exchange and list of Finding
        An error where the home currency is given another rate than 1.
    """
    rates: dict[str, float] = {}
    late: dict[str, date] = {}
    findings = []
    rows = (
        currencies.with_columns(raw.cells[FILE])
        .drop_nulls(["currency", "rate"])
        .sort("start", nulls_last=False)
    )
    for name, start, rate, row, label in rows.select("currency", "start", "rate", ROW, FILE).iter_rows():
        code = name.strip().upper()
        if code == home and rate != 1.0:
            problem = f"Amounts of the study are in {home}, so its rate is 1."
            remedy = f"Remove the row, or turn the rate round: {home} per unit of the other currency."
            findings.append(Finding("error", label, row, "rate", f"{rate:g}", problem, remedy))
        elif start is None or day is None or start <= day:
            rates[code] = rate
        elif code not in rates:
            late.setdefault(code, start)
    return Exchange(home, day, rates, late), findings
