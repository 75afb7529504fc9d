"""The plan with its proof: what was found, what is proved, why it stopped."""

from dataclasses import dataclass

from entrepot.instance import FloatArray, Objective
from entrepot.plans.plan import Plan

RESULT_VERSION = 1


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Every amount of a plan, line by line.

    Attributes
    ----------
    lines : names of the lines (`terms.ledger.LINES`). kinds : "income", "cost" or "goods" per line.
    amount : (n_lines, n_periods + 1) EUR not discounted; income positive, costs negative. The last column
        holds what falls due at the horizon's end.
    discounted : (n_lines,) EUR, net present value of each line.
    """

    lines: tuple[str, ...]
    kinds: tuple[str, ...]
    amount: FloatArray
    discounted: FloatArray

    @property
    def value(self) -> float:
        """Net present value, EUR: the sum of all lines."""
        return float(self.discounted.sum())

    @property
    def controllable_cost(self) -> float:
        """Sum of all cost lines without the goods themselves, EUR discounted: the gap's denominator."""
        return float(-sum(v for v, kind in zip(self.discounted, self.kinds, strict=True) if kind == "cost"))


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """What a planner asks about a plan besides money. Arrays by period, (n_periods,) unless said.

    Attributes
    ----------
    potential : parcels demanded from all sellers. sold : our parcels. stocked, direct : their parts.
    share : (n_countries, n_periods) sold / potential.
    rival_share : (n_rivals, n_countries, n_periods) fraction of the potential.
    class_parcels : (n_classes, n_periods) parcels sold by promised service class.
    site_parcels : (n_sites, n_periods). service_parcels : (n_services, n_periods).
    operator_parcels : (n_operators, n_periods) standard parcels handled under each offer.
    gateway_parcels : (n_gateways, n_periods). gateway_weight : (n_gateways, n_periods) kg.
    utilisation : (n_sites, n_periods) peak load over capacity, 0 where closed.
    carbon : kg CO2e, flows and centres. capital : EUR net of grants, by budget period, not discounted.
    """

    potential: FloatArray
    sold: FloatArray
    stocked: FloatArray
    direct: FloatArray
    share: FloatArray
    rival_share: FloatArray
    class_parcels: FloatArray
    site_parcels: FloatArray
    service_parcels: FloatArray
    operator_parcels: FloatArray
    gateway_parcels: FloatArray
    gateway_weight: FloatArray
    utilisation: FloatArray
    carbon: FloatArray
    capital: FloatArray


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit that a plan does not keep, or a statement of it that is not possible.

    Attributes
    ----------
    limit : name. place : period, site or market concerned. amount : by how much. allowed : tolerance.
    """

    limit: str
    place: str
    amount: float
    allowed: float


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What the referee finds.

    Attributes
    ----------
    ledger, measures : recomputed from the instance and the plan. breaches : empty = the plan stands.
    """

    ledger: Ledger
    measures: Measures
    breaches: tuple[Breach, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """Bounds on the net present value, EUR, and why the search stopped.

    Attributes
    ----------
    value : the referee's value of the plan; -inf where there is no plan.
    certified_bound : by weak duality, recomputed without a solver. claimed_bound : also trusts a MIP
        solver's status.
    gap : (claimed_bound - value) / controllable cost, fraction. certified_gap : the same for the other.
    stop_reason : why it stopped. seconds : wall clock. seed, version : of the run.
    fingerprint : of the instance. solver : name of the method.
    trace : (elapsed s, value, bound) over time.
    approximation : EUR by which a plan found seems to be worth more in the problem behind the bounds, where
        chords bound concave costs (pooled stock) and fees and commitments of the ways in may be left out,
        than this plan is: a part of both gaps that no search of that problem closes.
    """

    value: float
    certified_bound: float
    claimed_bound: float
    gap: float
    certified_gap: float
    stop_reason: str
    seconds: float
    seed: int
    version: str
    fingerprint: str
    solver: str
    trace: tuple[tuple[float, float, float], ...]
    approximation: float = 0.0


@dataclass(frozen=True, slots=True)
class Stage:
    """One objective of several, in its own unit.

    Attributes
    ----------
    objective : what was pursued. found : amount of the best plan of the stage.
    claimed_bound, certified_bound : no plan that keeps the earlier objectives has more (less, where less is
        better); certified by weak duality, claimed also trusts a MIP solver's status.
    gap : distance of found and claimed bound, relative to the controllable cost for the value, to the sites
        and periods of the reference plan for the deviation, and to the amount found for all others.
    tolerance : what later objectives may cost this one. final : amount of the plan in the end.
    stop_reason : why the stage stopped. seconds : wall clock.
    """

    objective: Objective
    found: float
    claimed_bound: float
    certified_bound: float
    gap: float
    tolerance: float
    final: float
    stop_reason: str
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """Plan, verdict and proof. A bound is kept when there is no plan, and a plan when there is no bound.

    Attributes
    ----------
    memory : what the engine remembers, for `entrepot.plan(..., after=result)`; no part of the document.
    stages : of objectives pursued in order, () where the net present value was the only one.
    """

    plan: Plan | None
    verdict: Verdict | None
    proof: Proof
    memory: object | None = None
    stages: tuple[Stage, ...] = ()
