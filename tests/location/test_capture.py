"""Statements of capture problems."""

import numpy as np
import pytest

from entrepot.errors import UsageError
from entrepot.location.capture import Capture, huff_capture, logit_capture


def test_logit_shares_are_those_of_the_formula():
    utility, rival = np.array([[1.0, -1.0], [0.0, 2.0]]), np.array([[0.5, -0.5], [1.0, 0.0]])
    problem = logit_capture("logit", utility, rival, np.ones(2), 2)
    mass = np.concatenate([np.exp(utility), np.exp(rival)], axis=1)
    np.testing.assert_allclose(problem.shares(np.array([0, 1])), (mass / mass.sum(axis=1)[:, None])[:, :2])


def test_logit_does_not_overflow():
    problem = logit_capture("far", np.array([[2000.0, -2000.0]]), np.array([[-3000.0]]), np.ones(1), 1)
    assert problem.value(np.array([0])) == 1.0


def test_huff_shares_fall_with_the_square_of_distance():
    problem = huff_capture(
        "huff", np.array([4.0]), np.array([[2.0]]), np.array([3.0]), np.array([8.0]), n_open=1
    )
    assert problem.value(np.array([0])) == pytest.approx(2.0)


def test_huff_at_no_distance_is_an_error():
    with pytest.raises(UsageError, match="positive distances"):
        huff_capture("huff", np.ones(1), np.zeros((1, 1)), np.ones(1), np.ones(1), n_open=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"attraction": np.ones(3)}, "table of customers x sites"),
        ({"rival": np.ones(4)}, "4 rival"),
        ({"cost": np.ones(5)}, "5 costs"),
        ({"is_forced": np.ones(5, dtype=bool)}, "5 forced marks"),
        ({"attraction": -np.ones((3, 2))}, "not negative"),
        ({"rival": np.zeros(3)}, "positive for every customer"),
        ({"demand": -np.ones(3)}, "Demands must be finite"),
        ({"cost": np.array([np.inf, 1.0])}, "Costs of sites must be finite"),
        ({"n_open": 3}, "between 1 and 2"),
    ],
)
def test_a_wrong_statement_is_an_error(change, message):
    given = {"attraction": np.ones((3, 2)), "rival": np.ones(3), "demand": np.ones(3), "n_open": 1}
    with pytest.raises(UsageError, match=message):
        Capture("wrong", **(given | change))
