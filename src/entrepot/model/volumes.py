"""Accounts of offers: what all centres that run under an offer handle in a period."""

import numpy as np

from entrepot.instance import Instance, IntArray
from entrepot.model.accounts import Account, open_account, tiers_within
from entrepot.model.block import Block
from entrepot.model.contracts import Engagements
from entrepot.model.largest_sales import most_sold
from entrepot.terms.carriage import NETWORK
from entrepot.terms.centre import capacity
from entrepot.terms.contracts import volume_terms
from entrepot.terms.share import rival_attraction
from entrepot.terms.time import discount, middle_day


def volume_accounts(
    instance: Instance, engagements: Engagements, start: int
) -> tuple[tuple[Account, ...], list[Block]]:
    """Accounts of all offers with commitments or tiers, columns numbered from `start`, and their blocks."""
    factor = discount(instance, middle_day(instance))
    sold = most_sold(instance, rival_attraction(instance).sum(axis=0))
    accounts, blocks = [], []
    for t in range(instance.n_periods):
        for operator in np.unique(engagements.operator[engagements.runs_in(t)]).tolist():
            terms = volume_terms(instance, operator, t)
            if terms.are_plain:
                continue
            running = engagements.runs_in(t) & (engagements.operator == operator)
            sites = np.unique(engagements.site[running])
            handled = float(sold[:, t] @ instance.products.handling_factor)
            most = min(handled, _largest_room(instance, operator, sites, t))
            account, block = open_account(
                (operator, NETWORK, t),
                f"{instance.operators.labels[operator]} {instance.periods.labels[t]}",
                (
                    most,
                    terms.commitment,
                    tiers_within(terms.threshold, terms.discount, is_all_units=terms.is_all_units, most=most),
                ),
                engagements.column[running],
                most_held=len(sites),
                money=terms.rate * float(factor[t]),
                start=start,
            )
            start += len(block)
            accounts.append(account)
            blocks.append(block)
    return tuple(accounts), blocks


def _largest_room(instance: Instance, operator: int, sites: IntArray, period: int) -> float:
    """Standard parcels that the sites can handle if they are as large as they can be."""
    top = np.maximum(instance.sites.max_size[sites], instance.sites.initial_size[sites])
    return float(np.sum(capacity(instance, sites, top, period, operator)))
