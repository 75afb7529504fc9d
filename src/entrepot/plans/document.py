"""A result as a document: JSON values in the planner's words, and back.

The format is described by `result.schema.json` beside this file.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from importlib.resources import files
from typing import Any

import numpy as np

from entrepot.errors import DataError
from entrepot.instance import FloatArray, Instance
from entrepot.plans.checksum import checksum_of
from entrepot.plans.columns import FLOW_COLUMNS, INBOUND_COLUMNS, columns_of, digest_of, fractions_of
from entrepot.plans.names import names_of, unreadable
from entrepot.plans.plan import Plan, open_sites
from entrepot.plans.reading import (
    AXES,
    read_breaches,
    read_ledger,
    read_measures,
    read_plan,
    read_proof,
    read_stages,
)
from entrepot.plans.result import RESULT_VERSION, Breach, Ledger, Measures, Proof, Result, Stage, Verdict

FORMAT = "entrepot result"


def result_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a result document."""
    text = files("entrepot.plans").joinpath("result.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def result_document(instance: Instance, result: Result, study: Mapping[str, str]) -> dict[str, Any]:
    """A result as JSON values.

    Parameters
    ----------
    study : `name`, `path` and `scenario` of the study that the instance was made from.

    Returns
    -------
    dict
        Ready for `json.dumps(..., allow_nan=False)`: numbers that are not finite are null.
    """
    plan, verdict = result.plan, result.verdict
    document: dict[str, Any] = {
        "format": FORMAT,
        "version": RESULT_VERSION,
        "study": {key: str(study.get(key, "")) for key in ("name", "path", "scenario")}
        | {"currency": instance.money.currency},
        "plan": None if plan is None else _plan(instance, plan),
        "ledger": None if verdict is None else _ledger(instance, verdict.ledger),
        "measures": None if verdict is None else measures_document(instance, verdict.measures),
        "breaches": [] if verdict is None else breaches_document(verdict.breaches),
        "proof": _proof(result.proof),
        "stages": [_stage(instance, stage) for stage in result.stages],
        "sources": [{"label": label, "statement": statement} for label, statement in instance.sources],
    }
    document["checksum"] = checksum_of(document)
    return document


def read_document(document: Mapping[str, Any], instance: Instance) -> Result:
    """A result from a document; names become indices of the instance.

    Raises
    ------
    DataError : the document is of another format or version, or uses names that the study does not have.
    """
    if document.get("format") != FORMAT:
        raise unreadable("format", str(document.get("format")), f"The file is not an {FORMAT}.")
    if document.get("version") != RESULT_VERSION:
        known = f"This version of Entrepot reads version {RESULT_VERSION}."
        raise unreadable("version", str(document.get("version")), known)
    try:
        return _read(document, instance)
    except DataError:
        raise
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
        problem = f"A part is missing or has another form than result.schema.json says ({error})."
        raise unreadable("", "", problem) from error


def _read(document: Mapping[str, Any], instance: Instance) -> Result:
    names = names_of(instance)
    plan, verdict = None, None
    if document["plan"] is not None:
        plan = read_plan(document["plan"], instance, names)
    if document["ledger"] is not None:
        verdict = Verdict(
            ledger=read_ledger(document["ledger"], names),
            measures=read_measures(document["measures"], names),
            breaches=read_breaches(document["breaches"]),
        )
    stages = read_stages(document.get("stages", []), names)
    return Result(plan, verdict, read_proof(document["proof"]), stages=stages)


def centres_document(instance: Instance, plan: Plan) -> list[dict[str, Any]]:
    """Every site that is open at some time, with its size and operator in each period in which it is."""
    names = names_of(instance)
    sites = instance.sites
    return [
        {
            "site": names["site"][site],
            "name": sites.labels[site],
            "country": instance.countries.ids[sites.country_index[site]],
            "periods": {
                label: names["size"][level - 1]
                for label, level in zip(names["period"], plan.size[site], strict=True)
                if level > 0
            },
            "operators": {
                label: names["operator"][operator]
                for label, operator in zip(names["period"], plan.operator[site], strict=True)
                if operator >= 0
            },
        }
        for site in open_sites(instance, plan)
    ]


def carriers_document(instance: Instance, plan: Plan) -> list[dict[str, Any]]:
    """Where and when each carrier is contracted."""
    names = names_of(instance)
    return [
        {
            "carrier": names["carrier"][carrier],
            "country": names["country"][country],
            "periods": [
                label
                for label, works in zip(names["period"], plan.carrier[carrier, country], strict=True)
                if works
            ],
        }
        for carrier, country in np.argwhere(plan.carrier.any(axis=2)).tolist()
    ]


def ledger_columns(instance: Instance) -> list[str]:
    """What the amounts of a ledger line are given for: the periods, then the horizon's end."""
    return [*names_of(instance)["period"], "horizon end"]


def breaches_document(breaches: tuple[Breach, ...]) -> list[dict[str, Any]]:
    """The limits that the plan does not keep."""
    return [
        {
            "limit": breach.limit,
            "place": breach.place,
            "amount": number(breach.amount),
            "allowed": number(breach.allowed),
        }
        for breach in breaches
    ]


def _plan(instance: Instance, plan: Plan) -> dict[str, Any]:
    names = names_of(instance)
    flows = columns_of(plan.flows, FLOW_COLUMNS, names)
    flows["fraction"] = fractions_of(plan.flows.fraction)
    inbound = columns_of(plan.inbound, INBOUND_COLUMNS, names)
    if (plan.inbound.fraction != 1.0).any():
        inbound["fraction"] = fractions_of(plan.inbound.fraction)
    return {
        "digest": digest_of(instance, plan),
        "centres": centres_document(instance, plan),
        "carriers": carriers_document(instance, plan),
        "flows": flows,
        "inbound": inbound,
    }


def _ledger(instance: Instance, ledger: Ledger) -> dict[str, Any]:
    rows = zip(ledger.lines, ledger.kinds, ledger.amount, ledger.discounted, strict=True)
    return {
        "columns": ledger_columns(instance),
        "lines": [
            {"line": line, "kind": kind, "amounts": numbers(amount), "discounted": number(discounted)}
            for line, kind, amount, discounted in rows
        ],
        "value": number(ledger.value),
        "controllable_cost": number(ledger.controllable_cost),
    }


def measures_document(instance: Instance, measures: Measures) -> dict[str, Any]:
    """Every measure by name: nested by country, rival, class, site ..., then one number per period."""
    names = names_of(instance)
    return {
        field.name: _by_name(getattr(measures, field.name), [names[axis] for axis in AXES[field.name]])
        for field in fields(measures)
    }


def _by_name(values: FloatArray, axes: list[tuple[str, ...]]) -> Any:
    if not axes:
        return numbers(values)
    return {name: _by_name(part, axes[1:]) for name, part in zip(axes[0], values, strict=True)}


def _proof(proof: Proof) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for field in fields(proof):
        content = getattr(proof, field.name)
        document[field.name] = number(content) if isinstance(content, float) else content
    document["trace"] = [[number(value) for value in step] for step in proof.trace]
    return document


def _stage(instance: Instance, stage: Stage) -> dict[str, Any]:
    """One of the objectives in order: what it is, then its amounts."""
    objective = stage.objective
    place = objective.country_index
    document: dict[str, Any] = {
        "objective": objective.kind,
        "hours": number(objective.hours),
        "country": None if place < 0 else names_of(instance)["country"][place],
        "tolerated_fraction": number(objective.tolerance),
        "tolerated_amount": number(objective.allowance),
    }
    for field in fields(stage):
        content = getattr(stage, field.name)
        if field.name != "objective":
            document[field.name] = number(content) if isinstance(content, float) else content
    return document


def number(value: float) -> float | None:
    """The number, or None where JSON has none for it."""
    return float(value) if np.isfinite(value) else None


def numbers(values: FloatArray) -> list[float | None]:
    """A list of numbers, None where JSON has none for one."""
    return [number(value) for value in values.tolist()]
