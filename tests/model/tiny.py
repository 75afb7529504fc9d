"""Tiny instances with round numbers, one per constraint family: what the golden .lp files show."""

from dataclasses import replace

import numpy as np

from entrepot.instance import Instance, ServiceFloor, Sites
from instances import Shape, random_instance


def plain(sites: int = 1, periods: int = 2) -> Instance:
    """Candidate sites 200, 400 ... km off, sizes S and M, one market and one product, no limit at all."""
    shape = Shape(sites=sites, sizes=2, markets=1, products=1, periods=periods, countries=2)
    instance = random_instance(np.random.default_rng(7), shape, assortment="choice")
    return replace(
        instance,
        name="tiny",
        sites=_candidates(instance.sites),
        sizes=replace(instance.sizes, labels=("S", "M"), capacity=np.array([300.0, 900.0])),
        periods=replace(instance.periods, labels=tuple(str(2027 + t) for t in range(periods))),
        choice=replace(instance.choice, model="logit", none=-np.inf),
        operations=replace(instance.operations, direct_handling_cost=1.0),
        distances=replace(instance.distances, site_market=np.arange(1, sites + 1)[:, None] * 200.0),
        limits=replace(
            instance.limits,
            budget=np.full(periods, np.inf),
            min_centres=np.zeros(periods),
            max_centres=np.full(periods, np.inf),
            max_openings=np.full(periods, np.inf),
            carbon_cap=np.full(periods, np.inf),
            service=(),
            carries_over=False,
        ),
        demand=np.full((1, 1, periods), 100_000.0),
    )


def _candidates(sites: Sites) -> Sites:
    n = len(sites.ids)
    return replace(
        sites,
        labels=("Lodz", "Venlo", "Madrid")[:n],
        country_index=np.zeros(n, dtype=np.int64),
        status=("candidate",) * n,
        operator_index=np.zeros(n, dtype=np.int64),
        may_run=np.arange(2)[None, :] == np.zeros((n, 1)),
        initial_size=np.zeros(n, dtype=np.int64),
        opened_day=np.zeros(n, dtype=np.int64),
        earliest_period=np.zeros(n, dtype=np.int64),
        latest_period=np.full(n, sites.latest_period.max()),
        rent=np.full(n, 60.0),
        wage=np.full(n, 12.0),
        fit_out=np.full(n, 100.0),
        grant_share=np.zeros(n),
        lead_time=np.zeros(n),
    )


def _with_limits(instance: Instance, **changes: object) -> Instance:
    return replace(instance, limits=replace(instance.limits, **changes))  # type: ignore[arg-type]


def _with_sites(instance: Instance, **changes: object) -> Instance:
    return replace(instance, sites=replace(instance.sites, **changes))  # type: ignore[arg-type]


def existing() -> Instance:
    """A centre that stands before the horizon and may expand or close."""
    opened = plain().periods.start_day[:1] - 730
    return _with_sites(plain(), status=("existing",), initial_size=np.array([1]), opened_day=opened)


def fixed() -> Instance:
    """A centre that stays as it is."""
    opened = plain().periods.start_day[:1] - 730
    return _with_sites(plain(), status=("fixed",), initial_size=np.array([2]), opened_day=opened)


def forced() -> Instance:
    """One of two sites must open in the first period."""
    return _with_sites(
        plain(sites=2, periods=1), status=("forced", "candidate"), latest_period=np.array([0, 0])
    )


def forbidden() -> Instance:
    """A site that may never open: only direct parcels are left."""
    return _with_sites(plain(), status=("forbidden",))


def dated() -> Instance:
    """A site that may open in the second of three periods only."""
    return _with_sites(plain(periods=3), earliest_period=np.array([1]), latest_period=np.array([1]))


def budget() -> Instance:
    """A budget in both periods."""
    return _with_limits(plain(), budget=np.array([500_000.0, 250_000.0]))


def budget_carried_over() -> Instance:
    """The same budget, of which what is left may be spent later."""
    return _with_limits(budget(), carries_over=True)


def counts() -> Instance:
    """One to two centres in a period, one opening."""
    return _with_limits(
        plain(sites=3, periods=1),
        min_centres=np.ones(1),
        max_centres=np.full(1, 2.0),
        max_openings=np.ones(1),
    )


def service_floor() -> Instance:
    """Half of the parcels within 72 hours."""
    floor = ServiceFloor(hours=72.0, share=0.5, country_index=-1)
    return _with_limits(plain(periods=1), service=(floor,))


def carbon_cap() -> Instance:
    """A cap on the emissions of parcels and centres."""
    return _with_limits(plain(periods=1), carbon_cap=np.full(1, 200_000.0))


def fixed_assortment() -> Instance:
    """Everybody must be served or be paid a penalty."""
    instance = plain(periods=1)
    return replace(instance, choice=replace(instance.choice, assortment="fixed", unserved_penalty=20.0))


CASES = (
    plain, existing, fixed, forced, forbidden, dated, budget, budget_carried_over, counts, service_floor,
    carbon_cap, fixed_assortment,
)  # fmt: skip
