import numpy as np
import pytest

from entrepot.instance import Instance
from entrepot.terms.centre import capacity, handling_cost, stock_holding_cost, storage_cost

PLANT, DEPOT = 0, 1


def test_own_staff_is_paid_by_the_hour(tiny: Instance):
    assert handling_cost(tiny, PLANT, np.array([1, 2]), 0, 0) == pytest.approx([0.624, 0.468])


def test_a_third_party_is_paid_by_the_parcel(tiny: Instance):
    assert handling_cost(tiny, DEPOT, np.array([1, 2]), 0, 0) == pytest.approx([1.89, 1.89])


def test_only_a_third_party_charges_storage(tiny: Instance):
    assert storage_cost(tiny, np.array([PLANT, DEPOT]), 0, 0) == pytest.approx([0.0, 0.252])


def test_stock_costs_its_holding_rate(tiny: Instance):
    assert stock_holding_cost(tiny, 0) == pytest.approx(1.46)


def test_capacity_fits_the_busiest_day(tiny: Instance):
    assert capacity(tiny, PLANT, np.array([0, 1, 2]), 0) == pytest.approx([0.0, 200_000.0, 800_000.0])


def test_the_operator_may_handle_less_than_the_building(tiny: Instance):
    assert capacity(tiny, DEPOT, np.array([1, 2]), 0) == pytest.approx([200_000.0, 600_000.0])
