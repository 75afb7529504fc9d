from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from entrepot.errors import UsageError
from entrepot.instance import Instance
from entrepot.plans.result import Result
from entrepot.report.borders import borders_frame
from entrepot.report.deliveries import deliveries_of
from entrepot.report.figures import frames, plain, why_it_stopped
from entrepot.report.network import events_of
from entrepot.report.projection import middle_longitude, project
from entrepot.report.split import split_frame
from instances import vat_rules

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


def test_the_split_adds_up_to_products_countries_and_the_referee_s_sums(shown: Shown) -> None:
    instance, result = shown
    tables, measures = frames(instance, result), result.verdict.measures
    split = tables["split"]
    for key, other in (("product", "products"), ("country", "countries")):
        for column in ("potential_parcels", "stocked_parcels", "direct_parcels"):
            sums = split.group_by(key, "period").agg(pl.col(column).sum().alias("sum"))
            both = tables[other].join(sums, on=[key, "period"], how="left")
            np.testing.assert_allclose(both["sum"].to_numpy(), both[column].to_numpy(), rtol=1e-9, atol=1e-6)
    for t, label in enumerate(instance.periods.labels):
        here = split.filter(pl.col("period") == label)
        assert here["stocked_parcels"].sum() == pytest.approx(measures.stocked[t])
        assert here["direct_parcels"].sum() == pytest.approx(measures.direct[t])


def test_the_split_s_costs_are_those_of_the_flows(shown: Shown) -> None:
    tables = frames(*shown)
    split, flows = tables["split"].fill_null(0.0), tables["flows"]
    for way in ("stocked", "direct"):
        cost = (split[f"{way}_parcels"] * split[f"{way}_eur_per_parcel"]).sum()
        mine = flows.filter(pl.col("way") == way)
        assert cost == pytest.approx((mine["parcels"] * mine["cost_eur_per_parcel"]).sum(), rel=1e-5)


def test_the_split_tells_what_leaves_the_territory_and_what_was_in_bond(shown: Shown) -> None:
    instance, result = shown
    bonded = replace(instance, sites=replace(instance.sites, is_bonded=np.array([1, 0, 0])))
    split = split_frame(bonded, deliveries_of(bonded, result.plan))
    flows = frames(bonded, result)["flows"]
    out = flows.filter((pl.col("way") == "stocked") & (pl.col("source") == instance.sites.labels[0]))
    assert split["bonded_parcels"].sum() == pytest.approx(out["parcels"].sum())
    home = {
        label: instance.territories[instance.countries.territory_index[country]]
        for label, country in zip(instance.sites.labels, instance.sites.country_index, strict=True)
    }
    away = dict(zip(instance.countries.ids, instance.countries.territory_index, strict=True))
    crossed = sum(
        row["parcels"]
        for row in flows.filter(pl.col("way") == "stocked").iter_rows(named=True)
        if home[row["source"]] != instance.territories[away[row["country"]]]
    )
    assert split["cleared_again_parcels"].sum() == pytest.approx(crossed)


def test_the_borders_table_names_the_rules_that_hold_and_for_how_long(shown: Shown) -> None:
    instance, _ = shown
    first, end = int(instance.periods.start_day[0]), int(instance.periods.end_day[0])
    change = first + 73
    customs = replace(
        instance.customs,
        start_day=np.array([0, 0, 0, change, 0, 0, 0]),
        end_day=np.array([end + 9999] * 7),
        value_from=np.zeros(7),
        value_to=np.full(7, np.inf),
        refund_share=np.zeros(7),
    )
    dated = replace(instance, customs=customs, import_vat=vat_rules())
    table = borders_frame(dated).filter((pl.col("country") == "C1") & (pl.col("product") == "Product 1"))
    row = table.row(0, named=True)
    assert row["direct_rules"] == f"eu low value 73 d, eu normal {end - change} d, national"
    lines, value = instance.products.tariff_lines[0], instance.products.value[0]
    early = 73 / (end - first)
    assert row["direct_fees_eur"] == pytest.approx(early * 3.0 * lines + (1.0 - early) * 0.5 + 1.5)
    tariff = instance.products.duty_rate[0, 0] * value
    assert row["direct_duty_eur"] == pytest.approx((1.0 - early) * tariff)
    assert row["bulk_duty_eur"] == pytest.approx(tariff)
    assert row["stock_vat_days"] == pytest.approx(30.0)
    assert table["direct_rules"][1] == "eu normal, national"


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
