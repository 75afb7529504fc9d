"""Every figure of a result as a table: the one source of CSV files, workbook, summary and page."""

import numpy as np
import polars as pl

from entrepot.analysis.losses import lost_to
from entrepot.errors import UsageError
from entrepot.instance import FloatArray, Instance
from entrepot.plans.plan import Plan
from entrepot.plans.result import Proof, Result, Verdict
from entrepot.report.borders import borders_frame
from entrepot.report.carriers import carrier_contracts_frame
from entrepot.report.currency import frame_in
from entrepot.report.customers import (
    carriers_frame,
    countries_frame,
    flows_frame,
    markets_frame,
    products_frame,
    rivals_frame,
    service_frame,
    within_three_days,
)
from entrepot.report.deliveries import Deliveries, deliveries_of
from entrepot.report.hauls import gateways_frame, lanes_frame
from entrepot.report.network import capital_frame, centres_frame, timeline_frame
from entrepot.report.partners import contracts_frame, operators_frame
from entrepot.report.split import split_frame
from entrepot.report.stages import stages_frame
from entrepot.report.stock import stock_frame

HORIZON_END = "at the end"
MILLION = 1e6
ONE_OFF = ("capital", "exit")
"""Lines that fall due once, not with the parcels of a period."""

STOP_REASONS = {
    "gap reached": "the gap asked for is proven",
    "proved": "no better plan exists",
    "time limit": "the time allowed was used up",
    "round limit": "the number of rounds allowed was used up",
    "no progress": "exact searches found only plans that were known",
    "solver failed": "the solver failed; the plan and the bound found before are kept",
    "interrupted": "it was interrupted by the user",
    "approximation": "what is left of the gap is how the bound values stock and the ways in, not the search",
    "infeasible": "the limits contradict each other",
}
"""Why a run stopped, in plain words."""


def frames(instance: Instance, result: Result) -> dict[str, pl.DataFrame]:
    """Every table of a result; money in the study's currency, units in the column names.

    Parameters
    ----------
    instance : the problem. result : of a run on it.

    Returns
    -------
    dict
        Name -> table: summary, centres, contracts, operators, timeline, capital, carriers,
        carrier_contracts, rivals,
        countries, products, split, borders, service, ledger, gateways, lanes, flows, markets, proof,
        assumptions;
        stages where objectives were pursued in order; stock where it follows from throughput.

    Raises
    ------
    UsageError : the result holds no plan.
    """
    plan, verdict = plan_and_verdict(result)
    tables = tables_of(instance, result, deliveries_of(instance, plan), plan, verdict)
    return {name: frame_in(table, instance.money.currency) for name, table in tables.items()}


def plan_and_verdict(result: Result) -> tuple[Plan, Verdict]:
    """The plan of a result and what the referee found.

    Raises
    ------
    UsageError : the result holds no plan.
    """
    if result.plan is None or result.verdict is None:
        raise UsageError(
            "The result holds no plan, so there is nothing to show. Give the run more --seconds."
        )
    return result.plan, result.verdict


def tables_of(
    instance: Instance, result: Result, deliveries: Deliveries, plan: Plan, verdict: Verdict
) -> dict[str, pl.DataFrame]:
    """As `frames`, with the deliveries already valued; columns of money end in "eur" in any currency."""
    measures = verdict.measures
    in_order = {"stages": stages_frame(instance, result.stages)} if result.stages else {}
    pooled = {"stock": stock_frame(instance, plan, deliveries)} if instance.stock.is_pooled else {}
    return {
        "summary": summary_frame(instance, plan, verdict),
        "centres": centres_frame(instance, plan, measures),
        "contracts": contracts_frame(instance, plan),
        "operators": operators_frame(instance, plan, measures),
        "timeline": timeline_frame(instance, plan),
        "capital": capital_frame(instance, measures),
        "carriers": carriers_frame(instance, plan, deliveries),
        "carrier_contracts": carrier_contracts_frame(instance, plan),
        "rivals": rivals_frame(instance, measures, lost_to(instance, plan)),
        "countries": countries_frame(instance, measures, deliveries),
        "products": products_frame(instance, deliveries),
        "split": split_frame(instance, deliveries),
        "borders": borders_frame(instance),
        "service": service_frame(instance, measures),
        "ledger": ledger_frame(instance, verdict),
        "gateways": gateways_frame(instance, measures),
        "lanes": lanes_frame(instance, deliveries),
        "flows": flows_frame(instance, deliveries),
        "markets": markets_frame(instance, deliveries),
        "proof": proof_frame(result.proof, instance.money.currency),
        "assumptions": pl.DataFrame(
            {"about": [a for a, _ in instance.sources], "statement": [b for _, b in instance.sources]},
            schema={"about": pl.String, "statement": pl.String},
        ),
        **in_order,
        **pooled,
    }


