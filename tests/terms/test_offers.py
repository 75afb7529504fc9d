import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.instance import Instance
from entrepot.terms.ledger import PARCEL_LINES
from entrepot.terms.offers import Offer, context, direct_offer, stocked_offer
from instances import random_instance

PAGE = Path(__file__).parents[2] / "docs" / "landed-cost.md"


def _table(kind: str) -> dict[str, float]:
    """Amounts of one of the page's two tables of lines."""
    text = PAGE.read_text(encoding="utf-8").split(f"| {kind} line |")[1].split("\n\n")[0]
    return {line: float(amount) for line, amount in re.findall(r"^\| (\w+) \| (-?[\d.]+) \|", text, re.M)}


def test_the_stocked_offer_has_the_lines_of_the_page(tiny: Instance):
    offer = stocked_offer(tiny, context(tiny), 0, 0, 0, 0, 0, 1)
    assert offer.lines == pytest.approx(_table("stocked"))
    assert tuple(offer.lines) == PARCEL_LINES
    assert offer.margin == pytest.approx(20.2405)
    assert offer.hours == pytest.approx(62.4)
    assert offer.class_index == 2
    assert offer.share == pytest.approx(0.25)
    assert offer.carbon == pytest.approx(0.98)
    assert offer.is_available


def test_the_direct_offer_has_the_lines_of_the_page(tiny: Instance):
    offer = direct_offer(tiny, context(tiny), 0, 0, 0, 1, 0)
    assert offer.lines == pytest.approx(_table("direct"))
    assert tuple(offer.lines) == PARCEL_LINES
    assert offer.margin == pytest.approx(14.757)
    assert offer.hours == pytest.approx(166.0)
    assert offer.carbon == pytest.approx(10.1)
    assert offer.is_available


def test_selling_across_a_customs_border_adds_duty_and_fees(tiny: Instance):
    offer = stocked_offer(tiny, context(tiny), 0, 1, 0, 0, 0, 1)
    assert offer.lines["duty"] == pytest.approx(-2.92)
    assert offer.lines["customs_fees"] == pytest.approx(-2.6)
    assert offer.hours == pytest.approx(170.4)


def test_without_a_way_in_or_a_rate_there_is_no_offer(tiny: Instance):
    shared = context(tiny)
    assert not stocked_offer(tiny, shared, 1, 0, 0, 0, 0, 1).is_available
    assert not direct_offer(tiny, shared, 0, 0, 0, 0, 0).is_available
    poles = stocked_offer(tiny, shared, 0, np.array([0, 1]), 0, 0, 0, 1)
    assert poles.is_available.tolist() == [True, True]


def test_lines_that_do_not_depend_on_the_market_stay_small(tiny: Instance):
    offer = stocked_offer(tiny, context(tiny), 0, np.arange(2), 0, np.arange(2)[:, None], 0, 1)
    assert offer.lines["revenue"].shape == ()
    assert offer.lines["linehaul"].shape == (2, 1)
    assert offer.lines["last_mile"].shape == (2, 2)
    assert offer.margin.shape == (2, 2)


def _entry(offer: Offer, where: tuple[int, ...], shape: tuple[int, ...]) -> dict[str, float]:
    values = {**offer.lines, "hours": offer.hours, "share": offer.share, "kg": offer.carbon}
    values |= {"class": offer.class_index, "is_available": offer.is_available}
    return {name: float(np.broadcast_to(value, shape)[where]) for name, value in values.items()}


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_a_block_of_offers_equals_offers_one_by_one(seed: int):
    rng = np.random.default_rng(seed)
    instance = random_instance(rng)
    shared = context(instance)
    sizes = (instance.n_periods, instance.n_markets, instance.n_products, instance.n_sites)
    every = np.ix_(*(np.arange(n) for n in (*sizes, instance.n_services)))
    block = stocked_offer(instance, shared, *every, 1)
    direct_sizes = (*sizes[:3], instance.n_gateways, instance.n_services)
    direct = direct_offer(instance, shared, *np.ix_(*(np.arange(n) for n in direct_sizes)))
    for _ in range(20):
        way = tuple(int(rng.integers(n)) for n in (*sizes, instance.n_services))
        single = stocked_offer(instance, shared, *way, 1)
        assert _entry(block, way, (*sizes, instance.n_services)) == pytest.approx(_entry(single, (), ()))
        way = tuple(int(rng.integers(n)) for n in direct_sizes)
        single = direct_offer(instance, shared, *way)
        assert _entry(direct, way, direct_sizes) == pytest.approx(_entry(single, (), ()))
