import numpy as np
import pytest

from entrepot.instance import Instance
from entrepot.location import LocationProblem
from entrepot.model.build import build_problem
from entrepot.model.layout import Layout
from entrepot.terms.ledger import KINDS, LINES
from entrepot.terms.offers import Offer, context, direct_offer, stocked_offer
from entrepot.terms.time import discount, middle_day
from instances import Shape, random_instance

IS_COST = dict(zip(LINES, (kind == "cost" for kind in KINDS), strict=True))


def _built(seed: int) -> tuple[Instance, LocationProblem, Layout, np.ndarray]:
    instance = random_instance(np.random.default_rng(seed), Shape(sites=4, markets=8, periods=3))
    problem, layout = build_problem(instance)
    cell = np.repeat(np.arange(problem.n_cells), np.diff(layout.way_pointer))
    return instance, problem, layout, cell


def _check(offer: Offer, left_out: set[str], factor: np.ndarray, problem: LocationProblem, ways) -> None:
    lines = {line: amount for line, amount in offer.lines.items() if line not in left_out}
    shape = np.shape(offer.share)
    margin = sum(np.broadcast_to(amount, shape) for amount in lines.values())
    charge = -sum(np.broadcast_to(amount, shape) for line, amount in lines.items() if IS_COST[line])
    assert offer.is_available.all()
    np.testing.assert_allclose(problem.ways.volume[ways], offer.share, rtol=1e-12)
    np.testing.assert_allclose(problem.ways.value[ways], offer.share * margin * factor, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(problem.ways.charge[ways], offer.share * charge * factor, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("seed", range(25))
def test_stocked_ways_are_worth_share_times_the_lines_of_their_offer(seed: int) -> None:
    instance, problem, layout, cell = _built(seed)
    around = context(instance)
    ways = np.flatnonzero(problem.ways.facility >= 0)
    facility, cells = problem.ways.facility[ways], cell[ways]
    period = layout.cell_period[cells]
    offer = stocked_offer(
        instance, around, period, layout.cell_market[cells], layout.cell_product[cells],
        layout.facility_site[facility], layout.way_service[ways], 1,
    )  # fmt: skip
    factor = discount(instance, middle_day(instance))[period]
    np.testing.assert_array_equal(layout.facility_period[facility], period)
    np.testing.assert_array_equal(layout.way_class[ways], offer.class_index)
    _check(offer, {"pick_and_pack", "storage"}, factor, problem, ways)


@pytest.mark.parametrize("seed", range(25))
def test_direct_ways_are_worth_share_times_the_lines_of_their_offer(seed: int) -> None:
    instance, problem, layout, cell = _built(seed)
    around = context(instance)
    ways = np.flatnonzero(layout.way_gateway >= 0)
    cells = cell[ways]
    period = layout.cell_period[cells]
    offer = direct_offer(
        instance, around, period, layout.cell_market[cells], layout.cell_product[cells],
        layout.way_gateway[ways], layout.way_service[ways],
    )  # fmt: skip
    factor = discount(instance, middle_day(instance))[period]
    np.testing.assert_array_equal(layout.way_class[ways], offer.class_index)
    _check(offer, set(), factor, problem, ways)


@pytest.mark.parametrize("seed", range(25))
def test_the_shift_of_a_configuration_is_its_pick_and_pack_and_storage(seed: int) -> None:
    instance, problem, layout, _ = _built(seed)
    facility = np.repeat(np.arange(problem.n_facilities), np.diff(problem.enablers.facility_pointer))
    product = np.arange(instance.n_products)[None, :]
    period = layout.facility_period[facility][:, None]
    offer = stocked_offer(
        instance, context(instance), period, 0, product,
        layout.facility_site[facility][:, None], 0, layout.enabler_size[:, None],
    )  # fmt: skip
    cost = offer.lines["pick_and_pack"] + offer.lines["storage"]
    expected = cost * discount(instance, middle_day(instance))[period]
    np.testing.assert_allclose(problem.enablers.shift, expected, rtol=1e-12)


@pytest.mark.parametrize("seed", range(25))
def test_resources_use_what_late_parcels_and_emissions_amount_to(seed: int) -> None:
    instance, problem, layout, cell = _built(seed)
    for name, row in zip(problem.resources.names, problem.resources.usage.toarray(), strict=True):
        used = np.flatnonzero(row)
        periods = {instance.periods.labels[t] for t in layout.cell_period[cell[used]]}
        assert all(name.endswith(label) for label in periods)
        if "carbon" in name:
            assert (row >= 0).all()
        elif len(used):
            ratio = row[used] / problem.ways.volume[used]
            share = float(name.split()[1])
            is_known = np.isclose(ratio, share, atol=1e-3) | np.isclose(ratio, share - 1, atol=1e-3)
            assert is_known.all()


def test_cells_are_sorted_by_period_market_and_product() -> None:
    _, problem, layout, _ = _built(3)
    keys = list(zip(layout.cell_period, layout.cell_market, layout.cell_product, strict=True))
    assert keys == sorted(keys)
    assert (np.diff(layout.way_pointer) > 0).all()
    assert layout.way_pointer[-1] == problem.n_ways
