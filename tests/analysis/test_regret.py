import numpy as np
import pytest

from entrepot.analysis.regret import RegretTable
from entrepot.analysis.robust import RobustChoice, choose_robust
from entrepot.errors import UsageError
from instances import random_instance

VALUE = np.array([[100.0, 60.0, 50.0], [90.0, 80.0, 62.0], [70.0, 75.0, 70.0], [np.nan, 85.0, 40.0]])
KEPT = np.ones((4, 3), dtype=np.bool_)


def test_regret_is_what_a_response_falls_short_of_the_best_known() -> None:
    table = RegretTable(
        ("ignore", "follow", "pre-empt a", "pre-empt b"),
        ("none", "a", "b"),
        VALUE,
        KEPT,
        np.array([105.0, 85.0, 72.0]),
    )
    assert table.best.tolist() == [100.0, 85.0, 70.0]
    assert table.regret[:3].tolist() == [[0.0, 25.0, 20.0], [10.0, 5.0, 8.0], [30.0, 10.0, 0.0]]
    assert table.most_regret[0].tolist() == [5.0, 25.0, 22.0]
    assert table.worst_regret[:3].tolist() == [25.0, 10.0, 30.0]
    assert np.isnan(table.worst_regret[3])
    assert table.responses[table.least_regret] == "follow"


def test_a_response_that_breaks_limits_sets_no_mark_and_is_not_chosen() -> None:
    kept = KEPT.copy()
    kept[1, 1] = False
    table = RegretTable(("w", "x", "y", "z"), ("none", "a", "b"), VALUE, kept, np.full(3, np.inf))
    assert table.best.tolist() == [100.0, 85.0, 70.0]
    assert table.responses[table.least_regret] == "w"
    kept[0, 0] = False
    assert RegretTable(("w", "x", "y", "z"), ("none", "a", "b"), VALUE, kept, table.bound).best[0] == 90.0


def test_the_robust_plan_is_the_best_at_its_worst() -> None:
    choice = RobustChoice(("p", "q", "r", "s"), ("none", "a", "b"), VALUE)
    assert choice.worst_value.tolist() == [50.0, 62.0, 70.0, -np.inf]
    assert choice.worst_reply.tolist() == [2, 2, 0, 0]
    assert choice.plans[choice.chosen] == "r"


def test_a_robust_choice_needs_plans_and_replies() -> None:
    instance = random_instance(np.random.default_rng(0))
    with pytest.raises(UsageError, match="at least one plan"):
        choose_robust(instance, {}, [])