def running_cost(instance: Instance, verdict: Verdict) -> FloatArray:
    """Cost of each period without the goods, capital and exit cost, (n_periods,) EUR not discounted."""
    ledger = verdict.ledger
    is_running = np.array(
        [k == "cost" and line not in ONE_OFF for line, k in zip(ledger.lines, ledger.kinds, strict=True)]
    )
    cost: FloatArray = -ledger.amount[is_running][:, : instance.n_periods].sum(axis=0)
    return cost


def summary_frame(instance: Instance, plan: Plan, verdict: Verdict) -> pl.DataFrame:
    """One row per period: what a planner asks first."""
    measures, ledger = verdict.measures, verdict.ledger
    sold = np.maximum(measures.sold, 1e-9)
    return pl.DataFrame(
        {
            "period": instance.periods.labels,
            "centres_open": (plan.size > 0).sum(axis=0),
            "potential_parcels": measures.potential,
            "parcels": measures.sold,
            "share": measures.sold / np.maximum(measures.potential, 1e-9),
            "stocked_share": measures.stocked / sold,
            "within_3_days": within_three_days(instance, measures),
            "capital_eur": measures.capital,
            "net_eur": ledger.amount[:, : instance.n_periods].sum(axis=0),
            "running_cost_eur_per_parcel": running_cost(instance, verdict) / sold,
            "carbon_t": measures.carbon / 1000.0,
        }
    )


def ledger_frame(instance: Instance, verdict: Verdict) -> pl.DataFrame:
    """One row per line of the ledger: EUR by period, what falls due at the end, and the present value."""
    ledger = verdict.ledger
    columns: dict[str, object] = {"line": ledger.lines, "kind": ledger.kinds}
    for t, label in enumerate((*instance.periods.labels, HORIZON_END)):
        columns[label] = ledger.amount[:, t]
    columns["present_value_eur"] = ledger.discounted
    return pl.DataFrame(columns)


def proof_frame(proof: Proof, currency: str) -> pl.DataFrame:
    """What was found, what is proved, why it stopped."""
    approximation = {}
    if proof.approximation > 0.0:
        name = f"part of the gap that is how the bound values pooled stock and the ways in, {currency}"
        approximation[name] = f"{proof.approximation:.2f}"
    rows = {
        f"net present value, {currency}": f"{proof.value:.2f}",
        f"bound that trusts the MIP solver, {currency}": f"{proof.claimed_bound:.2f}",
        f"bound recomputed without a solver, {currency}": f"{proof.certified_bound:.2f}",
        "gap, fraction of controllable cost": f"{proof.gap:.6f}",
        "gap by the recomputed bound, fraction": f"{proof.certified_gap:.6f}",
        **approximation,
        "stopped because": why_it_stopped(proof),
        "solver": proof.solver,
        "seconds": f"{proof.seconds:.1f}",
        "seed": str(proof.seed),
        "version": proof.version,
        "fingerprint of the data": proof.fingerprint,
    }
    return pl.DataFrame({"item": list(rows), "value": list(rows.values())})


def why_it_stopped(proof: Proof) -> str:
    """Why a run stopped, in plain words."""
    return STOP_REASONS.get(proof.stop_reason, proof.stop_reason)


def plain(name: str) -> str:
    """A name of the code as words: "last_mile" -> "Last mile"."""
    return name.replace("_", " ").capitalize().replace("Vat ", "VAT ")
