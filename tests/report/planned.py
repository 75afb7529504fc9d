"""A plan made by hand: no solver is needed to test what is shown."""

import numpy as np

from entrepot.instance import Instance, fingerprint
from entrepot.plans.plan import Flows, Inbound, Plan
from entrepot.plans.referee import judge
from entrepot.plans.result import Proof, Result
from entrepot.terms.offers import context, direct_offer, stocked_offer
from instances import no_carriers


def planned(instance: Instance) -> Result:
    """Open the first site from the second period on; every cell takes its best way."""
    size = np.zeros((instance.n_sites, instance.n_periods), dtype=np.int64)
    size[:, :] = instance.sites.initial_size[:, None]
    size[0, min(1, instance.n_periods - 1) :] = np.maximum(size[0, min(1, instance.n_periods - 1) :], 1)
    shared = context(instance)
    ways = [(j, -1) for j in range(instance.n_sites)] + [(-1, g) for g in range(instance.n_gateways)]
    rows = []
    for t, k, i in np.ndindex(instance.n_periods, instance.n_products, instance.n_markets):
        best = (0.0, (-1, -1, 0))
        for (j, g), s in ((way, s) for way in ways for s in range(instance.n_services)):
            if j >= 0 and not size[j, t]:
                continue
            if j >= 0:
                offer = stocked_offer(instance, shared, t, i, k, j, s, size[j, t])
            else:
                offer = direct_offer(instance, shared, t, i, k, g, s)
            value = float(offer.share * offer.margin) if offer.is_available else 0.0
            best = max(best, (value, (j, g, s)))
        if best[0] > 0.0 and instance.demand[i, k, t] > 0.0:
            rows.append((t, i, k, *best[1]))
    flows = Flows(*np.array(rows, dtype=np.int64).reshape(-1, 6).T, np.ones(len(rows)))
    lane = shared.inbound.lane
    inbound = [
        (t, j, k, o, instance.lanes.gateway_index[lane[j, k, t, o]], lane[j, k, t, o])
        for t, j, k, o in np.ndindex(
            instance.n_periods, instance.n_sites, instance.n_products, instance.n_origins
        )
        if size[j, t] and lane[j, k, t, o] >= 0
    ]
    operator = np.where(size > 0, instance.sites.operator_index[:, None], -1)
    table = np.array(inbound, dtype=np.int64).reshape(-1, 6)
    inbound = Inbound(*table.T, np.ones(len(table)))
    plan = Plan(size, operator, no_carriers(instance), flows, inbound)
    verdict = judge(instance, plan)
    value, cost = verdict.ledger.value, verdict.ledger.controllable_cost
    proof = Proof(
        value=value,
        certified_bound=value + 0.02 * cost,
        claimed_bound=value + 0.01 * cost,
        gap=0.01,
        certified_gap=0.02,
        stop_reason="gap reached",
        seconds=1.5,
        seed=1,
        version="0.1.0",
        fingerprint=fingerprint(instance),
        solver="by hand",
        trace=((0.5, float("-inf"), value + cost), (1.5, value, value + 0.01 * cost)),
    )
    return Result(plan, verdict, proof)
