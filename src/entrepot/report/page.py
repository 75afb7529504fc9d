"""The report: one HTML file that holds everything and asks for nothing."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from jinja2 import Environment

from entrepot.geography.outlines import OUTLINES_SOURCE
from entrepot.instance import Instance
from entrepot.plans.plan import Plan, open_sites
from entrepot.plans.result import Proof, Result, Stage, Verdict
from entrepot.report.currency import sign_of
from entrepot.report.deliveries import deliveries_of
from entrepot.report.figures import STOP_REASONS, plain, plan_and_verdict, tables_of
from entrepot.report.map_data import map_data
from entrepot.report.partners import main_operator
from entrepot.report.stages import stage_amount, stage_label

SCRIPTS = ("map.js", "charts.js", "page.js")


def write_report(path: str | Path, instance: Instance, result: Result) -> Path:
    """Write the report: map, figures, proof and assumptions in one HTML file that opens without a network.

    Parameters
    ----------
    path : file to write. instance : the problem. result : of a run on it.

    Raises
    ------
    UsageError : the result holds no plan.
    """
    target = Path(path)
    target.write_text(page_text(instance, result), encoding="utf-8")
    return target


def page_text(instance: Instance, result: Result) -> str:
    """The report as text."""
    template = Environment(autoescape=True).from_string(asset("template.html"))
    return template.render(
        title=instance.name,
        style=asset("page.css"),
        data=as_script(page_data(instance, result)),
        script="\n".join(asset(name) for name in SCRIPTS),
        sources=(*instance.sources, ("Map", OUTLINES_SOURCE)),
        currency=instance.money.currency,
        proof=[
            *proof_rows(result.proof, instance.money.currency),
            *_stage_rows(instance, result.stages),
        ],
    )


def as_script(data: Any) -> str:
    """JSON that may stand inside a script element: no "<" can end it early."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def page_data(instance: Instance, result: Result) -> dict[str, Any]:
    """Everything that the page's script draws."""
    plan, verdict = plan_and_verdict(result)
    deliveries = deliveries_of(instance, plan)
    tables = tables_of(instance, result, deliveries, plan, verdict)
    shown = (
        "summary",
        "capital",
        "carriers",
        "products",
        "split",
        "service",
        "timeline",
        "gateways",
        "lanes",
    )
    return {
        "name": instance.name,
        "money": sign_of(instance.money.currency),
        "periods": list(instance.periods.labels),
        "years": [round(float(years), 4) for years in instance.periods.years],
        "countries": list(instance.countries.labels),
        "codes": list(instance.countries.ids),
        "firms": list(instance.rivals.labels),
        "classHours": [float(h) if np.isfinite(h) else None for h in instance.choice.class_hours],
        "isSound": not verdict.breaches,
        "isPathChosen": instance.inbound.is_chosen,
        "isFixed": instance.choice.assortment == "fixed",
        "open": open_sites(instance, plan),
        "map": map_data(instance, plan, verdict.measures, deliveries),
        "ledger": _ledger(verdict),
        "rivalShare": np.round(verdict.measures.rival_share, 4).tolist(),
        "ourShare": np.round(verdict.measures.share, 4).tolist(),
        "sites": _sites(instance, plan, verdict),
        "proof": _proof(result.proof),
        "centresRows": _rows(tables["centres"]),
        "countriesRows": _rows(tables["countries"]),
        "stock": _rows(tables["stock"]) if "stock" in tables else [],
        **{name: _rows(tables[name]) for name in shown},
    }


def _sites(instance: Instance, plan: Plan, verdict: Verdict) -> list[dict[str, Any]]:
    sites, measures = instance.sites, verdict.measures
    return [
        {
            "site": j,
            "label": sites.labels[j],
            "country": instance.countries.labels[sites.country_index[j]],
            "operator": main_operator(instance, plan, j),
            "rent": round(float(sites.rent[j]), 2),
            "wage": round(float(sites.wage[j]), 2),
            "sizes": [instance.sizes.labels[c - 1] if c else "" for c in plan.size[j]],
            "areas": [round(float(instance.sizes.area[c - 1])) if c else 0 for c in plan.size[j]],
            "use": np.round(measures.utilisation[j], 4).tolist(),
        }
        for j in open_sites(instance, plan)
    ]


def _ledger(verdict: Verdict) -> list[dict[str, Any]]:
    ledger = verdict.ledger
    return [
        {
            "line": plain(line),
            "kind": kind,
            "amounts": np.round(amounts).tolist(),
            "value": round(float(value)),
        }
        for line, kind, amounts, value in zip(
            ledger.lines, ledger.kinds, ledger.amount, ledger.discounted, strict=True
        )
    ]


def _proof(proof: Proof) -> dict[str, Any]:
    def finite(value: float) -> float | None:
        return float(value) if np.isfinite(value) else None

    return {
        "value": finite(proof.value),
        "bound": finite(proof.claimed_bound),
        "gap": finite(proof.gap),
        "certifiedGap": finite(proof.certified_gap),
        "seconds": round(proof.seconds, 1),
        "trace": [[finite(number) for number in step] for step in proof.trace],
    }


def _stage_rows(instance: Instance, stages: tuple[Stage, ...]) -> list[tuple[str, str]]:
    """Each of the objectives in order: best amount found, bound, and what the plan keeps of it."""
    rows = []
    for number, stage in enumerate(stages, start=1):
        shown = [
            stage_amount(instance, stage, each) for each in (stage.found, stage.claimed_bound, stage.final)
        ]
        words = f"best found {shown[0]}, bound {shown[1]} (gap {_percent(stage.gap)}); this plan {shown[2]}"
        if number < len(stages):
            words += f"; might cost {stage_amount(instance, stage, stage.tolerance)}"
        rows.append((f"Objective {number}: {stage_label(instance, stage)}", words))
    return rows


def proof_rows(proof: Proof, currency: str) -> list[tuple[str, str]]:
    """What is proved of a plan, and by what, in words."""
    return [
        ("Net present value of the plan", _millions(proof.value, currency)),
        ("No plan is worth more than", _millions(proof.claimed_bound, currency)),
        ("Same, recomputed without a solver", _millions(proof.certified_bound, currency)),
        ("Gap, of controllable cost", _percent(proof.gap)),
        ("Gap by the recomputed bound", _percent(proof.certified_gap)),
        *(
            [
                (
                    "Part of the gaps that is how the bound values stock and ways in",
                    _millions(proof.approximation, currency),
                )
            ]
            if proof.approximation > 0.0
            else []
        ),
        ("Stopped because", STOP_REASONS.get(proof.stop_reason, proof.stop_reason)),
        ("Solver", f"{proof.solver}, {proof.seconds:.1f} s, seed {proof.seed}"),
        ("Version", f"Entrepot {proof.version}"),
        ("Fingerprint of the data", proof.fingerprint[:16]),
    ]


def _millions(value: float, currency: str) -> str:
    return f"{currency} {value / 1e6:,.2f} million" if np.isfinite(value) else "not known"


def _percent(fraction: float) -> str:
    if not np.isfinite(fraction):
        return "not known"
    return f"{100 * fraction:.3g} %" if fraction == 0.0 or fraction >= 1e-4 else "less than 0.01 %"


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    rounded = frame.with_columns(pl.col(pl.Float64).round(4), pl.col(pl.Date).cast(pl.String))
    return rounded.to_dicts()


def asset(name: str) -> str:
    """Text of a file that pages are made of."""
    return files("entrepot.report").joinpath("assets", name).read_text(encoding="utf-8")
