import importlib.util

import numpy as np
import pytest

from entrepot.errors import UsageError
from entrepot.geography.sea import sea_km

NAUTICAL_MILE_KM = 1.852
SHANGHAI = ([31.40], [121.50])
ROTTERDAM = ([51.90], [4.40])
PIRAEUS = ([37.94], [23.62])

needs_searoute = pytest.mark.skipif(
    importlib.util.find_spec("searoute") is None, reason='needs searoute: pip install "entrepot[sea]"'
)


@needs_searoute
def test_shanghai_rotterdam_is_within_2_percent_of_10500_nautical_miles_through_suez():
    assert sea_km(*SHANGHAI, *ROTTERDAM)[0, 0] / NAUTICAL_MILE_KM == pytest.approx(10_500, rel=0.02)


@needs_searoute
@pytest.mark.parametrize("closed", [("suez",), ("babalmandab",), ("suez", "panama")])
def test_shanghai_rotterdam_is_within_2_percent_of_13900_nautical_miles_around_the_cape(closed):
    km = sea_km(*SHANGHAI, *ROTTERDAM, closed=closed)
    assert km[0, 0] / NAUTICAL_MILE_KM == pytest.approx(13_900, rel=0.02)


@needs_searoute
def test_closing_a_passage_never_shortens_a_route_and_no_open_route_is_infinite():
    ends = ([51.90, 37.94], [4.40, 23.62])
    opened = sea_km(*SHANGHAI, *ends)
    closed = sea_km(*SHANGHAI, *ends, closed=("suez", "gibraltar"))
    assert opened.shape == (1, 2)
    assert np.all(closed >= opened)
    assert np.isinf(closed[0, 1])


@needs_searoute
def test_one_call_does_not_leave_its_closed_passages_to_the_next():
    before = sea_km(*SHANGHAI, *PIRAEUS)
    sea_km(*SHANGHAI, *PIRAEUS, closed=("suez",))
    assert sea_km(*SHANGHAI, *PIRAEUS) == before


def test_an_unknown_passage_is_named_with_the_known_ones():
    with pytest.raises(UsageError, match=r"'sues'.*suez"):
        sea_km(*SHANGHAI, *ROTTERDAM, closed=("sues",))


def test_a_missing_package_names_the_extra(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"entrepot\[sea\]"):
        sea_km(*SHANGHAI, *ROTTERDAM)
