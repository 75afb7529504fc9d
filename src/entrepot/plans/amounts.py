"""Everything summed: the ledger of a plan, by line and period, and its present value."""

import numpy as np

from entrepot.instance import FloatArray, Instance
from entrepot.plans.result import Ledger
from entrepot.plans.sales import Sales
from entrepot.plans.sums import cube
from entrepot.terms.centre_life import Cash
from entrepot.terms.ledger import KINDS, LINES
from entrepot.units import DAYS_PER_YEAR


def ledger_of(instance: Instance, sales: Sales, payments: tuple[Cash, ...]) -> Ledger:
    """Add up flows, penalties and payments for centres.

    Parameters
    ----------
    sales : flows; they are paid in the middle of their period. payments : for centres, each on its day.

    Notes
    -----
    Present value of an amount on a day: amount x (1 + discount rate) ** -((day - base day) / 365).
    """
    periods = instance.periods
    amount = np.zeros((len(LINES), instance.n_periods + 1))
    amount[:, :-1] = sales.amount
    amount[LINES.index("unserved_penalty"), :-1] -= _penalty(instance, sales)
    middle = (periods.start_day + periods.end_day) / 2.0
    discounted = amount[:, :-1] @ present_value(instance, middle)
    if payments:
        line = np.array([LINES.index(cash.line) for cash in payments])
        column = np.array([cash.period for cash in payments])
        euros = np.array([cash.amount for cash in payments])
        days = np.array([cash.day for cash in payments])
        np.add.at(amount, (line, column), euros)
        np.add.at(discounted, line, euros * present_value(instance, days))
    return Ledger(lines=LINES, kinds=KINDS, amount=amount, discounted=discounted)


def unknown_ledger(instance: Instance) -> Ledger:
    """The ledger of a plan that cannot be valued: not a number throughout."""
    return Ledger(
        lines=LINES,
        kinds=KINDS,
        amount=np.full((len(LINES), instance.n_periods + 1), np.nan),
        discounted=np.full(len(LINES), np.nan),
    )


def present_value(instance: Instance, day: FloatArray) -> FloatArray:
    """Present value of one euro on each day (proleptic ordinal), 1."""
    money = instance.money
    factor: FloatArray = (1.0 + money.discount_rate) ** (-(day - money.base_day) / DAYS_PER_YEAR)
    return factor


def seen_fraction(instance: Instance, sales: Sales) -> FloatArray:
    """Part of each cell's customers that see an offer of ours: (n_markets, n_products, n_periods)."""
    return _by_cell(instance, sales, sales.fraction)


def bought_fraction(instance: Instance, sales: Sales) -> FloatArray:
    """Part of each cell's customers that buy from us: (n_markets, n_products, n_periods)."""
    return _by_cell(instance, sales, sales.fraction * sales.share)


def _by_cell(instance: Instance, sales: Sales, amount: FloatArray) -> FloatArray:
    return cube((sales.market, sales.product, sales.period), amount, instance.demand.shape)


def _penalty(instance: Instance, sales: Sales) -> FloatArray:
    """EUR per period for demand that is not served, with the assortment "fixed": (n_periods,)."""
    if instance.choice.assortment != "fixed":
        return np.zeros(instance.n_periods)
    left = np.maximum(0.0, 1.0 - seen_fraction(instance, sales))
    missing: FloatArray = np.sum(left * instance.demand, axis=(0, 1))
    return missing * instance.choice.unserved_penalty
