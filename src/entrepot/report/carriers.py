"""With whom parcels travel: contracts of the carriers, and what they are paid for beside their rates."""

import numpy as np
import polars as pl

from entrepot.instance import FloatArray, Instance
from entrepot.plans.carriage import account_of, runs_of, spend_of
from entrepot.plans.plan import Plan
from entrepot.report.deliveries import Deliveries
from entrepot.terms.carriage import NETWORK, carrier_cash


def carrier_contracts_frame(instance: Instance, plan: Plan) -> pl.DataFrame:
    """One row per contract: carrier, country (or the network), first and last period, fees.

    Empty where the plan does not choose carriers. Fees are onboarding and fixed fees, not discounted.
    """
    labels = instance.periods.labels
    rows: list[dict[str, object]] = []
    for carrier in np.flatnonzero(instance.carriage.is_chosen).tolist():
        for country, first, last in runs_of(plan, carrier):
            cash = carrier_cash(instance, carrier, country, first, last)
            rows.append(
                {
                    "carrier": instance.carriers.labels[carrier],
                    "country": "all" if country == NETWORK else instance.countries.ids[country],
                    "first_period": labels[first],
                    "last_period": labels[last],
                    "fees_eur": float(-sum(payment.amount for payment in cash)),
                }
            )
    text = pl.String
    schema = {"carrier": text, "country": text, "first_period": text, "last_period": text}
    return pl.DataFrame(rows, schema={**schema, "fees_eur": pl.Float64})


def scorecard(instance: Instance, plan: Plan, deliveries: Deliveries) -> dict[str, FloatArray]:
    """What each carrier is paid and promises in each period, (n_carriers, n_periods) each.

    Returns
    -------
    dict
        discount : fraction of its rates that it gives back. commitment, shortfall : EUR of rates that it is
        promised, and what is missing to them. on_time, out_of_home : fractions.
    """
    flows = deliveries.flows
    spend = spend_of(instance, flows.service, flows.market, flows.period, deliveries.last_mile)
    shape = (len(instance.carriers.ids), instance.n_periods)
    names = ("discount", "commitment", "shortfall")
    score = {name: np.zeros(shape) for name in names}
    for carrier, t in np.ndindex(shape):
        account = account_of(instance, plan, spend, carrier, t)
        paid = max(float(spend[carrier, :, t].sum()), 1e-9)
        for name, amount in zip(
            names, (account.discount / paid, account.committed, account.shortfall), strict=True
        ):
            score[name][carrier, t] = amount
    for name in ("on_time", "out_of_home"):
        score[name] = np.repeat(getattr(instance.carriers, name)[:, None], instance.n_periods, axis=1)
    return score
