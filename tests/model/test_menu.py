import numpy as np
import pytest

from entrepot.model.menu import Menu, menu_of
from entrepot.model.offers import OfferBlock

N_CLASSES = 4


def menu_of_one_facility(margin, service_class, is_available, cell=(0,), shift=0.0) -> Menu:
    """Menu of (A, M) offers that half of the customers buy, in one period at a discount of 0.9."""
    margin = np.array(margin, dtype=float)[None, :, None, :]
    service_class = np.array(service_class, dtype=np.int8).reshape(margin.shape)
    is_available = np.array(is_available, dtype=bool).reshape(margin.shape)
    share = np.full(margin.shape, 0.5)
    block = OfferBlock(margin, margin + 1.0, share, service_class, margin + 2.0, margin + 3.0, is_available)
    return menu_of(block, np.array([cell]), np.array([0.9]), np.array([[shift]]), N_CLASSES)


def test_the_lowest_index_wins_a_tie_within_a_class() -> None:
    menu = menu_of_one_facility([[3.0], [5.0], [5.0]], [1, 1, 1], [True, True, True])
    assert menu.alternative.tolist() == [1]
    assert menu.service_class.tolist() == [1]


def test_offers_that_are_not_available_are_never_shown() -> None:
    menu = menu_of_one_facility([[9.0], [5.0]], [0, 0], [False, True])
    assert menu.alternative.tolist() == [1]
    assert menu.value.tolist() == [0.5 * 5.0 * 0.9]


def test_a_slower_class_is_shown_only_if_it_is_worth_more_than_all_faster_ones() -> None:
    menu = menu_of_one_facility([[4.0], [4.0], [6.0]], [1, 2, 3], [True, True, True])
    assert menu.service_class.tolist() == [1, 3]


def test_neither_cells_without_demand_nor_facilities_without_use_have_a_menu() -> None:
    offers = [[4.0, 4.0]], [1, 1], [True, True]
    assert menu_of_one_facility(*offers, cell=(-1, 7)).cell.tolist() == [7]
    assert len(menu_of_one_facility(*offers, cell=(6, 7), shift=np.nan)) == 0


def test_amounts_of_a_menu_are_those_of_its_offers_times_what_is_sold() -> None:
    menu = menu_of_one_facility([[4.0]], [1], [True])
    assert menu.volume.tolist() == [0.5]
    assert menu.charge.tolist() == pytest.approx([0.5 * 5.0 * 0.9])
    assert menu.carbon.tolist() == [0.5 * 6.0]
    assert menu.paid.tolist() == [0.5 * 7.0]
