"""Tiny instances with round numbers, one per constraint family: what the golden .lp files show."""

from dataclasses import replace

import numpy as np

from entrepot.instance import (
    InboundTerms,
    Instance,
    ServiceFloor,
    ShareFloor,
    SiteRelation,
    Sites,
    StockTerms,
    plain_carriage,
)
from instances import Shape, random_instance, without_clearance


def plain(sites: int = 1, periods: int = 2) -> Instance:
    """Candidate sites 200, 400 ... km off, sizes S and M, one market and one product, no limit at all."""
    shape = Shape(sites=sites, sizes=2, markets=1, products=1, periods=periods, countries=2)
    instance = without_clearance(random_instance(np.random.default_rng(7), shape, assortment="choice"))
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


def _with_offers(instance: Instance, **terms: object) -> Instance:
    """Both offers are open to the first site; `terms` are those of the third party."""
    n = len(instance.sites.ids)
    operators = replace(
        instance.operators, fixed_fee=np.array([0.0, 1e5]), bears_rent=np.array([False, True]),
        bears_capital=np.array([False, True]), pick_and_pack=np.array([0.0, 1.5]), storage=np.zeros(2),
    )  # fmt: skip
    may_run = np.arange(2)[None, :] == np.zeros((n, 1))
    may_run[0] = True
    return replace(
        _with_sites(instance, may_run=may_run),
        operators=operators,
        contracts=replace(instance.contracts, **terms),  # type: ignore[arg-type]
    )


def two_tenures() -> Instance:
    """A site that the retailer runs on its own, or a third party that bears rent and capital."""
    return _with_offers(plain(), exit_fee=np.array([0.0, 5e4]), term=np.array([0.0, 2.0]))


def two_offers_of_one_tenure() -> Instance:
    """Two third parties that bear the same costs: either can follow the other."""
    instance = _with_offers(plain())
    operators = replace(
        instance.operators, ids=("east", "west"), labels=("East", "West"), is_own=np.zeros(2, dtype=np.bool_),
        fixed_fee=np.array([2e5, 1e5]), pick_and_pack=np.array([1.0, 1.5]),
        bears_rent=np.ones(2, dtype=np.bool_), bears_capital=np.ones(2, dtype=np.bool_),
    )  # fmt: skip
    return replace(instance, operators=operators)


def commitment() -> Instance:
    """A third party that is paid for 60,000 parcels a year at least."""
    return _with_offers(plain(periods=1), commitment=np.array([0.0, 60_000.0]))


def incremental_tiers() -> Instance:
    """10 % off above 20,000 standard parcels, 25 % above 40,000."""
    return _with_offers(plain(periods=1), **_TIERS)


def all_units_tiers() -> Instance:
    """10 % off all parcels from 20,000 on, 25 % from 40,000 on."""
    return _with_offers(plain(periods=1), is_all_units=np.array([False, True]), **_TIERS)


def slow_start() -> Instance:
    """A third party that handles 100 parcels a day in the first period."""
    return _with_offers(plain(), first_capacity=np.array([np.inf, 100.0]))


def one_partner() -> Instance:
    """Two sites, two third parties, of which one may be chosen."""
    instance = replace(plain(sites=2, periods=1), operators=two_offers_of_one_tenure().operators)
    sites = _with_sites(instance, may_run=np.eye(2, dtype=np.bool_), operator_index=np.arange(2))
    return _with_limits(sites, max_partners=np.ones(1))


def exclusive_partner() -> Instance:
    """Two sites of one country, two third parties, of which one works alone or not at all."""
    instance = one_partner()
    contracts = replace(instance.contracts, is_exclusive=np.array([True, False]))
    return _with_limits(replace(instance, contracts=contracts), max_partners=np.full(1, np.inf))


_TIERS = {
    "tier_from": np.array([[np.inf, np.inf], [20_000.0, 40_000.0]]),
    "tier_discount": np.array([[0.0, 0.0], [0.1, 0.25]]),
}


def _with_policies(instance: Instance, **changes: object) -> Instance:
    return replace(instance, policies=replace(instance.policies, **changes))  # type: ignore[arg-type]


def single_source() -> Instance:
    """One offer serves the market whole."""
    return _with_policies(plain(sites=2, periods=1), sourcing=np.ones((1, 1), dtype=np.int64))


def stable_source() -> Instance:
    """The same centre serves the market in both periods."""
    instance = plain(sites=2)
    small = replace(instance.sizes, labels=("S",), **_first_size(instance))
    one_size = replace(
        instance, sizes=small, sites=replace(instance.sites, max_size=np.ones(2, dtype=np.int64))
    )
    return _with_policies(one_size, sourcing=np.full((1, 1), 2, dtype=np.int64))


def _first_size(instance: Instance) -> dict[str, object]:
    names = ("ids", "area", "capacity", "equipment", "fixed_hours", "handling_hours", "energy")
    return {name: getattr(instance.sizes, name)[:1] for name in names}


