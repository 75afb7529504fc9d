"""Futures from tables: what is found wrong, and what reaches their instances."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import entrepot
from assembly.test_checks import assert_found
from assembly.test_policies import with_table
from entrepot.assembly import assemble, assemble_futures
from entrepot.errors import UsageError
from entrepot.instance import Instance, fingerprint
from entrepot.tables import read_study
from entrepot.tables.study import Study

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-countries"
PLAIN = {name: 1.0 for name in ("demand", "linehaul", "last_mile", "operator", "wage", "rent", "duty")}


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(EXAMPLE)


@pytest.fixture(scope="module")
def base(study: Study) -> Instance:
    return assemble(study)


def stated(study: Study, *closures: dict[str, Any], **values: Any) -> Study:
    rows = [{"future": "a", "weight": 3.0, **PLAIN, **values}, {"future": "b", "weight": 1.0, **PLAIN}]
    return with_table(with_table(study, "futures", rows), "closures", list(closures))


def closure(**values: Any) -> dict[str, Any]:
    return {"future": "a", "kind": "site", "place": "lille", **values}


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"place": "atlantis"}, "There is no site atlantis"),
        ({"kind": "gateway", "place": "lille"}, "There is no gateway lille"),
        ({"kind": "route", "place": "panama"}, "There is no route panama"),
        ({"from_period": "2033"}, "Unknown period 2033"),
        ({"to_period": "2033"}, "Unknown period 2033"),
        ({"from_period": "2029", "to_period": "2028"}, "ends before it begins"),
        ({"instead": "cape"}, "Only a route can be replaced"),
        ({"kind": "route", "place": "suez", "instead": "suez"}, "suez is no other route"),
        ({"kind": "route", "place": "suez", "instead": "moon"}, "moon is no other route"),
    ],
)
def test_a_closure_that_cannot_be_meant_is_found(study: Study, values: dict[str, Any], text: str) -> None:
    assert_found(stated(study, closure(**values)), text, "error", row=2)


def test_weights_and_periods_that_cannot_be_meant_are_found(study: Study) -> None:
    assert_found(stated(study, demand_from="2033"), "Unknown period 2033", "error", row=2)
    rows = [{"future": "a", "weight": 0.0, **PLAIN}]
    assert_found(with_table(study, "futures", rows), "All weights are 0", "error", row=None)


def test_weights_are_scaled_to_sum_to_one_and_plain_rows_change_nothing(study: Study, base: Instance) -> None:
    first, second = assemble_futures(stated(study))
    assert (first.weight, second.weight) == (0.75, 0.25)
    assert first.label == "a"
    for name in ("demand", "is_shut"):
        assert np.array_equal(getattr(first.instance, name), getattr(base, name))
    assert np.array_equal(first.instance.lanes.is_open, base.lanes.is_open)
    assert np.array_equal(first.instance.rate_cards.price, base.rate_cards.price)


def test_the_tables_of_futures_are_no_part_of_a_plain_plan(study: Study, base: Instance) -> None:
    without = with_table(with_table(study, "futures", []), "closures", [])
    assert fingerprint(assemble(without)) == fingerprint(base)
    with pytest.raises(UsageError, match="states no futures"):
        assemble_futures(without)


def test_factors_reach_what_they_name_and_nothing_else(study: Study, base: Instance) -> None:
    factors = {"linehaul": 1.1, "last_mile": 1.2, "operator": 1.3, "wage": 1.4, "rent": 1.5, "duty": 1.6}
    changed = assemble_futures(stated(study, demand=0.5, demand_from="2028", **factors))[0].instance
    assert np.array_equal(changed.demand[:, :, 0], base.demand[:, :, 0])
    assert np.array_equal(changed.demand[:, :, 1:], base.demand[:, :, 1:] * 0.5)
    assert np.array_equal(changed.lanes.cost, base.lanes.cost * 1.1)
    assert np.array_equal(changed.inbound.shortfall_fee, base.inbound.shortfall_fee * 1.1)
    assert np.array_equal(changed.rate_cards.price_per_kg, base.rate_cards.price_per_kg * 1.2)
    third = ~base.operators.is_own
    assert np.array_equal(changed.operators.pick_and_pack[third], base.operators.pick_and_pack[third] * 1.3)
    assert np.array_equal(changed.operators.fixed_fee[~third], base.operators.fixed_fee[~third])
    assert np.array_equal(changed.sites.wage, base.sites.wage * 1.4)
    assert np.array_equal(changed.sites.rent, base.sites.rent * 1.5)
    assert np.array_equal(changed.products.duty_rate, base.products.duty_rate * 1.6)
    assert np.array_equal(changed.sites.fit_out, base.sites.fit_out)


def test_closures_shut_sites_gateways_and_routes_for_their_periods(study: Study, base: Instance) -> None:
    closures = [
        closure(from_period="2028"),
        closure(place="lyon", to_period="2027"),
        closure(kind="gateway", place="CDG", from_period="2029"),
        closure(kind="route", place="suez", from_period="2028", to_period="2028", instead="cape"),
    ]
    changed = assemble_futures(stated(study, *closures))[0].instance
    shut = changed.is_shut
    assert shut[base.sites.ids.index("lille")].tolist() == [False, True, True]
    assert shut[base.sites.ids.index("lyon")].tolist() == [True, False, False]
    assert shut.sum() == 3
    lanes = changed.lanes
    air = lanes.gateway_index == base.gateways.ids.index("CDG")
    assert not lanes.is_open[air, 2].any()
    assert lanes.is_open[air, :2].all()
    suez, cape = (np.array([each == name for each in lanes.route]) for name in ("suez", "cape"))
    assert lanes.is_open[suez].any(axis=0).tolist() == [False, False, True]
    assert lanes.is_open[cape].all(axis=0).tolist() == [True, True, False]


def test_the_public_face_reads_the_shipped_futures() -> None:
    futures = entrepot.assemble_futures(entrepot.read_study(EXAMPLE))
    assert sum(future.weight for future in futures) == pytest.approx(1.0)
    assert len({future.id for future in futures}) == len(futures) >= 4
