"""Holding a result document against the instance: what the file says, and what the referee recomputes."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from entrepot.errors import DataError
from entrepot.instance import Instance, fingerprint
from entrepot.plans.checksum import KEY, checksum_of
from entrepot.plans.columns import digest_of
from entrepot.plans.document import (
    breaches_document,
    centres_document,
    ledger_columns,
    measures_document,
    read_document,
)
from entrepot.plans.plan import Plan
from entrepot.plans.referee import judge
from entrepot.plans.result import Ledger, Result, Verdict
from entrepot.plans.stages import RAISED, amounts_of

TOLERANCE = 1e-6
"""Largest difference between two amounts that count as one, relative to max(1, |amount|)."""

NOT_RECOMPUTED = (
    "proof.approximation",
    "proof.certified_bound",
    "proof.claimed_bound",
    "proof.seconds",
    "proof.seed",
    "proof.solver",
    "proof.stop_reason",
    "proof.trace",
    "proof.version",
    "stages.certified_bound",
    "stages.claimed_bound",
    "stages.found",
    "stages.seconds",
    "stages.stop_reason",
    "study.name",
    "study.path",
    "study.scenario",
)
"""Parts that no recomputation can confirm: bounds must only be in order, the rest is what the run said."""


def differences(instance: Instance, document: Mapping[str, Any]) -> tuple[str, ...]:
    """What a result document says that its study does not bear out, the first difference first.

    Parameters
    ----------
    instance : assembled from the study that the document names.
    document : as `result_document` makes it, or read from its JSON.

    Returns
    -------
    tuple of str
        One sentence per difference with both numbers; empty where everything stands.
    """
    changed = tuple(_identity(instance, document))
    try:
        result = read_document(document, instance)
        return (
            *changed,
            *_sources(instance, document),
            *_plan(instance, document, result),
            *_proof(result),
            *_checksum(document),
        )
    except DataError as error:
        unreadable = tuple(
            f"{each.file} cannot be read{f' at {each.column}' if each.column else ''}"
            f"{f' ({each.value})' if each.value else ''}: {each.problem}"
            for each in error.findings
        )
        return (*changed, *unreadable)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return (*changed, f"result.json cannot be read: a part is missing or has another form ({error!r})")


def _identity(instance: Instance, document: Mapping[str, Any]) -> Iterator[str]:
    """The study that the result was made from is this one."""
    proof = document.get("proof")
    said = proof.get("fingerprint") if isinstance(proof, Mapping) else None
    own = fingerprint(instance)
    if said is not None and said != own:
        yield (
            f"fingerprint of the study: file says {said}, recomputed {own}: "
            "the study or the file has changed since"
        )


def _sources(instance: Instance, document: Mapping[str, Any]) -> Iterator[str]:
    """The sources shown are the study's."""
    sources = [{"label": label, "statement": statement} for label, statement in instance.sources]
    yield from _compared("sources", document["sources"], sources)


def _plan(instance: Instance, document: Mapping[str, Any], result: Result) -> Iterator[str]:
    """The plan keeps every limit, and its ledger and measures are what the referee finds."""
    plan = result.plan
    if plan is None:
        if result.verdict is not None or np.isfinite(result.proof.value):
            yield "plan: the file has a ledger or a value, but no plan"
        return
    digest = digest_of(instance, plan)
    if document["plan"]["digest"] != digest:
        said = document["plan"]["digest"]
        yield f"plan digest: file says {said}, recomputed {digest}: the plan was changed"
    verdict = judge(instance, plan)
    for breach in verdict.breaches:
        yield f"plan breaks {breach.limit} at {breach.place}, by {breach.amount:.6g}"
    if result.verdict is None:
        yield "ledger: the file has a plan, but no ledger"
        return
    if np.isnan(verdict.ledger.value):
        return
    yield from _ledger(instance, document["ledger"], result.verdict.ledger, verdict.ledger)
    yield from _other_parts(instance, document, result, plan, verdict)


def _ledger(instance: Instance, document: Mapping[str, Any], said: Ledger, own: Ledger) -> Iterator[str]:
    own_kinds, said_row = dict(zip(own.lines, own.kinds, strict=True)), _rows_of(said)
    known = [line for line in own.lines if line in said_row]
    if list(said.lines) != known or any(own_kinds[line] != said.kinds[said_row[line]] for line in known):
        yield "ledger: lines or kinds are not the ones that the referee writes"
        return
    columns = (*instance.periods.labels, "horizon end")
    nothing = np.zeros(len(columns) + 1)
    for row, line in enumerate(own.lines):
        amounts = nothing
        if line in said_row:
            amounts = np.append(said.amount[said_row[line]], said.discounted[said_row[line]])
        for label, theirs, ours in zip(columns, amounts[:-1], own.amount[row], strict=True):
            yield from _number(f"ledger line {line}, {label}", theirs, ours)
        yield from _number(f"ledger line {line}, discounted", amounts[-1], own.discounted[row])
    yield from _number("ledger value", document["value"], own.value)
    yield from _number("ledger controllable cost", document["controllable_cost"], own.controllable_cost)


