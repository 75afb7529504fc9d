from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from entrepot.errors import UsageError
from entrepot.instance import Instance
from entrepot.plans.result import Result
from entrepot.report.deliveries import deliveries_of
from entrepot.report.figures import frames, plain, why_it_stopped
from entrepot.report.network import events_of
from entrepot.report.projection import middle_longitude, project

Shown = tuple[Instance, Result]


def test_deliveries_sell_what_the_referee_counts(shown: Shown) -> None:
    instance, result = shown
    deliveries = deliveries_of(instance, result.plan)
    sold = np.bincount(deliveries.flows.period, deliveries.parcels, instance.n_periods)
    np.testing.assert_allclose(sold, result.verdict.measures.sold, rtol=1e-9)


def test_carriers_products_countries_flows_and_markets_add_up_to_the_parcels_sold(shown: Shown) -> None:
    instance, result = shown
    tables = frames(instance, result)
    sold = float(result.verdict.measures.sold.sum())
    for name in ("carriers", "countries", "flows", "markets"):
        assert tables[name]["parcels"].sum() == pytest.approx(sold, rel=1e-6), name
    products = tables["products"]
    assert products["stocked_parcels"].sum() + products["direct_parcels"].sum() == pytest.approx(sold)
    assert tables["service"]["parcels"].sum() == pytest.approx(sold)


def test_last_mile_of_the_carriers_is_the_last_mile_of_the_ledger(shown: Shown) -> None:
    instance, result = shown
    ledger = result.verdict.ledger
    paid = frames(instance, result)["carriers"]["last_mile_eur"].sum()
    assert paid == pytest.approx(-ledger.amount[ledger.lines.index("last_mile")].sum(), rel=1e-6)


def test_shares_of_all_firms_in_a_country_sum_to_one(shown: Shown) -> None:
    totals = frames(*shown)["rivals"].group_by("country", "period").agg(pl.col("share").sum())
    np.testing.assert_allclose(totals["share"].to_numpy(), 1.0, rtol=1e-9)


def test_the_service_curve_rises_to_one(shown: Shown) -> None:
    instance, result = shown
    for (_,), curve in frames(instance, result)["service"].group_by("period"):
        shares = curve["cumulative_share"].to_numpy()
        assert np.all(np.diff(shares) >= -1e-12)
        assert shares[-1] == pytest.approx(1.0)


def test_the_ledger_table_sums_to_the_value(shown: Shown) -> None:
    instance, result = shown
    assert frames(instance, result)["ledger"]["present_value_eur"].sum() == pytest.approx(result.proof.value)


def test_capital_of_the_events_is_the_capital_of_the_plan(shown: Shown) -> None:
    instance, result = shown
    events = events_of(instance, result.plan)
    assert sum(event.capital for event in events) == pytest.approx(result.verdict.measures.capital.sum())


def test_events_tell_opening_expansion_and_closing(shown: Shown) -> None:
    instance, result = shown
    size = np.zeros_like(result.plan.size)
    sites = replace(instance.sites, initial_size=np.array([1, 0, 0]))
    size[1, :], size[2, 0], size[2, 1:] = [0, 1], 1, 2
    found = events_of(replace(instance, sites=sites), replace(result.plan, size=size))
    told = [(event.site, event.period, event.name) for event in sorted(found, key=lambda event: event.site)]
    assert told == [
        (0, -1, "already open"), (0, 0, "closes"), (1, 1, "opens"), (2, 0, "opens"), (2, 1, "expands"),
    ]  # fmt: skip


def test_a_result_without_a_plan_has_no_figures(shown: Shown) -> None:
    instance, result = shown
    with pytest.raises(UsageError, match="holds no plan"):
        frames(instance, Result(None, None, result.proof))


def test_names_become_words() -> None:
    assert plain("last_mile") == "Last mile"
    assert plain("vat_cash") == "VAT cash"


def test_the_reason_for_stopping_is_a_sentence(shown: Shown) -> None:
    assert why_it_stopped(shown[1].proof) == "the gap asked for is proven"


def test_the_projection_keeps_areas_and_its_centre() -> None:
    x, y = project(np.array([50.0]), np.array([10.0]), (50.0, 10.0))
    assert x[0] == pytest.approx(0.0)
    assert y[0] == pytest.approx(0.0)
    d = 0.01
    corners = np.array([[60.0, 20.0], [60.0, 20.0 + d], [60.0 + d, 20.0]])
    x, y = project(corners[:, 0], corners[:, 1], (50.0, 10.0))
    area = abs((x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]))
    side = 6371.0088 * np.radians(d)
    assert area == pytest.approx(side**2 * np.cos(np.radians(60.0)), rel=1e-3)


@pytest.mark.parametrize(
    ("longitudes", "middle"),
    [
        pytest.param([-9.0, 31.0], 11.0, id="Europe"),
        pytest.param([95.0, 141.0, 120.0], 118.0, id="Indonesia"),
        pytest.param([174.0, -172.0], -179.0, id="New Zealand and Samoa"),
        pytest.param([5.0], 5.0, id="one place"),
    ],
)
def test_the_middle_of_the_map_lies_on_the_shorter_way_round(longitudes: list[float], middle: float) -> None:
    assert middle_longitude(np.array(longitudes)) == pytest.approx(middle)
