"""A contest with rivals as tables, JSON and on screen: planned by hand, no plan is searched."""

import io
import json

import numpy as np
import polars as pl
import pytest
from rich.console import Console

from analysis.contests import contest
from entrepot.analysis import Contest, RegretTable, RobustChoice, Search, behaviours_against
from entrepot.instance import Instance
from entrepot.plans.referee import judge
from entrepot.report import contest_document, contest_frames, print_contest
from entrepot.report.contest import country_potential
from report.conftest import planned

Faced = tuple[Instance, Contest]


@pytest.fixture(scope="module")
def faced() -> Faced:
    instance = contest(3)
    result = planned(instance)
    assert result.plan is not None
    behaviours = behaviours_against(instance, result.plan, Search((0, 1), most=2))
    verdicts = tuple(judge(each.applied(instance), result.plan) for each in behaviours)
    names, n = tuple(each.name for each in behaviours), len(behaviours)
    value = np.arange(3.0 * n).reshape(3, n) * 1e6
    value[2, 1] = np.nan
    regret = RegretTable(
        ("ignore", "re-route", "follow"), names, value, np.ones((3, n), dtype=np.bool_), np.full(n, np.inf)
    )
    robust = RobustChoice(("our plan", "pre-empt r1"), names, value[:2])
    answers = (result,) * n
    return instance, Contest(result, behaviours, verdicts, answers, answers, regret, robust)


def test_what_firms_win_and_lose_is_the_difference_of_their_parcels(faced: Faced) -> None:
    instance, each = faced
    frames = contest_frames(instance, each)
    assert set(frames) == {"replies", "behaviours", "shares", "regret", "robust"}
    ours = frames["shares"].filter(pl.col("firm") == "our offer")
    lost = frames["behaviours"]["lost_parcels"].to_list()
    for behaviour, parcels in zip(each.behaviours[1:], lost[1:], strict=True):
        won = ours.filter(pl.col("behaviour") == behaviour.name)["won_parcels"].sum()
        assert -won == pytest.approx(parcels, rel=1e-9, abs=1e-6)
    potential = country_potential(instance).sum()
    total = frames["shares"].group_by("behaviour").agg(pl.col("won_parcels").sum())["won_parcels"].to_numpy()
    assert np.all(total >= -1e-9 * potential)  # what all firms together win, they win from nobody


def test_a_reply_has_a_row_per_centre_with_what_it_brings(faced: Faced) -> None:
    instance, each = faced
    frame = contest_frames(instance, each)["replies"]
    added = sum(max(len(reply.candidate), 1) for one in each.behaviours for reply in one.replies)
    assert frame.height == added
    assert (frame["gain"] <= frame["no_reply_gains_more"]).all()
    assert (frame["captured_before_parcels"] <= frame["captured_after_parcels"]).all()


def test_the_document_is_json_without_nan_and_names_the_choice(faced: Faced) -> None:
    document = contest_document(*faced)
    text = json.dumps(document, allow_nan=False)
    assert json.loads(text)["format"] == "entrepot rivals"
    assert document["choice"]["robust_plan"] == "pre-empt r1"
    assert document["choice"]["least_regret"] == "re-route"
    assert any(row["value_eur"] is None for row in document["regret"])


def test_the_screen_shows_every_part_within_a_hundred_columns(faced: Faced) -> None:
    stream = io.StringIO()
    print_contest(Console(file=stream, width=100), *faced)
    text = stream.getvalue()
    for words in (
        "Replies",
        "Our plan as it stands",
        "What we lose to whom",
        "Regret, EUR m",
        "Robust choice",
    ):
        assert words in text
    assert max(map(len, text.splitlines()[:-3])) <= 100
    assert "Best at its worst: pre-empt r1" in text