def _rows_of(ledger: Ledger) -> dict[str, int]:
    """Row of every line; a line of a later version that a file lacks counts as nothing."""
    return {line: row for row, line in enumerate(ledger.lines)}


def _other_parts(
    instance: Instance, document: Mapping[str, Any], result: Result, plan: Plan, verdict: Verdict
) -> Iterator[str]:
    """Measures, breaches and the words about centres, against a document made anew."""
    yield from _compared("measures", document["measures"], measures_document(instance, verdict.measures))
    yield from _compared("ledger columns", document["ledger"]["columns"], ledger_columns(instance))
    yield from _compared("plan centres", document["plan"]["centres"], centres_document(instance, plan))
    yield from _compared("breaches", document["breaches"], breaches_document(verdict.breaches))
    yield from _stages(instance, result, verdict)
    yield from _number("proof value", document["proof"]["value"], verdict.ledger.value)
    proof = result.proof
    for name, bound in (("gap", proof.claimed_bound), ("certified_gap", proof.certified_bound)):
        cost = max(abs(verdict.ledger.controllable_cost), 1e-10)
        gap = max(bound - verdict.ledger.value, 0.0) / cost if np.isfinite(bound) else np.inf
        yield from _number(f"proof {name}", document["proof"][name], gap)


def _stages(instance: Instance, result: Result, verdict: Verdict) -> Iterator[str]:
    """What is left of each objective in order, recomputed, and that it is within the stage's tolerance."""
    if result.plan is None or not result.stages:
        return
    own = amounts_of(instance, result.plan, verdict, tuple(stage.objective for stage in result.stages))
    for number, (stage, amount) in enumerate(zip(result.stages, own, strict=True), start=1):
        name = f"stage {number}, {stage.objective.kind}"
        yield from _number(f"{name}, final amount", stage.final, amount)
        sign = 1.0 if stage.objective.kind in RAISED else -1.0
        slack = TOLERANCE * max(
            abs(stage.found), abs(verdict.ledger.controllable_cost) * (stage.objective.kind == "value")
        )
        if sign * amount < sign * stage.found - stage.tolerance - slack:
            yield f"{name}: found {stage.found:,.6f}, tolerance {stage.tolerance:,.6f}, left {amount:,.6f}"
        if sign * amount > sign * stage.claimed_bound + slack:
            yield f"{name}: the plan has {amount:,.6f}, beyond the bound {stage.claimed_bound:,.6f}"


def _proof(result: Result) -> Iterator[str]:
    """Value, claimed and certified bound stand in this order."""
    proof = result.proof
    pairs = (
        ("value", proof.value, "claimed bound", proof.claimed_bound),
        ("claimed bound", proof.claimed_bound, "certified bound", proof.certified_bound),
    )
    for low_name, low, high_name, high in pairs:
        if low > high + TOLERANCE * max(1.0, abs(low)):
            yield f"proof: {low_name} {low:,.6f} is above {high_name} {high:,.6f}"
    if result.plan is None and (np.isfinite(proof.gap) or np.isfinite(proof.certified_gap)):
        yield "proof gap: the file states a gap, but there is no plan"


def _checksum(document: Mapping[str, Any]) -> Iterator[str]:
    own = checksum_of(document)
    if document.get(KEY) != own:
        yield (
            f"checksum: file says {document.get(KEY)}, recomputed {own}: the file was changed after it was "
            "written; where nothing is named above, the change is smaller than the tolerance or in a part "
            f"that cannot be recomputed ({', '.join(NOT_RECOMPUTED)})"
        )


def _compared(place: str, said: Any, own: Any) -> Iterator[str]:
    """Differences between two JSON values, leaf by leaf."""
    if isinstance(own, Mapping) and isinstance(said, Mapping) and set(own) == set(said):
        for key, value in own.items():
            yield from _compared(f"{place}, {key}", said[key], value)
    elif isinstance(own, list) and isinstance(said, list) and len(own) == len(said):
        for number, value in enumerate(own):
            yield from _compared(f"{place}, {number + 1}", said[number], value)
    elif isinstance(own, float) or isinstance(said, float):
        yield from _number(place, said, own)
    elif said != own:
        yield f"{place}: file says {said!r}, recomputed {own!r}"


def _number(place: str, said: Any, own: float | None) -> Iterator[str]:
    """A difference beyond the tolerance; null stands for whatever is not finite."""
    is_number = isinstance(said, int | float) and not isinstance(said, bool) and bool(np.isfinite(said))
    shown = f"{said:,.6f}" if is_number else repr(said)
    if own is None or not np.isfinite(own):
        if is_number:
            yield f"{place}: file says {shown}, recomputed no number"
    elif not is_number or abs(float(said) - own) > TOLERANCE * max(1.0, abs(own)):
        yield f"{place}: file says {shown}, recomputed {own:,.6f}"
