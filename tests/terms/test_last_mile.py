import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.instance import Instance, RateCards
from entrepot.terms.last_mile import last_mile_price, rate_row, transit_hours

DE, PL, GB = 0, 1, 2


def test_a_row_that_names_the_sender_wins(tiny: Instance):
    assert rate_row(tiny, 0, PL, DE, 350.0, 2.0) == 0
    assert rate_row(tiny, 0, DE, DE, 350.0, 2.0) == 1


def test_where_the_named_row_does_not_hold_any_sender_does(tiny: Instance):
    assert rate_row(tiny, 0, DE, DE, 350.0, 10.0) == 4


def test_zones_hold_their_start_and_bands_their_end(tiny: Instance):
    assert rate_row(tiny, 0, PL, DE, np.array([0.0, 999.9, 1000.0]), 2.0).tolist() == [0, 0, -1]
    assert rate_row(tiny, 0, PL, DE, 10.0, np.array([0.0, 5.0, 5.1, 30.0, 31.0])).tolist() == [
        -1,
        0,
        4,
        4,
        -1,
    ]


def test_prices_grow_with_the_last_mile(tiny: Instance):
    assert last_mile_price(tiny, np.array([0, 1, 2]), 2.0, 0) == pytest.approx([5.1, 4.08, 8.16])
    assert last_mile_price(tiny, 0, 2.0, 1) == pytest.approx(5 * 1.02**3)


def test_working_days_become_calendar_hours(tiny: Instance):
    assert transit_hours(tiny, 0, 350.0) == pytest.approx(50.4)
    assert transit_hours(tiny, 1, 350.0) == pytest.approx(28.0)
    assert transit_hours(tiny, 2, 1400.0) == pytest.approx(134.4)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_the_lookup_equals_a_loop_over_the_rows(tiny: Instance, seed: int):
    rng = np.random.default_rng(seed)
    instance = dataclasses.replace(tiny, rate_cards=_random_cards(rng))
    n = 40
    parcels = (
        rng.integers(0, 3, n),
        rng.integers(0, 3, n),
        rng.integers(0, 3, n),
        rng.integers(0, 13, n) * 100.0,
        rng.integers(0, 8, n) * 1.0,
    )
    expected = [_first_match(instance.rate_cards, *parcel) for parcel in zip(*parcels, strict=True)]
    assert rate_row(instance, *parcels).tolist() == expected
    for service in range(3):
        here = parcels[0] == service
        found = rate_row(instance, service, *(column[here] for column in parcels[1:]))
        assert found.tolist() == np.array(expected)[here].tolist()


def test_indices_broadcast_to_a_matrix(tiny: Instance):
    row = rate_row(tiny, 0, np.array([PL, DE])[:, None], np.array([DE, GB]), tiny.distances.site_market, 2.0)
    assert row.tolist() == [[0, 2], [1, 2]]
    every_service = rate_row(tiny, np.array([0])[:, None, None], DE, DE, np.zeros((2, 3)), 2.0)
    assert every_service.shape == (1, 2, 3)
    assert (every_service == rate_row(tiny, 0, DE, DE, 0.0, 2.0)).all()


def _random_cards(rng: np.random.Generator) -> RateCards:
    n = int(rng.integers(1, 25))
    km_from, weight_from = rng.integers(0, 10, n) * 100.0, rng.integers(0, 6, n) * 1.0
    return RateCards(
        service_names=("a", "b", "c"),
        service_carrier=np.zeros(3, dtype=np.int64),
        service_index=rng.integers(0, 3, n),
        from_country=rng.integers(-1, 3, n),
        to_country=rng.integers(0, 3, n),
        km_from=km_from,
        km_to=km_from + rng.choice([100.0, 300.0, np.inf], n),
        weight_from=weight_from,
        weight_to=weight_from + rng.choice([1.0, 3.0, np.inf], n),
        price=np.ones(n),
        price_per_kg=np.ones(n),
        transit=np.ones(n),
        daily_distance=np.full(n, 500.0),
        working_days=np.full(n, 5.0),
    )


def _first_match(cards: RateCards, service: int, sender: int, receiver: int, km: float, weight: float) -> int:
    for wanted in (sender, -1):
        for row in range(len(cards.price)):
            if (
                cards.service_index[row] == service
                and cards.from_country[row] == wanted
                and cards.to_country[row] == receiver
                and cards.km_from[row] <= km < cards.km_to[row]
                and cards.weight_from[row] < weight <= cards.weight_to[row]
            ):
                return row
    return -1
