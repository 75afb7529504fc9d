from dataclasses import replace

import numpy as np
import pytest

from analysis.contests import contest, planned
from entrepot.analysis.losses import lost_to
from entrepot.instance import Instance
from entrepot.plans.plan import Plan
from entrepot.plans.referee import judge


def without(instance: Instance, rival: int) -> Instance:
    """The instance in which a rival offers nothing."""
    is_own = instance.rival_centres.rival_index == rival
    is_open = instance.rival_centres.is_open & ~is_own[:, None]
    direct = np.where(np.arange(len(instance.rivals.ids)) == rival, np.inf, instance.rivals.direct_time)
    return replace(
        instance,
        rival_centres=replace(instance.rival_centres, is_open=is_open),
        rivals=replace(instance.rivals, direct_time=direct),
    )


@pytest.mark.parametrize("seed", range(6))
def test_what_we_lose_to_a_rival_is_what_the_referee_finds_without_it(seed: int) -> None:
    instance = contest(seed)
    ours: Plan | None = planned(instance)
    if ours is None:
        return
    lost, now = lost_to(instance, ours), judge(instance, ours).measures.share
    for rival in range(3):
        then = judge(without(instance, rival), ours).measures.share
        np.testing.assert_allclose(lost[rival], then - now, atol=1e-9)


def test_with_a_fixed_assortment_nothing_is_lost() -> None:
    instance = contest(0)
    ours = planned(instance)
    assert ours is not None
    fixed = replace(instance, choice=replace(instance.choice, assortment="fixed"))
    assert not lost_to(fixed, ours).any()
