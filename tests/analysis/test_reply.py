from dataclasses import replace

import numpy as np
import pytest

from analysis.contests import captured_by_referee, contest, contests, gain_by_referee, moves, planned
from entrepot.analysis.prospects import prospects_of
from entrepot.analysis.reply import find_reply, with_replies
from entrepot.errors import UsageError
from entrepot.location import Options
from entrepot.model.monolith import solve_monolith
from entrepot.model.reply import reply_problem
from entrepot.plans.referee import judge

MOST = 2


@pytest.mark.parametrize("seed", range(12))
def test_no_set_of_candidates_brings_a_rival_more_than_its_reply_by_the_referees_shares(seed: int) -> None:
    instance = contest(seed)
    ours = planned(instance)
    if ours is None:
        return
    for rival in range(2):
        reply = find_reply(instance, ours, rival, most=MOST)
        today = captured_by_referee(instance, ours, rival)
        gains = [gain_by_referee(instance, ours, each, today) for each in moves(instance, rival, MOST)]
        size = max(1.0, *gains)
        assert reply.gain == pytest.approx(max(gains), abs=1e-6 * size)
        assert gain_by_referee(instance, ours, reply, today) == pytest.approx(reply.gain, abs=1e-6 * size)
        assert max(gains) <= reply.bound + 1e-6 * size
        assert reply.bound <= reply.certified_bound + 1e-6 * size
        assert reply.captured[0] == pytest.approx(today.sum())
        after = captured_by_referee(with_replies(instance, reply), ours, rival)
        assert reply.captured[1] == pytest.approx(after.sum())


def test_replies_are_sometimes_something_and_sometimes_nothing() -> None:
    replies = [find_reply(*each, rival) for each in contests(range(8)) for rival in range(3)]
    added = [(len(reply.candidate), reply.seeks) for reply in replies]
    assert {count for count, _ in added} >= {0, 1, 2}
    assert {(True, "profit"), (True, "volume")} <= {(count > 0, seeks) for count, seeks in added}


def test_the_engine_and_the_monolithic_mip_find_the_same_reply() -> None:
    for instance, ours in contests(range(20, 26)):
        many = replace(instance, rivals=replace(instance.rivals, margin=np.full(3, 4.0)))
        prospects, _ = prospects_of(many, ours, 0, MOST)
        if prospects.value.any():
            reference = solve_monolith(reply_problem(many, prospects), Options(gap=0.0))
            assert find_reply(many, ours, 0, most=MOST).gain == pytest.approx(reference.value, abs=1e-3)


def test_a_rival_that_may_add_more_wins_no_less() -> None:
    for instance, ours in contests(range(8)):
        gains = [find_reply(instance, ours, 1, most=most).gain for most in range(4)]
        assert gains[0] == 0.0
        assert gains == sorted(gains)


def test_a_reply_keeps_no_centre_that_wins_nothing() -> None:
    for instance, ours in contests(range(8)):
        reply = find_reply(instance, ours, 1, most=3)
        for left_out in range(len(reply.candidate)):
            kept = np.arange(len(reply.candidate)) != left_out
            fewer = replace(reply, candidate=reply.candidate[kept], period=reply.period[kept])
            today = captured_by_referee(instance, ours, 1)
            assert gain_by_referee(instance, ours, fewer, today) < reply.gain


@pytest.mark.parametrize("seed", range(10))
def test_a_new_centre_of_a_rival_never_raises_the_share_of_a_fixed_plan(seed: int) -> None:
    instance = contest(seed)
    ours = planned(instance)
    if ours is None:
        return
    before = judge(instance, ours).measures
    for each in list(moves(instance, seed % 3, 1))[1:]:
        after = judge(with_replies(instance, each), ours).measures
        assert np.all(after.share <= before.share + 1e-12)
        others = np.arange(3) != seed % 3
        assert np.all(after.rival_share[others] <= before.rival_share[others] + 1e-12)
        assert np.all(after.rival_share[seed % 3] >= before.rival_share[seed % 3] - 1e-12)


def test_a_rival_without_candidates_does_nothing() -> None:
    instance = contest(0, n_candidates=1)
    ours = planned(instance)
    assert ours is not None
    reply = find_reply(instance, ours, "r2")
    assert len(reply.candidate) == 0
    assert reply.gain == reply.bound == reply.gap == 0.0
    assert with_replies(instance, reply) is instance


def test_an_unknown_rival_is_named_with_those_there_are() -> None:
    instance = contest(0)
    ours = planned(instance)
    assert ours is not None
    with pytest.raises(UsageError, match="There is no rival 'nobody'; there are r1, r2, r3"):
        find_reply(instance, ours, "nobody")


def test_rivals_have_no_part_in_a_fixed_assortment() -> None:
    instance = contest(0)
    ours = planned(instance)
    assert ours is not None
    fixed = replace(instance, choice=replace(instance.choice, assortment="fixed"))
    with pytest.raises(UsageError, match="rivals take none of it"):
        find_reply(fixed, ours, 0)
