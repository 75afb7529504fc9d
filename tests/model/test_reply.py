"""A rival's reply as a canonical problem: golden text of a hand-made case, and its hand-worked optimum."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from entrepot.instance import Instance, RivalCandidates
from entrepot.location import Options, Unwatched
from entrepot.model.monolith import solve_monolith, write_lp
from entrepot.model.reply import Prospects, added_centres, reply_problem
from entrepot.solvers.engine import solve
from instances import Shape, random_instance

GOLDEN = Path(__file__).parent / "golden" / "rival_reply.lp"


def tiny() -> Instance:
    """Two candidates of one rival, two markets, two periods; only the names matter."""
    shape = Shape(sites=1, markets=2, products=1, periods=2, countries=2, rivals=2)
    instance = random_instance(np.random.default_rng(1), shape, assortment="choice")
    some, none = np.zeros(2), np.zeros(2, dtype=np.int64)
    candidates = RivalCandidates(
        ("l", "v"), ("Lyon", "Vienna"), none, none, some, some, some, none, some, some
    )
    periods = replace(instance.periods, labels=("2027", "2028"))
    return replace(instance, rival_candidates=candidates, periods=periods)


def prospects(most: int) -> Prospects:
    """Lyon wins 5 and 9 in the first market, Vienna 4 and 4 there and 7 in the second, later, market."""
    value = np.array([[[5.0, 9.0], [0.0, 0.0]], [[4.0, 4.0], [0.0, 7.0]]])
    return Prospects(
        rival=0,
        candidate=np.arange(2),
        may_open=np.array([[True, True], [False, True]]),
        cost=np.array([[6.0, 2.0], [0.0, 3.0]]),
        volume=2.0 * value,
        value=value,
        most=most,
    )


def test_the_formulation_is_the_expected_one() -> None:
    text = write_lp(reply_problem(tiny(), prospects(1)))
    if os.environ.get("ENTREPOT_REGENERATE"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize(("most", "value", "opens"), [(1, 8.0, [(0, 0)]), (2, 12.0, [(0, 0), (1, 1)])])
def test_the_reply_is_the_hand_worked_one(most: int, value: float, opens: list[tuple[int, int]]) -> None:
    # One: Lyon at once 5 + 9 - 6 = 8; Lyon later 9 - 2 = 7; Vienna later 4 + 7 - 3 = 8 as well.
    # Two: Lyon at once and Vienna 5 + max(9, 4) + 7 - 6 - 3 = 12; Lyon later and Vienna 9 + 7 - 2 - 3 = 11.
    problem, case = reply_problem(tiny(), prospects(most)), prospects(most)
    solution = solve(problem, Options(gap=0.0, seconds=30.0), Unwatched())
    assert solution.value == pytest.approx(value)
    assert solution.claimed_bound == pytest.approx(value)
    assert solution.stop_reason == "proved"
    assert solve_monolith(problem, Options(gap=0.0)).value == pytest.approx(value)
    if most == 2:
        assert list(zip(*map(np.ndarray.tolist, added_centres(case, solution)), strict=True)) == opens
