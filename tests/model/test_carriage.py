"""Carriers under contract: what is added to the problem, and that nothing is where they are not chosen."""

from dataclasses import replace

import numpy as np
import pytest

from entrepot.instance import Instance, plain_carriage
from entrepot.location import Options
from entrepot.model.build import build_problem
from entrepot.model.layout import NONE
from entrepot.model.monolith import solve_monolith
from instances import Shape, random_instance, with_carriers

SHAPE = Shape(sites=2, sizes=2, markets=4, products=2, periods=2, countries=2)


def _chosen(seed: int) -> Instance:
    rng = np.random.default_rng([seed, 6])
    instance = with_carriers(rng, random_instance(rng, SHAPE, assortment="choice"))
    carriage = replace(instance.carriage, is_chosen=np.ones(2, dtype=np.bool_))
    return replace(instance, carriage=carriage)


def _optimum(instance: Instance) -> float:
    return solve_monolith(build_problem(instance)[0], Options(gap=0.0)).value


@pytest.mark.parametrize("seed", range(5))
def test_terms_of_carriers_that_are_not_chosen_change_no_number(seed: int) -> None:
    stated = _chosen(seed)
    idle = replace(stated.carriage, is_chosen=np.zeros(2, dtype=np.bool_))
    with_terms, _ = build_problem(replace(stated, carriage=idle))
    without, _ = build_problem(replace(stated, carriage=plain_carriage(2, SHAPE.countries)))
    assert with_terms.ways.partner is None
    assert with_terms.strategic.column_names == without.strategic.column_names
    assert with_terms.resources.names == without.resources.names
    for part in ("facility", "value", "volume", "charge"):
        np.testing.assert_array_equal(getattr(with_terms.ways, part), getattr(without.ways, part))


@pytest.mark.parametrize("seed", range(5))
def test_every_way_needs_its_carrier_and_stocked_ones_their_centre_besides(seed: int) -> None:
    problem, layout = build_problem(_chosen(seed))
    assert problem.ways.partner is not None
    n_centres = len(layout.facility_site)
    is_stocked = layout.way_facility != NONE
    np.testing.assert_array_equal(problem.ways.facility[is_stocked], layout.way_facility[is_stocked])
    assert (problem.ways.partner[is_stocked] >= n_centres).all()
    assert (problem.ways.facility[~is_stocked] >= n_centres).all()
    assert (problem.ways.partner[~is_stocked] == NONE).all()


@pytest.mark.parametrize("seed", range(8))
def test_carriers_that_ask_for_nothing_never_lower_the_optimal_profit(seed: int) -> None:
    stated = _chosen(seed)
    carriers = replace(stated.carriers, capacity=np.full(2, np.inf))
    limits = replace(stated.limits, min_carriers=np.zeros(2))
    base = replace(stated, carriage=plain_carriage(2, SHAPE.countries), carriers=carriers, limits=limits)
    free = replace(base.carriage, is_chosen=np.ones(2, dtype=np.bool_))
    assert _optimum(replace(base, carriage=free)) >= _optimum(base) - 1e-6 * abs(_optimum(base)) - 1e-3


@pytest.mark.parametrize("seed", range(8))
def test_cheaper_onboarding_and_one_carrier_less_never_lower_the_optimal_profit(seed: int) -> None:
    stated = _chosen(seed)
    dear = _optimum(stated)
    cheaper = replace(stated.carriage, onboarding=0.5 * stated.carriage.onboarding)
    fewer = replace(stated.limits, min_carriers=np.zeros(2))
    tolerance = 1e-6 * abs(dear) + 1e-3
    assert _optimum(replace(stated, carriage=cheaper)) >= dear - tolerance
    assert _optimum(replace(stated, limits=fewer)) >= dear - tolerance
