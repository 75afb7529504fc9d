"""Every check across tables is triggered by one change to the small study, and names place and remedy."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from entrepot.assembly import assemble, findings_of
from entrepot.errors import DataError, Finding
from entrepot.tables import read_study
from entrepot.tables.study import Study

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-countries"


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(EXAMPLE)


def changed(study: Study, table: str, **values: Any) -> Study:
    """The study with other values in the first row of a table."""
    frame = study.tables[table].with_row_index("_at")
    first = pl.col("_at") == 0
    new = [
        pl.when(first).then(pl.lit(value, dtype=frame.schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in values.items()
    ]
    tables = dict(study.tables) | {table: frame.with_columns(new).drop("_at")}
    return replace(study, tables=tables)


def with_rows(study: Study, table: str, frame: pl.DataFrame) -> Study:
    return replace(study, tables=dict(study.tables) | {table: frame})


def with_settings(study: Study, settings: Mapping[str, Any]) -> Study:
    return replace(study, settings=dict(study.settings) | dict(settings))


def assert_found(study: Study, text: str, severity: str = "error", row: int | None = None) -> Finding:
    found = [finding for finding in findings_of(study) if text in finding.problem]
    assert found, findings_of(study)
    assert found[0].severity == severity
    assert found[0].remedy
    if row is not None:
        assert found[0].row == row
    if severity == "error":
        with pytest.raises(DataError, match="The study has"):
            assemble(study)
    return found[0]


def test_the_shipped_study_has_no_finding(study: Study) -> None:
    assert findings_of(study) == ()


@pytest.mark.parametrize("table", ["sites", "markets", "rates", "lanes", "origins"])
def test_a_needed_table_without_rows_is_found(study: Study, table: str) -> None:
    assert_found(with_rows(study, table, study.tables[table].head(0)), "has no rows")


def test_a_smaller_size_after_a_larger_one_is_found(study: Study) -> None:
    assert_found(changed(study, "sizes", area=1e6), "is smaller than that of the size above it")


def test_an_existing_centre_without_a_size_is_found(study: Study) -> None:
    assert_found(changed(study, "sites", status="existing"), "is existing but has no size", row=2)


def test_an_unknown_period_is_found(study: Study) -> None:
    found = assert_found(changed(study, "sites", earliest_period="2033"), "Unknown period", row=2)
    assert "2027" in found.remedy


def test_periods_in_the_wrong_order_are_found(study: Study) -> None:
    broken = changed(study, "sites", earliest_period="2029", latest_period="2027")
    assert_found(broken, "may open from 2029 but only until 2027", row=2)


def test_a_country_without_numbers_for_the_demand_model_is_found(study: Study) -> None:
    assert_found(changed(study, "countries", online_share=None), "online_share is empty", row=2)


def test_demand_shares_that_do_not_sum_to_one_are_found(study: Study) -> None:
    assert_found(changed(study, "products", demand_share=0.5), "demand_share sums to")


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"service.class_days": (1.0, 2.0)}, "numbers of days are needed"),
        ({"service.class_hours": (48.0, 24.0, 72.0, 120.0, 240.0, 360.0)}, "do not ascend"),
        ({"limits.min_centres": (9.0,)}, "is above limits.max_centres"),
    ],
)
def test_settings_that_contradict_each_other_are_found(study: Study, settings: Any, text: str) -> None:
    assert_found(with_settings(study, settings), text)


@pytest.mark.parametrize(
    ("floor", "text"),
    [
        ({"hours": 100.0, "share": 0.5, "country": None}, "is not a service class"),
        ({"hours": 72.0, "share": 0.5, "country": "XX"}, "Unknown country XX"),
    ],
)
def test_a_floor_that_names_no_class_or_country_is_found(study: Study, floor: Any, text: str) -> None:
    assert_found(replace(study, service_floors=(floor,)), text)


def test_supply_shares_that_do_not_sum_to_one_are_found(study: Study) -> None:
    assert_found(changed(study, "origins", supply_share=0.9), "supply_share sums to")


def test_an_origin_without_a_lane_is_found(study: Study) -> None:
    lanes = study.tables["lanes"]
    first = study.tables["origins"]["origin"][0]
    broken = with_rows(study, "lanes", lanes.filter(pl.col("origin") != first))
    assert_found(broken, "has no lane", row=2)


def test_a_lane_of_another_mode_than_its_gateway_is_found(study: Study) -> None:
    assert_found(changed(study, "lanes", mode="air"), "the gateway is for another mode", row=2)


def test_an_end_before_its_start_is_found(study: Study) -> None:
    assert_found(changed(study, "rates", weight_from=9.0), "weight_to is not above weight_from", row=2)
    start, end = pl.date(2028, 1, 1), pl.date(2027, 1, 1)
    customs = study.tables["customs"].with_columns(start=start, end=end)
    assert_found(with_rows(study, "customs", customs), "end is not after start", row=2)


def test_customs_rules_of_unknown_territories_or_rules_are_found(study: Study) -> None:
    assert_found(changed(study, "customs", from_territory="Mars"), "Unknown territory Mars", row=2)
    assert_found(changed(study, "customs", replaces=["nothing"]), "replaces nothing", row=2)


def test_a_territory_that_no_rule_enters_is_a_warning(study: Study) -> None:
    customs = study.tables["customs"].filter(pl.col("to_territory") != "GB")
    customs = customs.with_columns(replaces=pl.lit([], dtype=pl.List(pl.String)))
    assert_found(with_rows(study, "customs", customs), "No rule for goods that enter GB", "warning")


def test_rates_that_overlap_are_found(study: Study) -> None:
    rates = study.tables["rates"]
    again = rates.head(1).with_columns(km_from=pl.lit(10.0), _row=pl.lit(999, dtype=rates.schema["_row"]))
    found = assert_found(with_rows(study, "rates", pl.concat([rates, again])), "covers parcels that row 2")
    assert found.row == 999


def test_an_operator_outside_its_countries_is_found(study: Study) -> None:
    operators = study.tables["operators"].with_columns(countries=pl.lit(["GB"], dtype=pl.List(pl.String)))
    assert_found(with_rows(study, "operators", operators), "does not work in FR", row=2)


def test_a_site_without_an_operator_is_found_where_the_plan_does_not_choose(study: Study) -> None:
    sites = study.tables["sites"].with_columns(operator=pl.lit([], dtype=pl.List(pl.String)))
    assert_found(with_rows(study, "sites", sites), "names no operator", row=2)


def test_a_site_that_no_quote_is_made_for_is_found(study: Study) -> None:
    operator = study.tables["sites"]["operator"][0][0]
    other = study.tables["sites"]["site"][1]
    quote = {"quote": "q", "operator": operator, "sites": [other]}
    quotes = pl.concat([study.tables["quotes"], pl.DataFrame([quote])], how="diagonal_relaxed")
    assert_found(with_rows(study, "quotes", quotes), "is open to site", row=2)


@pytest.mark.parametrize(
    ("volumes", "discounts", "text"),
    [
        (["1e6"], [], "1 volumes and 0 discounts"),
        (["x"], ["0.1"], "not a number"),
        (["2e6", "1e6"], ["0.1", "0.2"], "must rise"),
        (["1"], ["2"], "between 0 and 1"),
    ],
)
def test_tiers_that_make_no_sense_are_found(
    study: Study, volumes: list[str], discounts: list[str], text: str
) -> None:
    lists = pl.List(pl.String)
    operators = study.tables["operators"].with_columns(
        tiers_from=pl.lit(volumes, dtype=lists), tiers_discount=pl.lit(discounts, dtype=lists)
    )
    assert_found(with_rows(study, "operators", operators), text, row=2)


def test_a_rival_without_any_offer_is_found(study: Study) -> None:
    empty = with_rows(study, "rival_centres", study.tables["rival_centres"].head(0))
    candidates = study.tables["rival_candidates"]
    broken = with_rows(empty, "rival_candidates", candidates.filter(pl.col("rival") == "temu"))
    assert_found(broken, "has neither centres nor a direct_time")
    assert findings_of(empty) == ()


def test_a_candidate_that_stands_already_is_found(study: Study) -> None:
    standing = study.tables["rival_centres"]["centre"][0]
    found = assert_found(changed(study, "rival_candidates", candidate=standing), "is a centre in", row=2)
    assert found.value == standing


def test_a_candidate_that_costs_a_rival_with_a_margin_nothing_is_odd(study: Study) -> None:
    free = changed(study, "rival_candidates", opening_cost=0.0, fixed_cost=0.0)
    assert_found(free, "costs nothing: any gain will pay for it", "warning", row=2)


def test_a_candidate_outside_its_country_is_found(study: Study) -> None:
    assert_found(changed(study, "rival_candidates", latitude=10.0), "lies outside its country")


def test_a_distance_between_unknown_places_is_found(study: Study) -> None:
    assert_found(changed(study, "distances", to="nowhere"), "to is no known place", row=2)


def test_swapped_coordinates_are_an_error_and_a_place_off_the_coast_a_warning(study: Study) -> None:
    assert_found(
        changed(study, "markets", latitude=2.35, longitude=48.85), "lies outside its country FR", row=2
    )
    assert_found(changed(study, "markets", latitude=52.4, longitude=2.0), "lies outside", "warning", row=2)


def test_markets_that_no_carrier_reaches_are_a_warning(study: Study) -> None:
    rates = study.tables["rates"].filter(pl.col("to_country") != "GB")
    assert_found(with_rows(study, "rates", rates), "No rate delivers to GB", "warning")


def test_a_parcel_that_is_too_heavy_for_every_rate_is_a_warning(study: Study) -> None:
    broken = changed(study, "products", weight=900.0)
    rates = study.tables["rates"].with_columns(pl.col("weight_to").fill_null(100.0))
    assert_found(with_rows(broken, "rates", rates), "No rate takes a parcel of small", "warning")


def test_periods_in_which_no_stock_can_leave_an_origin_are_a_warning(study: Study) -> None:
    lanes = study.tables["lanes"].with_columns(status=pl.lit("closed"))
    found = assert_found(with_rows(study, "lanes", lanes), "No lane for stock is open from", "warning")
    assert "2027" in found.problem


def test_too_little_room_for_a_fixed_assortment_is_a_warning(study: Study) -> None:
    fixed = with_settings(study, {"demand.assortment": "fixed"})
    assert_found(fixed, "less than the demand", "warning")
