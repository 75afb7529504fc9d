from dataclasses import replace

import numpy as np
import pytest

from analysis.contests import captured_by_referee, contest, contests, gain_by_referee, moves, planned
from entrepot.analysis.behaviours import (
    ALL,
    NOBODY,
    Search,
    answering_rivals,
    behaviours_against,
    reply_together,
    same_centres,
)
from entrepot.analysis.reply import with_replies
from entrepot.errors import UsageError
from entrepot.instance.partners import no_rival_candidates


def test_together_no_rival_gains_by_adding_other_centres_than_it_does() -> None:
    for instance, ours in contests(range(6)):
        search = Search((0, 1), most=1)
        all_of_them = reply_together(instance, ours, search)
        assert all_of_them.is_settled
        for reply in all_of_them.replies:
            others = [each for each in all_of_them.replies if each.rival != reply.rival]
            around = with_replies(instance, *others)
            today = captured_by_referee(around, ours, reply.rival)
            gains = [gain_by_referee(around, ours, each, today) for each in moves(instance, reply.rival, 1)]
            held = gain_by_referee(around, ours, reply, today)
            assert held == pytest.approx(reply.gain, rel=1e-6, abs=1e-3)
            assert held >= max(gains) - 2e-6 * max(1.0, *gains)


def test_behaviours_are_nobody_each_alone_and_all() -> None:
    instance, ours = next(contests(range(5)))
    names = [each.name for each in behaviours_against(instance, ours, Search((0, 1)))]
    assert names == [NOBODY, "r1", "r2", ALL]
    assert [each.name for each in behaviours_against(instance, ours, Search((1,)))] == [NOBODY, "r2"]


def test_nobody_leaves_the_instance_as_it_is_and_replies_add_centres_from_their_period_on() -> None:
    instance, ours = next(contests(range(5)))
    nobody, first, *_ = behaviours_against(instance, ours, Search((1,)))
    assert nobody.applied(instance) is instance
    reply, after = first.replies[0], first.applied(instance)
    old, new = instance.rival_centres, after.rival_centres
    assert len(new.labels) == len(old.labels) + len(reply.candidate) > len(old.labels)
    for row, opens in zip(new.is_open[len(old.labels) :], reply.period, strict=True):
        assert row.tolist() == [period >= opens for period in range(instance.n_periods)]
    km = instance.distances.candidate_market[reply.candidate]
    np.testing.assert_array_equal(after.distances.rival_market[len(old.labels) :], km)
    assert not same_centres(nobody, first)
    assert same_centres(first, replace(first, name="another name"))


def test_rivals_that_cannot_answer_are_refused_with_the_remedy() -> None:
    instance = contest(0, n_candidates=1)
    assert answering_rivals(instance) == answering_rivals(instance, "r1") == (0,)
    with pytest.raises(UsageError, match=r"Rival r2 has no candidate centres.*rival_candidates"):
        answering_rivals(instance, ["r2"])
    with pytest.raises(UsageError, match="no rival 'x'"):
        answering_rivals(instance, ["x"])
    with pytest.raises(UsageError, match="fill in the table rival_candidates"):
        answering_rivals(replace(instance, rival_candidates=no_rival_candidates()))
    assert planned(instance) is not None
