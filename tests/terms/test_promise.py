import numpy as np
import pytest

from entrepot.instance import Instance
from entrepot.terms.promise import direct_promise, service_class, stocked_promise


def test_a_stocked_parcel_waits_is_handled_and_travels(tiny: Instance):
    assert stocked_promise(tiny, 0, 0, 0, 350.0) == pytest.approx(62.4)


def test_a_customs_border_adds_the_clearance(tiny: Instance):
    assert stocked_promise(tiny, 0, 1, 2, 1400.0) == pytest.approx(170.4)


def test_a_direct_parcel_takes_linehaul_dwell_and_clearance(tiny: Instance):
    assert direct_promise(tiny, 3.25, 0, 1, 500.0) == pytest.approx(166.0)


def test_a_promise_on_the_limit_is_within_the_class(tiny: Instance):
    hours = np.array([0.0, 24.0, 24.0 + 1e-9, 24.1, 72.0, 240.5])
    assert service_class(tiny, hours).tolist() == [0, 0, 0, 1, 2, 5]


def test_a_promise_keeps_the_shape_of_its_indices(tiny: Instance):
    hours = stocked_promise(tiny, np.array([[0], [1]]), np.array([0, 1]), np.array([[0, 2], [1, 2]]), 350.0)
    assert hours.shape == (2, 2)
    assert service_class(tiny, hours).shape == (2, 2)
