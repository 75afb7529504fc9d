"""Truths about our plan and the rivals on random contests, compared as [plan, bound] intervals."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from analysis.contests import SHAPE, contest, moves, planned
from entrepot.analysis import Contest, Effort, face_rivals, with_replies
from entrepot.analysis.facing import FOLLOW, IGNORE, REROUTE, kept_periods
from entrepot.errors import InfeasibleError, UsageError
from entrepot.instance import Instance
from entrepot.planning import plan as plan_network
from entrepot.plans.referee import judge
from entrepot.plans.result import Result

SEEDS = range(5)
EFFORT = Effort(gap=1e-6, seconds=60.0)


@cache
def faced(seed: int) -> tuple[Instance, Contest] | None:
    instance = contest(seed)
    try:
        return instance, face_rivals(instance, most=1, effort=EFFORT)
    except InfeasibleError:
        return None


def slack(result: Result) -> float:
    assert result.verdict is not None
    return 1e-6 * (1.0 + result.verdict.ledger.controllable_cost)


@pytest.mark.parametrize("seed", range(8))
def test_a_new_centre_of_a_rival_never_raises_our_optimal_profit(seed: int) -> None:
    instance = contest(seed)
    instance = replace(instance, choice=replace(instance.choice, model="logit"))  # docs/rivals.md says why
    try:
        before = plan_network(instance, gap=1e-6, seconds=60.0)
    except InfeasibleError:
        return
    for each in list(moves(instance, seed % 3, 1))[1:4]:
        try:
            after = plan_network(with_replies(instance, each), gap=1e-6, seconds=60.0)
        except InfeasibleError:
            continue
        assert after.proof.value <= before.proof.claimed_bound + slack(before)


@pytest.mark.parametrize("seed", SEEDS)
def test_knowing_the_reply_is_worth_more_than_following_and_that_more_than_other_flows(seed: int) -> None:
    found = faced(seed)
    if found is None:
        return
    instance, each = found
    assert each.regret is not None
    for column, (behaviour, answer, followed) in enumerate(
        zip(each.behaviours, each.answers, each.followed, strict=True)
    ):
        margin, (ignore, reroute) = slack(answer), each.regret.value[:2, column]
        if followed is not None:
            assert followed.proof.value <= answer.proof.claimed_bound + margin
            if not np.isnan(reroute):
                assert reroute <= followed.proof.claimed_bound + margin
        if each.regret.is_kept[0, column]:
            assert ignore <= reroute + margin
        assert answer.plan is not None
        assert not judge(behaviour.applied(instance), answer.plan).breaches


@pytest.mark.parametrize("seed", SEEDS)
def test_following_keeps_the_centres_that_stand_when_the_reply_is_seen(seed: int) -> None:
    found = faced(seed)
    if found is None:
        return
    instance, each = found
    assert each.result.plan is not None
    for behaviour, followed in zip(each.behaviours, each.followed, strict=True):
        count = kept_periods(behaviour, instance.n_periods)
        if followed is not None and followed.plan is not None:
            for kept, held in (
                (followed.plan.size, each.result.plan.size),
                (followed.plan.operator, each.result.plan.operator),
            ):
                np.testing.assert_array_equal(kept[:, :count], held[:, :count])


@pytest.mark.parametrize("seed", SEEDS)
def test_regret_lies_between_the_best_plan_known_and_the_bound(seed: int) -> None:
    found = faced(seed)
    if found is None:
        return
    _, each = found
    assert each.regret is not None
    assert each.robust is not None
    table, rounding = each.regret, slack(each.result)
    known = ~np.isnan(table.value)
    assert table.responses[:3] == (IGNORE, REROUTE, FOLLOW)
    assert np.all(table.regret[known] >= 0.0)
    assert np.all(table.best <= table.bound + rounding)
    assert np.all(table.regret[known] <= table.most_regret[known] + rounding)
    worst = each.robust.worst_value
    assert worst[each.robust.chosen] == worst.max()
    assert len(each.robust.replies) >= len(each.behaviours)


def test_replies_alone_are_told_without_planning_anew() -> None:
    instance = contest(0)
    each = face_rivals(instance, rivals=["r2"], most=1, replan=False, effort=EFFORT)
    assert [behaviour.name for behaviour in each.behaviours] == ["none", "r2"]
    assert len(each.verdicts) == 2
    assert each.regret is each.robust is None


def test_a_result_of_other_data_is_refused() -> None:
    instance = contest(0)
    result = plan_network(instance, gap=0.05, seconds=20.0)
    other = replace(instance, demand=instance.demand * 1.01)
    with pytest.raises(UsageError, match="made from other data"):
        face_rivals(other, result)


def test_a_plan_does_not_depend_on_what_rivals_may_do() -> None:
    instance = contest(0)
    result = plan_network(instance, gap=0.05, seconds=20.0)
    fewer = contest(0, n_candidates=3, shape=SHAPE)
    assert face_rivals(fewer, result, replan=False).result is result
    assert planned(instance) is not None
