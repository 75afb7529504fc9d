"""The table of stock: its sums are the ledger's, and pooling never needs more."""

import numpy as np
import pytest

from entrepot.errors import InfeasibleError
from entrepot.instance import Instance
from entrepot.planning import plan
from entrepot.plans.lives import intervals_of
from entrepot.plans.result import Result
from entrepot.report import frames
from entrepot.report.page import page_data
from entrepot.report.stock import stock_totals
from entrepot.terms.centre_life import centre_carbon
from entrepot.terms.ledger import KINDS, LINES
from instances import Shape, random_instance, with_stock


def solved() -> tuple[Instance, Result]:
    for seed in range(100):
        rng = np.random.default_rng([seed, 81])
        instance = with_stock(rng, random_instance(rng, Shape(markets=6), assortment="choice"))
        try:
            result = plan(instance, gap=1e-4, seconds=30.0)
        except InfeasibleError:
            continue
        if result.verdict is not None and result.verdict.measures.stocked.min() > 0:
            return instance, result
    raise AssertionError("no instance sends anything from stock")


INSTANCE, RESULT = solved()
TABLES = frames(INSTANCE, RESULT)


def line(name: str) -> float:
    assert RESULT.verdict is not None
    return -float(RESULT.verdict.ledger.amount[LINES.index(name)].sum())


def test_the_sums_are_those_of_the_ledger() -> None:
    stock = TABLES["stock"]
    held = line("cycle_stock") + line("safety_stock")
    assert stock["holding_eur"].sum() == pytest.approx(held)
    assert stock["storage_eur"].sum() == pytest.approx(line("storage"))
    assert stock["duty_cash_eur"].sum() == pytest.approx(line("duty_cash"))
    assert RESULT.verdict is not None
    assert stock["parcels"].sum() == pytest.approx(RESULT.verdict.measures.stocked.sum())


def test_days_turns_and_pooling_fit_each_other() -> None:
    stock = TABLES["stock"]
    np.testing.assert_allclose(stock["days_of_stock"] * stock["turns_per_year"], 365.0)
    assert (stock["safety_parcels"] <= stock["unpooled_safety_parcels"] + 1e-9).all()
    assert stock["fill_rate"].is_between(0.0, 1.0).all()
    totals = stock_totals(stock, INSTANCE.periods.labels)
    assert totals["parcels"].sum() == pytest.approx(stock["parcels"].sum())
    assert totals["period"].unique(maintain_order=True).to_list() == list(INSTANCE.periods.labels)


def test_cost_per_parcel_of_the_split_counts_the_stock() -> None:
    assert RESULT.verdict is not None
    parcels = TABLES["split"]
    cost = (parcels["stocked_parcels"] * parcels["stocked_eur_per_parcel"].fill_null(0.0)).sum()
    cost += (parcels["direct_parcels"] * parcels["direct_eur_per_parcel"].fill_null(0.0)).sum()
    ledger = RESULT.verdict.ledger
    first, last = LINES.index("linehaul"), LINES.index("safety_stock")
    lines = [i for i in range(first, last + 1) if KINDS[i] == "cost"]
    centres = sum(line(LINES[i]) for i in lines)
    of_centres = _carbon_of_centres()
    assert cost == pytest.approx(centres - of_centres, rel=1e-9)
    assert np.isfinite(ledger.value)


def _carbon_of_centres() -> float:
    """The carbon line holds parcels and centres; what is not of parcels."""
    assert RESULT.verdict is not None

    assert RESULT.plan is not None
    total = 0.0
    for each in intervals_of(INSTANCE, RESULT.plan.size):
        for t in range(max(each.first, 0), each.last + 1):
            total += float(centre_carbon(INSTANCE, each.site, each.module, t))
    return INSTANCE.carbon.price * total


def test_the_page_holds_the_table() -> None:
    rows = page_data(INSTANCE, RESULT)["stock"]
    assert len(rows) == TABLES["stock"].height > 0