def site_relation() -> Instance:
    """If two of three are open, Lodz is; if Venlo is, Madrid is not; never Lodz and Madrid."""
    return _with_policies(
        plain(sites=3, periods=1),
        relations=(
            SiteRelation("pair needs Lodz", (0, 1, 2), 2, (0,), 1.0, np.inf, -1),
            SiteRelation("Venlo bars Madrid", (1,), 1, (2,), 0.0, 0.0, 0),
            SiteRelation("Lodz or Madrid", (), 0, (0, 2), 0.0, 1.0, -1),
        ),
    )


def changes() -> Instance:
    """One change in a period; a standing centre that expands by two sizes at once makes one."""
    instance = plain(sites=2, periods=1)
    opened = np.array([instance.periods.start_day[0] - 730, 0])
    three = replace(
        instance.sizes,
        labels=("S", "M", "L"),
        **{
            name: np.append(getattr(instance.sizes, name), getattr(instance.sizes, name)[-1:] * 1.5)
            for name in ("area", "capacity", "equipment", "fixed_hours", "handling_hours", "energy")
        },
        ids=("S", "M", "L"),
    )
    standing = _with_sites(
        replace(instance, sizes=three),
        status=("existing", "candidate"),
        initial_size=np.array([1, 0]),
        opened_day=opened,
        max_size=np.array([3, 1]),
    )
    return _with_policies(standing, max_changes=np.ones(1))


def share_floor() -> Instance:
    """We win 5 % of the potential at least."""
    return _with_policies(plain(periods=1), share_floors=(ShareFloor(0.05, -1, -1),))


def carbon_total() -> Instance:
    """A cap on the emissions of both periods together."""
    return _with_policies(plain(), carbon_total=400_000.0)


def _with_carriers(instance: Instance, **terms: object) -> Instance:
    """Both carriers must be contracted; `terms` are those of both."""
    n_countries = len(instance.countries.ids)
    carriage = replace(
        plain_carriage(2, n_countries),
        is_chosen=np.ones(2, dtype=np.bool_),
        onboarding=np.array([20_000.0, 30_000.0]),
        onboarding_in=np.full((2, n_countries), 5_000.0),
        fixed_fee_in=np.full((2, n_countries), 1_000.0),
    )
    return replace(instance, carriage=replace(carriage, **terms))  # type: ignore[arg-type]


def carriers_under_contract() -> Instance:
    """Two carriers, at least two of them wherever one works, for two periods at least."""
    instance = _with_limits(plain(), min_carriers=np.full(2, 2.0))
    return _with_carriers(instance, term=np.array([2.0, 0.0]))


def carriers_with_capacities() -> Instance:
    """Parcels a day of each carrier, in the country and in all."""
    instance = plain(periods=1)
    instance = replace(instance, carriers=replace(instance.carriers, capacity=np.array([200.0, np.inf])))
    return _with_carriers(instance, capacity_in=np.full((2, 2), 150.0))


def carriers_with_commitments() -> Instance:
    """Rates that must be paid for, and tiers: incremental over the network, and for all units by country."""
    return _with_carriers(
        plain(periods=1),
        commitment=np.array([60_000.0, 0.0]),
        tier_from=np.array([[80_000.0, 160_000.0], [50_000.0, 120_000.0]]),
        tier_discount=np.array([[0.05, 0.12], [0.04, 0.1]]),
        is_all_units=np.array([False, True]),
        counts_by_country=np.array([False, True]),
    )


def stock_pooled() -> Instance:
    """Stock that follows from throughput, and room for some of it."""
    instance = plain()
    lanes = len(instance.lanes.mode)
    terms = StockTerms(
        is_pooled=True,
        review_days=7.0,
        items=np.array([400.0]),
        variability=np.array([2.0]),
        cycle_service=np.array([np.nan]),
        fill_rate=np.array([0.95]),
        reference_demand=np.array([100.0]),
        transit_sd=np.full(lanes, 3.0),
        storage=np.array([20.0, np.inf]),
    )
    return replace(instance, stock=terms)


def chosen_paths() -> Instance:
    """One gateway that takes 50 kg a day, one with a fee, and a commitment on the first lane."""
    instance = plain(periods=1)
    n_lanes = len(instance.lanes.mode)
    lanes = replace(instance.lanes, is_open=np.ones((n_lanes, 1), dtype=np.bool_))
    first = np.arange(n_lanes) == 0
    terms = InboundTerms(
        is_chosen=True,
        gateway_capacity=np.array([0.05, np.inf, np.inf]),
        gateway_fee=np.array([0.0, 0.0, 20_000.0]),
        lane_capacity=np.where(np.arange(n_lanes) == n_lanes - 1, 0.2, np.inf),
        commitment=np.where(first, 5.0, 0.0),
        shortfall_fee=np.where(first, 100.0, 0.0),
    )
    return replace(instance, lanes=lanes, inbound=terms)


CASES = (
    plain, existing, fixed, forced, forbidden, dated, budget, budget_carried_over, counts, service_floor,
    carbon_cap, fixed_assortment, two_tenures, two_offers_of_one_tenure, commitment, incremental_tiers,
    all_units_tiers, slow_start, one_partner, exclusive_partner,
    single_source, stable_source, site_relation, changes, share_floor, carbon_total,
    carriers_under_contract, carriers_with_capacities, carriers_with_commitments, chosen_paths,
    stock_pooled,
)  # fmt: skip
