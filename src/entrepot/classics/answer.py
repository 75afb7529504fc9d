"""Answer to a classic problem, as arrays that do not change."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from entrepot.location import Siting, StopReason
from entrepot.location.problem import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Open sites, who is served from where, and what is proved.

    Attributes
    ----------
    open_sites : (n_open,) ascending indices; empty where no plan was found.
    site_of_customer : (n_customers,) site that serves the customer, the largest part of it where it is split;
        -1 = not served, or not covered.
    customer, site, fraction : (n_used,) pairs that are used, sorted by customer, and the part served.
    value : of the plan: cost, largest distance, weight covered or captured; +-inf where there is no plan.
    bound : no plan is better than this. It may trust a MIP solver's status.
    certified_bound : the same, recomputed without trusting a solver.
    gap : |value - bound| / |value|. stop_reason : why the run ended. seconds : wall clock.
    """

    open_sites: IntArray
    site_of_customer: IntArray
    customer: IntArray
    site: IntArray
    fraction: FloatArray
    value: float
    bound: float
    certified_bound: float
    gap: float
    stop_reason: StopReason
    seconds: float

    @property
    def is_proved(self) -> bool:
        """Whether the plan is proved to be the best there is."""
        return self.stop_reason == "proved"

    @property
    def is_infeasible(self) -> bool:
        """Whether it is proved that there is no plan."""
        return self.stop_reason == "infeasible"


def answer_of(siting: Siting, n_customers: int) -> Answer:
    """The answer that a siting gives; the arrays are copied and locked."""
    open_sites = np.zeros(0, dtype=np.int64) if siting.open_sites is None else siting.open_sites
    return Answer(
        open_sites=_locked(open_sites, np.int64),
        site_of_customer=_locked(_main_site(siting, n_customers), np.int64),
        customer=_locked(siting.customer, np.int64),
        site=_locked(siting.site, np.int64),
        fraction=_locked(siting.fraction, np.float64),
        value=float(siting.value),
        bound=float(siting.claimed_bound),
        certified_bound=float(siting.certified_bound),
        gap=float(siting.gap),
        stop_reason=siting.stop_reason,
        seconds=siting.seconds,
    )


def _main_site(siting: Siting, n_customers: int) -> IntArray:
    main = np.full(n_customers, -1, dtype=np.int64)
    order = np.argsort(siting.fraction, kind="stable")
    main[siting.customer[order]] = siting.site[order]
    return main


def _locked(array: Any, kind: Any) -> Any:
    copy = np.array(array, dtype=kind)
    copy.setflags(write=False)
    return copy
