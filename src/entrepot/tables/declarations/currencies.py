"""Declarations of currencies: the table of rates, and the column that names a row's currency."""

from dataclasses import replace

from entrepot.tables.schema import Column, Table

CURRENCIES = Table(
    "currencies",
    "Exchange rates of the currencies in which other tables give amounts; the latest rate on "
    "money.currency_date holds for all periods.",
    ("currency", "start"),
    (
        Column("currency", "text", "", "Code, e.g. GBP."),
        Column("start", "date", "date", "First day of the rate; empty = always.", default=None),
        Column("rate", "number", "EUR/unit", "Worth of one unit of the currency.", minimum=1e-6),
    ),
    is_required=False,
)

_CURRENCY = Column(
    "currency",
    "text",
    "",
    "Currency of the row's amounts (columns in EUR), one of the table currencies; empty = EUR.",
    default=None,
)


def with_currency(table: Table) -> Table:
    """The declaration with a column `currency` at its end, if some column holds amounts in EUR."""
    if not money_columns(table):
        return table
    return replace(table, columns=(*table.columns, _CURRENCY))


def money_columns(table: Table) -> frozenset[str]:
    """Names of the columns whose amounts are in EUR, or in EUR per something; none of the rates themselves."""
    if table is CURRENCIES:
        return frozenset()
    return frozenset(column.name for column in table.columns if column.unit.partition("/")[0] == "EUR")
