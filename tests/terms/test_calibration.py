import dataclasses

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from entrepot.errors import UsageError
from entrepot.instance import Instance
from entrepot.terms.calibration import Calibration, OwnTarget, calibrate
from entrepot.terms.share import market_share, none_attraction, own_attraction, rival_attraction
from instances import Shape, random_instance


def _berlin_only(tiny: Instance) -> Instance:
    demand = tiny.demand.copy()
    demand[1] = 0.0
    return dataclasses.replace(tiny, demand=demand)


def _fitted(instance: Instance, fit: Calibration) -> Instance:
    if instance.choice.model == "huff":
        rivals = dataclasses.replace(instance.rivals, size=fit.rival_constant)
        choice = dataclasses.replace(instance.choice, huff_size=fit.own_constant)
    else:
        rivals = dataclasses.replace(instance.rivals, attraction=fit.rival_constant)
        choice = dataclasses.replace(instance.choice, attraction=fit.own_constant)
    return dataclasses.replace(instance, rivals=rivals, choice=choice)


def test_in_one_market_the_constants_are_the_logarithms_of_the_shares(tiny: Instance):
    fit = calibrate(_berlin_only(tiny), {"shop": 0.5, "far": 0.25})
    assert fit.rival_constant == pytest.approx([1 + np.log(2), 2.6])
    assert fit.rival_share == pytest.approx([0.5, 0.25])
    assert fit.none_share == pytest.approx(0.25)
    assert fit.own_constant == 1.5
    assert fit.own_share == 0.0


def test_the_fitted_model_gives_the_shares_over_all_markets(tiny: Instance):
    fit = calibrate(tiny, {"shop": 0.24, "far": 0.21}, OwnTarget(0.1, np.array([62.4, 170.4])))
    instance = _fitted(tiny, fit)
    weight = tiny.demand[:, 0, 0] / tiny.demand[:, 0, 0].sum()
    rivals = rival_attraction(instance)[:, :, 0]
    own = own_attraction(instance, np.array([62.4, 170.4]), 3.0)
    total = own + rivals.sum(axis=0) + none_attraction(instance)
    assert (rivals / total) @ weight == pytest.approx([0.24, 0.21])
    assert market_share(instance, own, rivals.sum(axis=0)) @ weight == pytest.approx(0.1)
    assert calibrate(instance, {"shop": 0.24, "far": 0.21}).rounds <= fit.rounds


def test_shares_that_leave_little_to_others_are_found_too(tiny: Instance):
    fit = calibrate(tiny, {"shop": 0.6, "far": 0.399})
    assert fit.rival_share == pytest.approx([0.6, 0.399])


def test_a_rival_without_target_keeps_its_constant(tiny: Instance):
    fit = calibrate(tiny, {"far": 0.3})
    assert fit.rival_constant[0] == 1.0
    assert fit.rival_share[1] == pytest.approx(0.3)


@given(seed=st.integers(0, 2**32 - 1), parts=st.lists(st.floats(0.01, 1), min_size=5, max_size=5))
@settings(max_examples=40, deadline=None)
def test_any_shares_of_rivals_that_offer_everywhere_are_reached(seed: int, parts: list[float]):
    rng = np.random.default_rng(seed)
    instance = random_instance(rng, Shape(rivals=3), assortment="choice")
    rivals = dataclasses.replace(instance.rivals, direct_time=rng.uniform(20, 300, 3))
    choice = dataclasses.replace(instance.choice, none=0.0)
    instance = dataclasses.replace(instance, rivals=rivals, choice=choice)
    assume(instance.demand[:, :, 0].sum() > 0)
    target = np.array(parts) / sum(parts)
    wanted, own = dict(zip(instance.rivals.ids, target[:3], strict=True)), OwnTarget(target[3], 100.0)
    fit = calibrate(instance, wanted, own)
    assert fit.rival_share == pytest.approx(target[:3])
    assert fit.own_share == pytest.approx(target[3])
    assert fit.none_share == pytest.approx(target[4])
    assert calibrate(_fitted(instance, fit), wanted, own).rounds <= 1


@pytest.mark.parametrize(
    ("targets", "own", "message"),
    [
        ({"shop": 0.7, "far": 0.3}, None, "sum to 1 and leave nothing.*scale them down"),
        ({"shop": 0.5, "far": 0.3}, OwnTarget(0.4, 60.0), "sum to 1.2"),
        ({"shop": 24.0}, None, "24 % is 0.24"),
        ({"shoop": 0.2}, None, "no such rival: shoop. The study has: shop, far"),
    ],
)
def test_targets_that_make_no_sense_are_refused(
    tiny: Instance, targets: dict[str, float], own: OwnTarget | None, message: str
):
    with pytest.raises(UsageError, match=message):
        calibrate(tiny, targets, own)


def test_a_share_beyond_a_rivals_reach_is_refused(tiny: Instance):
    closed = dataclasses.replace(tiny.rival_centres, is_open=np.zeros((2, 2), dtype=np.bool_))
    with pytest.raises(UsageError, match="no offer in the period from: shop"):
        calibrate(dataclasses.replace(tiny, rival_centres=closed), {"shop": 0.2})


def test_without_a_rest_of_the_market_there_is_nothing_to_fit(tiny: Instance):
    nobody = dataclasses.replace(tiny, choice=dataclasses.replace(tiny.choice, none=-np.inf))
    with pytest.raises(UsageError, match=r"nobody is left.*choice\.none"):
        calibrate(nobody, {"shop": 0.5, "far": 0.25})


def test_a_period_without_demand_is_refused(tiny: Instance):
    with pytest.raises(UsageError, match="2026 has no demand"):
        calibrate(dataclasses.replace(tiny, demand=np.zeros((2, 1, 2))), {"shop": 0.5})


def test_huff_needs_a_power_of_size(tiny: Instance):
    flat = dataclasses.replace(tiny.choice, model="huff", huff_size_power=0.0)
    with pytest.raises(UsageError, match="size power"):
        calibrate(dataclasses.replace(tiny, choice=flat), {"shop": 0.5})


def test_too_few_steps_are_told(tiny: Instance):
    with pytest.raises(UsageError, match="did not settle in 1 steps"):
        calibrate(tiny, {"shop": 0.6, "far": 0.1}, max_rounds=1)
