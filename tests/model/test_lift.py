import numpy as np
import pytest

from entrepot.errors import SolverError
from entrepot.instance import Instance
from entrepot.location import Assignment, Options, Solution
from entrepot.model.build import build_problem
from entrepot.model.layout import Layout
from entrepot.model.lift import lift_plan
from entrepot.model.monolith import solve_monolith
from instances import Shape, random_instance
from model.tiny import plain


def _solved(seed: int) -> tuple[Instance, Layout, Solution]:
    instance = random_instance(np.random.default_rng(seed), Shape(sites=4, markets=8, periods=3))
    problem, layout = build_problem(instance)
    return instance, layout, solve_monolith(problem, Options(gap=0.0))


def test_a_solution_without_a_plan_cannot_be_lifted() -> None:
    instance = plain()
    _, layout = build_problem(instance)
    nothing = Solution(None, None, -np.inf, np.inf, np.inf, np.inf, "time limit", 0.0, (), (), {})
    with pytest.raises(SolverError, match="no plan to read"):
        lift_plan(instance, layout, nothing)


@pytest.mark.parametrize("seed", range(15))
def test_flows_are_sorted_and_no_cell_is_served_more_than_once(seed: int) -> None:
    instance, layout, solution = _solved(seed)
    flows = lift_plan(instance, layout, solution).flows
    keys = list(zip(flows.period, flows.market, flows.product, strict=True))
    assert keys == sorted(keys)
    served = np.zeros(instance.demand.shape)
    np.add.at(served, (flows.market, flows.product, flows.period), flows.fraction)
    assert served.max(initial=0.0) <= 1.0 + 1e-9
    assert (flows.fraction > 0).all()


@pytest.mark.parametrize("seed", range(15))
def test_each_flow_is_either_from_an_open_centre_or_direct(seed: int) -> None:
    instance, layout, solution = _solved(seed)
    plan = lift_plan(instance, layout, solution)
    stocked = plan.flows.site >= 0
    np.testing.assert_array_equal(stocked, plan.flows.gateway < 0)
    assert (plan.size[plan.flows.site[stocked], plan.flows.period[stocked]] > 0).all()


@pytest.mark.parametrize("seed", range(15))
def test_every_open_centre_is_fed_by_one_lane_per_product_and_origin(seed: int) -> None:
    instance, layout, solution = _solved(seed)
    plan = lift_plan(instance, layout, solution)
    inbound = plan.inbound
    keys = set(zip(inbound.period, inbound.site, inbound.product, inbound.origin, strict=True))
    assert len(keys) == len(inbound.lane)
    assert (plan.size[inbound.site, inbound.period] > 0).all()
    np.testing.assert_array_equal(instance.lanes.gateway_index[inbound.lane], inbound.gateway)
    np.testing.assert_array_equal(instance.lanes.origin_index[inbound.lane], inbound.origin)
    assert instance.lanes.is_open[inbound.lane, inbound.period].all()


def test_sizes_count_the_active_modules() -> None:
    instance = plain(periods=3)
    problem, layout = build_problem(instance)
    columns = np.zeros(problem.n_columns)
    wanted = {"Lodz size S from 2027 to 2029", "Lodz size M from 2028 to 2029"}
    columns[[name in wanted for name in problem.strategic.column_names]] = 1.0
    empty = np.zeros(0, dtype=np.int64)
    nobody = Assignment(empty, empty, np.zeros(0))
    solution = Solution(columns, nobody, 0.0, np.inf, np.inf, 0.0, "proved", 0.0, (), (), {})
    assert lift_plan(instance, layout, solution).size.tolist() == [[1, 2, 2]]
