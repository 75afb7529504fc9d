"""Checks of chosen ways in, each triggered by one change to the small study, and what the instance gets."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from entrepot.assembly import assemble, findings_of
from entrepot.errors import DataError, Finding
from entrepot.tables import check_study, new_study, read_study
from entrepot.tables.study import ROW, Study

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-countries"
TRAIN = (pl.col("origin") == "XIY") & (pl.col("gateway") == "DOURR")


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(EXAMPLE, "paths-chosen")


def changed(study: Study, table: str, where: pl.Expr, **values: Any) -> Study:
    """The study with other values in some rows of a table."""
    frame = study.tables[table]
    new = [
        pl.when(where).then(pl.lit(value, dtype=frame.schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in values.items()
    ]
    return replace(study, tables=dict(study.tables) | {table: frame.with_columns(new)})


def not_chosen(study: Study) -> Study:
    return replace(study, settings=dict(study.settings) | {"inbound.choose_paths": False})


def row_of(study: Study, table: str, where: pl.Expr) -> int:
    return int(study.tables[table].filter(where)[ROW].item())


def only(study: Study) -> Finding:
    (found,) = findings_of(study)
    assert found.remedy
    return found


def test_the_shipped_scenario_has_no_findings(study: Study) -> None:
    assert findings_of(study) == ()


def test_a_missing_tonne_that_costs_more_than_a_shipped_one_is_an_error(study: Study) -> None:
    cost = study.tables["lanes"].filter(TRAIN)["cost"].item()
    dear = changed(study, "lanes", TRAIN, shortfall_fee=1000.0 * cost + 1.0)
    found = only(dear)
    assert (found.severity, found.file, found.row, found.column) == (
        "error", "lanes.csv", row_of(study, "lanes", TRAIN), "shortfall_fee",
    )  # fmt: skip
    assert found.value == f"{1000.0 * cost + 1.0:g}"
    assert f"{cost:g} EUR/kg" in found.problem
    assert "1000 x cost" in found.remedy
    with pytest.raises(DataError, match="The study has 1 error"):
        assemble(dear)
    assert findings_of(changed(study, "lanes", TRAIN, shortfall_fee=1000.0 * cost)) == ()
    assert findings_of(not_chosen(dear)) == ()


def test_a_gateway_without_any_capacity_is_odd(study: Study) -> None:
    here = pl.col("gateway") == "FRFOS"
    none = changed(study, "gateways", here, capacity=0.0)
    found = only(none)
    assert (found.severity, found.file, found.row, found.column, found.value) == (
        "warning", "gateways.csv", row_of(study, "gateways", here), "capacity", "0",
    )  # fmt: skip
    assert "FRFOS" in found.problem
    assert "leave it empty" in found.remedy
    assert findings_of(not_chosen(none)) == ()


@pytest.mark.parametrize("change", [{"sailing_capacity": 0.0}, {"sailings": 0.0}])
def test_a_lane_by_which_nothing_can_come_is_odd(study: Study, change: dict[str, float]) -> None:
    here = (pl.col("origin") == "HGH") & (pl.col("gateway") == "DOURR")
    none = changed(study, "lanes", here, **change)
    found = only(none)
    assert (found.severity, found.file, found.row, found.column) == (
        "warning", "lanes.csv", row_of(study, "lanes", here), "sailing_capacity",
    )  # fmt: skip
    assert found.value == f"{change.get('sailing_capacity', 250.0):g}"
    assert "status = closed" in found.remedy
    assert findings_of(not_chosen(none)) == ()


def test_a_commitment_beyond_what_a_lane_carries_is_odd(study: Study) -> None:
    most = 250.0 * 2 * 365.0 / 7.0
    much = changed(study, "lanes", TRAIN, commitment=1.01 * most)
    found = only(much)
    assert (found.severity, found.file, found.row, found.column) == (
        "warning", "lanes.csv", row_of(study, "lanes", TRAIN), "commitment",
    )  # fmt: skip
    assert found.value == f"{1.01 * most:g}"
    assert "sailing_capacity" in found.remedy
    assert findings_of(changed(study, "lanes", TRAIN, commitment=0.99 * most)) == ()
    assert findings_of(not_chosen(much)) == ()


def test_an_origin_whose_lanes_are_closed_in_all_periods_could_never_supply_a_centre(study: Study) -> None:
    found = only(changed(study, "lanes", pl.col("origin") == "HGH", status="closed"))
    assert (found.severity, found.file, found.row, found.column, found.value) == (
        "warning", "origins.csv", row_of(study, "origins", pl.col("origin") == "HGH"), "origin", "HGH",
    )  # fmt: skip
    assert "is open from HGH in 2027, 2028, 2029: no centre can ever be supplied" in found.problem
    assert "Open a lane" in found.remedy


def test_an_origin_whose_open_lanes_have_no_room_could_never_supply_a_centre(study: Study) -> None:
    no_ships = changed(study, "lanes", pl.col("origin") == "HGH", sailing_capacity=0.0)
    found = [each for each in findings_of(no_ships) if each.file == "origins.csv"]
    assert [each.value for each in found] == ["HGH"]
    assert "is open and has room from HGH in 2027, 2028, 2029: no centre can ever" in found[0].problem
    assert "gateways.capacity" in found[0].remedy
    assert findings_of(not_chosen(no_ships)) == ()
    no_ports = changed(study, "gateways", pl.lit(True), capacity=0.0)
    assert [each.value for each in findings_of(no_ports) if each.file == "origins.csv"] == [
        "HGH", "SZX", "XIY",
    ]  # fmt: skip


def test_periods_in_which_only_roomless_lanes_are_open_are_named(study: Study) -> None:
    by_train = changed(study, "lanes", pl.col("route") != "suez", sailing_capacity=0.0)
    found = [each for each in findings_of(by_train) if each.file == "origins.csv"]
    assert [each.value for each in found] == ["HGH", "SZX", "XIY"]
    assert all("in 2027: no centre can be supplied then" in each.problem for each in found)


@pytest.mark.parametrize(
    ("table", "column", "problem"),
    [
        ("gateways", "capacity", "less than the smallest"),
        ("gateways", "fixed_cost", "less than the smallest"),
        ("lanes", "sailings", "less than the smallest"),
        ("lanes", "sailing_capacity", "less than the smallest"),
        ("lanes", "commitment", "less than the smallest"),
        ("lanes", "shortfall_fee", "less than the smallest"),
    ],
)
def test_terms_below_nothing_are_errors(table: str, column: str, problem: str, tmp_path: Path) -> None:
    path = new_study(tmp_path / "study", "two-countries", False)
    file = path / f"{table}.csv"
    header, first, *rest = file.read_text(encoding="utf-8").splitlines()
    names = header.split(",")
    if column in names:
        cells = first.split(",")
        cells[names.index(column)] = "-1"
        lines = [header, ",".join(cells), *rest]
    else:
        lines = [f"{header},{column}", f"{first},-1", *(f"{row}," for row in rest)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (found,) = check_study(path)
    assert (found.severity, found.file, found.row, found.column, found.value) == (
        "error", f"{table}.csv", 2, column, "-1",
    )  # fmt: skip
    assert problem in found.problem
    assert found.remedy


def test_the_instance_gets_what_the_tables_say(study: Study) -> None:
    terms = assemble(study).inbound
    assert terms.is_chosen
    assert terms.gateway_capacity.tolist() == [400.0, 400.0, 400.0, 250.0, 120.0]
    assert terms.gateway_fee.tolist() == [0.0, 0.0, 0.0, 0.0, 150_000.0]
    train = study.tables["lanes"].with_row_index("at").filter(TRAIN)["at"].item()
    assert terms.commitment.nonzero()[0].tolist() == [train]
    assert terms.commitment[train] == pytest.approx(2_000.0)
    assert terms.lane_capacity[train] == pytest.approx(500.0)
    assert terms.shortfall_fee[train] == pytest.approx(645.0)
    assert np.isinf(terms.lane_capacity).sum() == 21
    plain = assemble(not_chosen(study)).inbound
    assert not plain.is_chosen
    assert np.isinf(plain.gateway_capacity).all()
    assert not plain.gateway_fee.any()
