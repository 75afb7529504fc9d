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

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray, Instance, IntArray
from entrepot.kernels.outranking import outranked_by_later, outranked_by_others
from entrepot.model.facilities import ANY_AMOUNT
from entrepot.model.layout import NONE
from entrepot.model.menu import Menu
from entrepot.terms.carriage import NETWORK, most_parcels, spend_terms


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """What counts besides the value of a way, where the ways of a country and a carrier are compared.

    Attributes
    ----------
    gain : (T,) the most that a euro of rates saves in commitments and earns in discounts.
    class_uses : (n_rules, n_classes) use per parcel sold of each floor and objective, negative = helps.
    parcels, carbon : (T,) bool, whether a resource counts parcels and emissions.
    """

    gain: FloatArray
    class_uses: FloatArray
    parcels: BoolArray
    carbon: BoolArray


OF_FACILITY = 3
"""Number of the last scores, by which only ways of one facility are compared."""


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """What counts in a comparison of ways, by cell and facility.

    Attributes
    ----------
    cell : (n,) index. place : (n,) ascending number of cell and facility.
    score : (n_scores, n) per potential parcel, the more the better. Value at the best configuration, without
        and with the most that the rates can be worth by their amount alone, EUR discounted; what it helps
        each resource that counts it, negative = uses; value at the worst configuration, without and with the
        same gain; less the parcels that need room.
    """

    cell: IntArray
    place: IntArray
    score: FloatArray

    def where(self, kept: BoolArray) -> "Standing":
        """The part that is kept, (n,) bool."""
        return Standing(self.cell[kept], self.place[kept], self.score[:, kept])


def counts(instance: Instance, country: int, carrier: int) -> Counts:
    """What counts in a country for the ways of a carrier, -1 = all carriers without a contract."""
    class_uses = [*_uses_of_floors(instance, country), *_uses_of_objectives(instance, country)]
    return Counts(
        gain=_gain(instance, carrier),
        class_uses=np.array(class_uses).reshape(len(class_uses), instance.n_classes),
        parcels=_limits_parcels(instance, country, carrier),
        carbon=_counts_carbon(instance, country),
    )


def standing(
    menu: Menu, shift: tuple[FloatArray, FloatArray], discount: FloatArray, room: FloatArray, counted: Counts
) -> Standing:
    """Standing of a menu.

    Parameters
    ----------
    shift : (best, worst) shift of each facility, (T, F) EUR/parcel discounted. discount : (T,).
    room : (n,) parcels that need room.
    """
    most, least = (menu.value + menu.volume * bound[menu.period, menu.facility] for bound in shift)
    extra = menu.paid * discount[menu.period] * counted.gain[menu.period]
    scores = [most, most + extra, *_helps(menu, counted), least, least + extra, -room]
    return Standing(menu.cell, menu.cell * shift[0].shape[1] + menu.facility, np.array(scores))


def _helps(menu: Menu, counted: Counts) -> Iterator[FloatArray]:
    """What each way helps a resource, negative = uses, (n,) each."""
    for use in counted.class_uses:
        yield -menu.volume * use[menu.service_class]
    if counted.parcels.any():
        yield -menu.volume * counted.parcels[menu.period]
    if counted.carbon.any():
        yield -menu.carbon * counted.carbon[menu.period]


def _gain(instance: Instance, carrier: int) -> FloatArray:
    """The most that a euro of rates saves in commitments and earns in discounts, (T,)."""
    gain = np.zeros(instance.n_periods)
    for period in range(instance.n_periods) if carrier != NONE else ():
        terms = spend_terms(instance, carrier, period)
        gain[period] = 0.0 if terms.are_plain else min(terms.largest_gain, ANY_AMOUNT)
    return gain


def _limits_parcels(instance: Instance, country: int, carrier: int) -> BoolArray:
    """Periods in which the carrier takes only so many parcels, (T,)."""
    limited = np.zeros(instance.n_periods, dtype=np.bool_)
    for period in range(instance.n_periods) if carrier != NONE else ():
        rooms = [most_parcels(instance, carrier, place, period) for place in (NETWORK, country)]
        limited[period] = np.isfinite(rooms).any()
    return limited


def _counts_carbon(instance: Instance, country: int) -> BoolArray:
    """Periods in which a cap or an objective counts emissions, (T,)."""
    policies = instance.policies
    kinds = {each.kind for each in policies.objectives if each.country_index in (NONE, country)}
    always = bool(np.isfinite(policies.carbon_total)) or "carbon" in kinds
    counted: BoolArray = np.isfinite(instance.limits.carbon_cap) | always
    return counted


def _uses_of_floors(instance: Instance, country: int) -> list[FloatArray]:
    """Use of every service floor per parcel of each class, (n_classes,) each."""
    limits = instance.choice.class_hours
    return [
        np.where(limits <= floor.hours, floor.share - 1.0, floor.share)
        for floor in instance.limits.service
        if floor.country_index in (NONE, country)
    ]


def _uses_of_objectives(instance: Instance, country: int) -> list[FloatArray]:
    """What counts for share floors and for objectives besides money and carbon; each use once."""
    policies, limits = instance.policies, instance.choice.class_hours
    here = [each for each in policies.objectives if each.country_index in (NONE, country)]
    floors = [each for each in policies.share_floors if each.country_index in (NONE, country)]
    uses = []
    if floors or any(each.kind == "share" for each in here):
        uses.append(-np.ones(len(limits)))
    for hours in sorted({each.hours for each in here if each.kind == "service"}):
        uses.append(np.where(limits <= hours, -1.0, 0.0))
    return uses


def beaten_by_nothing(mine: Standing, fallback: FloatArray) -> BoolArray:
    """Ways worth no more than serving nobody that help no resource.

    Parameters
    ----------
    fallback : (n,) EUR per potential parcel, discounted.
    """
    beaten: BoolArray = (mine.score[1] <= fallback) & (mine.score[2:-OF_FACILITY] <= 0.0).all(axis=0)
    return beaten


def beaten_by_direct(mine: Standing, direct: Standing) -> BoolArray:
    """Stocked ways worth no more than a direct way of their cell that uses no more of any resource."""
    ours, theirs = mine.score[:-OF_FACILITY], direct.score[:-OF_FACILITY]
    return outranked_by_others(mine.cell, ours, direct.cell, theirs)


def beaten_by_slower(mine: Standing) -> BoolArray:
    """Ways worth no more than a slower one of the same facility that uses no more of anything."""
    return outranked_by_later(mine.place, mine.score)
