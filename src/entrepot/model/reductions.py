"""Ways that no optimal plan needs. Each rule is exact: leaving these ways out keeps the optimal value.

Way b beats way a of the same cell if b is possible wherever a is, is worth at least as much at every
configuration, and uses no more of capacity, service floors and carbon. So a is beaten

* by serving nobody, if it is worth no more than that (or than the penalty) and helps no floor;
* by a direct way, which needs no centre and no capacity;
* by a slower way of the same facility, which sells no more; or of two direct ways.

Where the plan chooses carriers, only ways of one carrier are compared, for the contract of another may be
missing. A euro of rates can be worth up to `SpendTerms.largest_gain` by what it saves in commitments and
earns in discounts, so ways are compared at no gain and at the largest; values in between are their mixtures.
"""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance
from entrepot.model.facilities import ANY_AMOUNT
from entrepot.model.layout import NONE
from entrepot.model.menu import Menu
from entrepot.terms.carriage import NETWORK, most_parcels, spend_terms


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """What counts in a comparison of ways, all (n_classes, F, M) per potential parcel.

    Attributes
    ----------
    is_shown : still on the menu. most, least : value at the best and the worst configuration, EUR
        discounted. gain : the most that the rates of the way can be worth by their amount alone, EUR
        discounted; None = nothing. uses : use of each resource that counts them, negative = helps.
        capacity : parcels.
    """

    is_shown: BoolArray
    most: FloatArray
    least: FloatArray
    gain: FloatArray | None
    uses: tuple[FloatArray, ...]
    capacity: FloatArray


@dataclass(frozen=True, slots=True)
class Scene:
    """Country, period and carrier of the ways that are compared; -1 = all carriers without a contract."""

    country: int
    period: int
    carrier: int


def standing(instance: Instance, menu: Menu, shift: tuple[FloatArray, FloatArray], scene: Scene) -> Standing:
    """Standing of a menu.

    Parameters
    ----------
    shift : (best, worst) shift of each facility, (F,) EUR/parcel discounted.
    """
    best, worst = (menu.volume * bound[None, :, None] for bound in shift)
    limits = instance.choice.class_hours
    uses = [
        menu.volume * (floor.share - (limits <= floor.hours))[:, None, None]
        for floor in instance.limits.service
        if floor.country_index in (NONE, scene.country)
    ]
    uses += _uses_of_policies(instance, menu, scene.country, scene.period)
    uses += _uses_of_carrier(instance, menu, scene)
    most, least = menu.value + best, menu.value + worst
    return Standing(menu.is_shown, most, least, _gain(instance, menu, scene), tuple(uses), menu.volume)


def _gain(instance: Instance, menu: Menu, scene: Scene) -> FloatArray | None:
    """The most that the rates of each way save in commitments and earn in discounts."""
    if scene.carrier == NONE:
        return None
    terms = spend_terms(instance, scene.carrier, scene.period)
    return None if terms.are_plain else menu.rates * min(terms.largest_gain, ANY_AMOUNT)


def _uses_of_carrier(instance: Instance, menu: Menu, scene: Scene) -> list[FloatArray]:
    """Parcels, where the carrier takes only so many."""
    if scene.carrier == NONE:
        return []
    rooms = [most_parcels(instance, scene.carrier, place, scene.period) for place in (NETWORK, scene.country)]
    return [menu.volume] if np.isfinite(rooms).any() else []


def _uses_of_policies(instance: Instance, menu: Menu, country: int, period: int) -> list[FloatArray]:
    """What counts for carbon caps, share floors and the objectives besides money; each use once."""
    policies, objectives = instance.policies, instance.policies.objectives
    here = [each for each in objectives if each.country_index in (NONE, country)]
    kinds = {each.kind for each in here}
    uses = []
    caps = (instance.limits.carbon_cap[period], policies.carbon_total)
    if np.isfinite(caps).any() or "carbon" in kinds:
        uses.append(menu.carbon)
    floors = [each for each in policies.share_floors if each.country_index in (NONE, country)]
    if floors or "share" in kinds:
        uses.append(-menu.volume)
    limits = instance.choice.class_hours
    for hours in sorted({each.hours for each in here if each.kind == "service"}):
        uses.append(-menu.volume * (limits <= hours)[:, None, None])
    return uses


def beaten_by_nothing(mine: Standing, fallback: float) -> BoolArray:
    """Ways worth no more than serving nobody, `fallback` EUR per potential parcel, that help no resource."""
    most = mine.most if mine.gain is None else mine.most + mine.gain
    beaten: BoolArray = most <= fallback
    for use in mine.uses:
        beaten = beaten & (use >= 0.0)
    return beaten


def beaten_by_direct(mine: Standing, direct: Standing) -> BoolArray:
    """Stocked ways worth no more than a direct way (F = 1) that uses no more of any resource."""
    beaten = np.zeros(mine.most.shape, dtype=np.bool_)
    for level in np.flatnonzero(direct.is_shown.any(axis=(1, 2))):
        is_beaten = direct.is_shown[level] & (direct.most[level] >= mine.most)
        if mine.gain is not None and direct.gain is not None:
            is_beaten &= direct.most[level] + direct.gain[level] >= mine.most + mine.gain
        for use, theirs in zip(mine.uses, direct.uses, strict=True):
            is_beaten &= theirs[level] <= use
        beaten |= is_beaten
    return beaten


def beaten_by_slower(mine: Standing) -> BoolArray:
    """Ways worth no more than a slower one of the same facility that uses no more of anything."""
    beaten = np.zeros(mine.most.shape, dtype=np.bool_)
    for slower in range(1, len(mine.most)):
        is_beaten = mine.is_shown[slower] & (mine.most[slower] >= mine.most[:slower])
        is_beaten &= mine.least[slower] >= mine.least[:slower]
        if mine.gain is not None:
            is_beaten &= mine.most[slower] + mine.gain[slower] >= mine.most[:slower] + mine.gain[:slower]
            is_beaten &= mine.least[slower] + mine.gain[slower] >= mine.least[:slower] + mine.gain[:slower]
        is_beaten &= mine.capacity[slower] <= mine.capacity[:slower]
        for use in mine.uses:
            is_beaten &= use[slower] <= use[:slower]
        beaten[:slower] |= is_beaten
    return beaten
