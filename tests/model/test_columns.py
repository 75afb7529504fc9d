from dataclasses import replace

import numpy as np
import pytest

from entrepot.instance import Instance
from entrepot.model.columns import strategic_columns
from model.enumeration import life_worth
from model.tiny import dated, existing, fixed, forbidden, forced, plain


def _lives(instance: Instance, site: int = 0) -> set[tuple[int, int, int]]:
    columns = strategic_columns(instance)
    chosen = columns.site == site
    return set(
        zip(
            columns.module[chosen].tolist(),
            columns.first[chosen].tolist(),
            columns.last[chosen].tolist(),
            strict=True,
        )
    )


def test_a_candidate_may_open_and_close_in_any_period() -> None:
    assert _lives(plain()) == {(m, *life) for m in (1, 2) for life in ((0, 0), (0, 1), (1, 1))}


def test_a_candidate_opens_within_its_window_and_may_expand_later() -> None:
    lives = _lives(dated())
    assert {life for life in lives if life[0] == 1} == {(1, 1, 1), (1, 1, 2)}
    assert {life for life in lives if life[0] == 2} == {(2, 1, 1), (2, 1, 2), (2, 2, 2)}


def test_an_existing_centre_may_close_at_once_or_later_but_not_start_again() -> None:
    lives = _lives(existing())
    assert {life for life in lives if life[0] == 1} == {(1, -1, -1), (1, -1, 0), (1, -1, 1)}
    assert {life for life in lives if life[0] == 2} == {(2, 0, 0), (2, 0, 1), (2, 1, 1)}


def test_a_fixed_centre_has_one_life() -> None:
    assert _lives(fixed()) == {(1, -1, 1), (2, -1, 1)}


def test_a_forced_centre_never_closes() -> None:
    assert {last for _, _, last in _lives(forced())} == {0}


def test_a_forbidden_site_has_no_column() -> None:
    assert _lives(forbidden()) == set()


def test_no_module_lies_above_the_largest_size_of_the_site() -> None:
    instance = plain()
    instance = replace(instance, sites=replace(instance.sites, max_size=np.array([1])))
    assert {module for module, _, _ in _lives(instance)} == {1}


@pytest.mark.parametrize("path", [(0, 1), (1, 1), (1, 2), (2, 2), (1, 0)])
def test_the_columns_of_a_path_cost_what_the_centre_pays(path: tuple[int, int]) -> None:
    instance = plain()
    columns = strategic_columns(instance)
    total = 0.0
    for module in range(1, max(path) + 1):
        active = [t for t, size in enumerate(path) if size >= module]
        chosen = (columns.module == module) & (columns.first == active[0]) & (columns.last == active[-1])
        total += float(columns.cost[chosen].sum())
    life = path, tuple(0 if size else -1 for size in path)
    assert -total == pytest.approx(life_worth(instance, 0, life), rel=1e-12)


def test_the_charge_is_the_cost_without_its_income() -> None:
    columns = strategic_columns(plain())
    assert (columns.charge >= 0.0).all()
    assert (columns.charge >= columns.cost).all()
