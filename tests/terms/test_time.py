import numpy as np
import pytest

from entrepot.instance import Instance
from entrepot.terms.time import discount, growth, middle_day


def test_middle_day_halves_a_period(tiny: Instance):
    assert (middle_day(tiny) - tiny.money.base_day).tolist() == [182.5, 547.5]


def test_growth_of_half_a_year_is_the_square_root(tiny: Instance):
    assert growth(tiny, 0.21, 0) == pytest.approx(1.1)
    assert growth(tiny, 0.21, np.array([0, 1])) == pytest.approx([1.1, 1.331])


def test_growth_takes_a_rate_per_entry(tiny: Instance):
    assert growth(tiny, np.array([[0.0], [0.0404]]), np.array([0, 0])) == pytest.approx(
        np.array([[1.0, 1.0], [1.02, 1.02]])
    )


def test_discount_counts_payments_before_the_base_day_more(tiny: Instance):
    days = tiny.money.base_day + np.array([-182.5, 0.0, 182.5])
    assert discount(tiny, days) == pytest.approx([1.1, 1.0, 1 / 1.1])
