"""The tables of the ways in: their sums are the referee's, and they say how full everything is."""

from dataclasses import replace
from io import StringIO

import numpy as np
import polars as pl
import pytest
from rich.console import Console

from entrepot.instance import Instance
from entrepot.plans.result import Result
from entrepot.report.figures import frames
from entrepot.report.page import page_data
from entrepot.report.summary import print_summary
from instances import Shape, random_instance, with_paths
from report.planned import planned


@pytest.fixture(scope="module", params=range(4))
def hauled(request: pytest.FixtureRequest) -> tuple[Instance, Result]:
    """A plan with paths whose gateways cost a fee and whose lanes are committed."""
    rng = np.random.default_rng([request.param, 12])
    instance = with_paths(rng, random_instance(rng, Shape(), "choice"))
    n_lanes = len(instance.lanes.mode)
    terms = replace(
        instance.inbound,
        gateway_fee=np.full(instance.n_gateways, 7300.0),
        commitment=np.where(np.arange(n_lanes) % 2, 40.0, 0.0),
        shortfall_fee=np.full(n_lanes, 25.0),
    )
    instance = replace(instance, inbound=terms)
    return instance, planned(instance)


def line(result: Result, name: str) -> float:
    assert result.verdict is not None
    ledger = result.verdict.ledger
    return -float(ledger.amount[ledger.lines.index(name)].sum())


def test_fees_and_shortfalls_are_those_of_the_ledger(hauled: tuple[Instance, Result]) -> None:
    tables = frames(*hauled)
    fees, paid = line(hauled[1], "gateway_fees"), line(hauled[1], "commitment")
    assert fees > 0.0
    assert paid > 0.0
    assert tables["gateways"]["fees_eur"].sum() == pytest.approx(fees)
    assert tables["lanes"]["shortfall_eur"].sum() == pytest.approx(paid)


def test_lanes_carry_what_goes_through_their_gateways(hauled: tuple[Instance, Result]) -> None:
    instance, result = hauled
    tables = frames(instance, result)
    lanes = tables["lanes"].group_by("gateway", "period").agg(pl.col("moved_tonnes").sum())
    days = dict(
        zip(
            instance.periods.labels,
            instance.operations.working_days * instance.periods.years,
            strict=True,
        )
    )
    assert tables["gateways"].height > 0
    for row in tables["gateways"].iter_rows(named=True):
        mine = lanes.filter((pl.col("gateway") == row["gateway"]) & (pl.col("period") == row["period"]))
        assert mine["moved_tonnes"].item() == pytest.approx(row["tonnes_per_day"] * days[row["period"]])


def test_what_is_missing_is_the_commitment_less_what_came(hauled: tuple[Instance, Result]) -> None:
    lanes = frames(*hauled)["lanes"]
    committed = lanes.filter(pl.col("committed_tonnes") > 0.0)
    is_short = committed["moved_tonnes"] < committed["committed_tonnes"]
    assert is_short.any()
    np.testing.assert_allclose(
        committed["missing_tonnes"].filter(is_short),
        (committed["committed_tonnes"] - committed["moved_tonnes"]).filter(is_short),
    )
    assert (committed["missing_tonnes"].filter(~is_short) == 0.0).all()
    assert (lanes.filter(pl.col("committed_tonnes") == 0.0)["shortfall_eur"] == 0.0).all()


def test_the_part_of_a_room_that_is_used_is_told_where_there_is_a_room(
    hauled: tuple[Instance, Result],
) -> None:
    instance, result = hauled
    capacity = np.full(instance.n_gateways, np.inf)
    capacity[::2] = 4.0
    gateways = replace(instance.gateways, capacity=capacity)
    weeks = 52.0
    tight = replace(
        instance,
        gateways=gateways,
        inbound=replace(
            instance.inbound,
            gateway_capacity=capacity,
            lane_capacity=np.where(np.arange(len(instance.lanes.mode)) == 0, weeks, np.inf),
        ),
    )
    tables = frames(tight, result)
    table = tables["gateways"]
    is_open = table["capacity_tonnes_per_day"].is_null()
    assert (table["used_share"].is_null() == is_open).all()
    limited = table.filter(~is_open)
    np.testing.assert_allclose(limited["used_share"], limited["tonnes_per_day"] / 4.0)
    lanes = tables["lanes"].filter(pl.col("room_tonnes").is_not_null())
    np.testing.assert_allclose(lanes["used_share"], lanes["moved_tonnes"] / lanes["room_tonnes"])


def test_the_screen_and_the_page_show_them_where_paths_are_chosen(hauled: tuple[Instance, Result]) -> None:
    instance, result = hauled
    stream = StringIO()
    print_summary(Console(file=stream, width=100), instance, result)
    text = stream.getvalue()
    assert "Ways in: gateways" in text
    assert "Ways in: lanes with a commitment" in text
    assert page_data(instance, result)["isPathChosen"]
    off = replace(instance, inbound=replace(instance.inbound, is_chosen=False))
    stream = StringIO()
    print_summary(Console(file=stream, width=100), off, result)
    assert "Ways in: gateways" not in stream.getvalue()
    assert not page_data(off, result)["isPathChosen"]
    assert frames(off, result)["gateways"]["fees_eur"].sum() == 0.0
