"""What the planner wants besides money: sourcing, relations between sites, floors, objectives in order."""

from dataclasses import dataclass

import numpy as np

from entrepot.instance.arrays import FloatArray, IntArray

SPLIT, SINGLE, STABLE = 0, 1, 2
"""Sourcing of a market and product: may be split; one source in each period; the same centre throughout."""


@dataclass(frozen=True, slots=True)
class SiteRelation:
    """Where at least `if_least` of some sites are open in a period, so many of other sites are.

    Attributes
    ----------
    label : name to show.
    if_sites : site indices. if_least : number of them that brings the rule into force; 0 = always in force.
    then_sites : site indices. then_least, then_most : centres open among them; 0 and inf = no limit.
    period : index of the period, -1 = every period.
    """

    label: str
    if_sites: tuple[int, ...]
    if_least: int
    then_sites: tuple[int, ...]
    then_least: float
    then_most: float
    period: int


@dataclass(frozen=True, slots=True)
class ShareFloor:
    """We win at least `share` of the potential of a country in a period.

    Attributes
    ----------
    share : parcels sold over potential, fraction.
    country_index : index into `Countries`, -1 = all markets together. period : index, -1 = every period.
    """

    share: float
    country_index: int
    period: int


@dataclass(frozen=True, slots=True)
class Objective:
    """One of the objectives that are pursued in order.

    Attributes
    ----------
    kind : "value" (net present value, EUR), "share" (parcels sold over potential, all periods), "service"
        (parcels promised within `hours` over potential), "carbon" (kg CO2e of all periods), "capital" (EUR
        net of grants, not discounted) or "deviation" (sites and periods whose size is not that of the
        reference plan). Value, share and service are raised, the others lowered.
    tolerance : what a later objective may cost this one, as a fraction of the best amount found.
    allowance : the same as an amount in the objective's unit; both together are allowed.
    hours : for "service", one of the class limits; nan otherwise.
    country_index : for "share" and "service", index into `Countries`, -1 = all markets together.
    """

    kind: str
    tolerance: float = 0.0
    allowance: float = 0.0
    hours: float = float("nan")
    country_index: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class Policies:
    """Rules that the planner sets.

    Attributes
    ----------
    sourcing : (n_markets, n_products) SPLIT, SINGLE or STABLE.
    max_changes : (n_periods,) openings, closings and expansions in the period, inf = no limit. A site that
        expands by several sizes at once makes one change.
    carbon_total : kg CO2e in all periods together, inf = no cap.
    relations, share_floors, objectives : none, one or more.
    reference_size : (n_sites, n_periods) size levels of the plan that "deviation" is measured from, 0 = not
        open.
    """

    sourcing: IntArray
    max_changes: FloatArray
    carbon_total: float
    relations: tuple[SiteRelation, ...]
    share_floors: tuple[ShareFloor, ...]
    objectives: tuple[Objective, ...]
    reference_size: IntArray

    def __post_init__(self) -> None:
        for array in (self.sourcing, self.max_changes, self.reference_size):
            array.setflags(write=False)


def no_policies(n_markets: int, n_products: int, n_sites: int, n_periods: int) -> Policies:
    """Policies that ask for nothing."""
    return Policies(
        sourcing=np.zeros((n_markets, n_products), dtype=np.int64),
        max_changes=np.full(n_periods, np.inf),
        carbon_total=float("inf"),
        relations=(),
        share_floors=(),
        objectives=(),
        reference_size=np.zeros((n_sites, n_periods), dtype=np.int64),
    )
