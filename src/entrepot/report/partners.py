"""With whom: the contracts of a plan, and every offer of an operator side by side."""

import numpy as np
import polars as pl

from entrepot.instance import Instance
from entrepot.plans.contracts import Contract, contracts_of, discount_of
from entrepot.plans.plan import Plan
from entrepot.plans.result import Measures
from entrepot.terms.contracts import contract_cash, volume_terms


def operator_names(instance: Instance, plan: Plan, site: int) -> list[str]:
    """Who runs a site in each period, "" where it is closed."""
    return [instance.operators.labels[q] if q >= 0 else "" for q in plan.operator[site]]


def main_operator(instance: Instance, plan: Plan, site: int) -> str:
    """Who runs a site, one after the other where that changes."""
    names = [name for name in operator_names(instance, plan, site) if name]
    return ", then ".join(dict.fromkeys(names))


def contracts_frame(instance: Instance, plan: Plan) -> pl.DataFrame:
    """One row per contract: centre, offer, first and last period, fees that do not depend on parcels."""
    labels = instance.periods.labels
    rows = [
        {
            "site": instance.sites.ids[each.site],
            "centre": instance.sites.labels[each.site],
            "firm": instance.contracts.firm[each.operator],
            "offer": instance.operators.labels[each.operator],
            "first_period": "before" if each.first < 0 else labels[each.first],
            "last_period": "ended at once" if each.last < 0 else labels[each.last],
            "fees_eur": _fees(instance, each),
        }
        for each in contracts_of(instance, plan)
    ]
    text = pl.String
    schema = {"site": text, "centre": text, "firm": text, "offer": text, "first_period": text,
              "last_period": text, "fees_eur": pl.Float64}  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def operators_frame(instance: Instance, plan: Plan, measures: Measures) -> pl.DataFrame:
    """Scorecard: one row per offer and period, chosen or not.

    Price per standard parcel before and after volume discounts, volume against commitment, centres, on-time
    share, risk and capabilities.
    """
    volumes = measures.operator_parcels
    rows = [
        _score(instance, plan, float(volumes[q, t]), q, t)
        for q in range(len(instance.operators.ids))
        for t in range(instance.n_periods)
    ]
    text, number = pl.String, pl.Float64
    schema = {"firm": text, "offer": text, "period": text, "centres": pl.Int64, "standard_parcels": number,
              "commitment": number, "eur_per_parcel": number, "eur_per_parcel_after_discount": number,
              "on_time": number, "risk": number, "capabilities": text}  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def _fees(instance: Instance, contract: Contract) -> float:
    cash = contract_cash(instance, contract.site, contract.operator, contract.first, contract.last)
    return float(-sum(payment.amount for payment in cash))


def _score(instance: Instance, plan: Plan, volume: float, operator: int, period: int) -> dict[str, object]:
    terms, contracts = volume_terms(instance, operator, period), instance.contracts
    back = discount_of(terms.threshold, terms.discount, volume, is_all_units=terms.is_all_units)
    n_centres = int(np.sum(plan.operator[:, period] == operator))
    return {
        "firm": contracts.firm[operator],
        "offer": instance.operators.labels[operator],
        "period": instance.periods.labels[period],
        "centres": n_centres,
        "standard_parcels": volume,
        "commitment": terms.commitment * n_centres,
        "eur_per_parcel": terms.rate,
        "eur_per_parcel_after_discount": terms.rate * (1.0 - back / volume) if volume > 0.0 else terms.rate,
        "on_time": float(instance.operators.on_time[operator]),
        "risk": float(contracts.risk[operator]),
        "capabilities": " ".join(contracts.capabilities[operator]),
    }
