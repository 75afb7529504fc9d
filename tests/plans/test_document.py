"""A result becomes a document and comes back."""

import json
from dataclasses import fields

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from entrepot.errors import DataError
from entrepot.instance import Instance, fingerprint
from entrepot.plans.document import read_document, result_document, result_schema
from entrepot.plans.plan import Plan
from entrepot.plans.referee import judge
from entrepot.plans.result import Proof, Result
from instances import random_instance
from plans.random_plans import random_plan

STUDY = {"name": "random", "path": "../study", "scenario": ""}
NO_PLAN = float("-inf")


def proof_of(instance: Instance, value: float, cost: float) -> Proof:
    return Proof(
        value=value,
        certified_bound=value + 0.02 * cost,
        claimed_bound=value + 0.01 * cost,
        gap=0.01,
        certified_gap=0.02,
        stop_reason="gap reached",
        seconds=12.5,
        seed=1,
        version="0.1.0",
        fingerprint=fingerprint(instance),
        solver="price-cut-plan",
        trace=((0.5, NO_PLAN, float("inf")), (2.0, value - 1.0, value + cost)),
    )


def some_result(seed: int) -> tuple[Instance, Result]:
    rng = np.random.default_rng(seed)
    instance = random_instance(rng)
    plan = random_plan(rng, instance)
    verdict = judge(instance, plan)
    cost = max(verdict.ledger.controllable_cost, 1e-10)
    return instance, Result(plan, verdict, proof_of(instance, verdict.ledger.value, cost))


def as_file(document: dict[str, object]) -> dict[str, object]:
    again: dict[str, object] = json.loads(json.dumps(document, allow_nan=False))
    return again


@pytest.mark.parametrize("seed", range(12))
def test_a_document_validates_and_comes_back_the_same(seed: int) -> None:
    instance, result = some_result(seed)
    document = result_document(instance, result, STUDY)
    read = as_file(document)
    Draft202012Validator.check_schema(result_schema())
    Draft202012Validator(result_schema()).validate(read)
    again = result_document(instance, read_document(read, instance), STUDY)
    assert json.dumps(again) == json.dumps(document)


def test_a_plan_comes_back_row_for_row() -> None:
    instance, result = some_result(3)
    plan = read_document(as_file(result_document(instance, result, STUDY)), instance).plan
    assert plan is not None
    assert result.plan is not None
    assert np.array_equal(plan.size, result.plan.size)
    for part in ("flows", "inbound"):
        for field in fields(getattr(plan, part)):
            said, own = (
                getattr(getattr(plan, part), field.name),
                getattr(getattr(result.plan, part), field.name),
            )
            assert np.array_equal(said, own), field.name


def test_a_bound_is_kept_when_there_is_no_plan() -> None:
    instance, _ = some_result(1)
    proof = proof_of(instance, 0.0, 1e6)
    nothing = Proof(
        **{field.name: getattr(proof, field.name) for field in fields(proof)}
        | {"value": NO_PLAN, "gap": float("inf"), "certified_gap": float("inf")}
    )
    document = as_file(result_document(instance, Result(None, None, nothing), STUDY))
    Draft202012Validator(result_schema()).validate(document)
    again = read_document(document, instance)
    assert again.plan is None
    assert again.verdict is None
    assert again.proof == nothing


def test_a_large_plan_stays_small_on_disk() -> None:
    instance, result = some_result(3)
    n = 150_000
    rng = np.random.default_rng(0)
    assert result.plan is not None
    flows = result.plan.flows
    wide = type(flows)(
        period=rng.integers(0, 2, n),
        market=rng.integers(0, 5, n),
        product=rng.integers(0, 2, n),
        site=rng.integers(0, 3, n),
        gateway=np.full(n, -1),
        service=rng.integers(0, 2, n),
        fraction=np.where(rng.random(n) < 0.95, 1.0, rng.random(n)),
    )
    plan = Plan(result.plan.size, result.plan.operator, result.plan.carrier, wide, result.plan.inbound)
    document = result_document(instance, Result(plan, result.verdict, result.proof), STUDY)
    longer_market_numbers = 3 * n
    assert len(json.dumps(document)) + longer_market_numbers < 6_000_000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(format="something"), "not an entrepot result"),
        (lambda d: d.update(version=99), "reads version 1"),
        (lambda d: d["plan"]["flows"]["names"].update(market=["nowhere"] * 9), "no market of this name"),
        (lambda d: d["plan"]["centres"].append({"site": "nowhere", "periods": {}}), "no site of this name"),
        (lambda d: d["plan"]["flows"].update(market=[99]), "points to a name that is not in the list"),
        (lambda d: d["plan"]["flows"]["market"].append(0), "differ in length"),
        (lambda d: d["plan"]["flows"]["fraction"].append(0.5), "differ in length"),
        (lambda d: d["plan"]["flows"].update(market=["a"]), "not a list of whole numbers"),
        (lambda d: d["plan"].pop("inbound"), "part is missing"),
        (lambda d: d["measures"].update(carbon=[1.0]), "one number per period"),
        (lambda d: d["measures"]["share"].update(XX=[1.0, 1.0]), "no country of this name"),
        (lambda d: d["ledger"]["lines"][0].update(amounts=[1.0]), "part is missing|one amount per period"),
        (lambda d: d["proof"].update(seconds="soon"), "not a number"),
    ],
)  # fmt: skip
def test_a_document_that_does_not_fit_is_a_data_error(change: object, message: str) -> None:
    instance, result = some_result(3)
    document = as_file(result_document(instance, result, STUDY))
    change(document)  # type: ignore[operator]
    with pytest.raises(DataError, match=message):
        read_document(document, instance)


def test_a_document_from_before_pooled_stock_reads_its_lines_as_nothing() -> None:
    instance, result = some_result(3)
    document = as_file(result_document(instance, result, STUDY))
    rows = document["ledger"]["lines"]
    document["ledger"]["lines"] = [row for row in rows if row["line"] not in ("cycle_stock", "safety_stock")]
    del document["proof"]["approximation"]
    read = read_document(document, instance)
    assert read.verdict is not None
    assert result.verdict is not None
    assert read.verdict.ledger.lines == result.verdict.ledger.lines
    np.testing.assert_allclose(read.verdict.ledger.amount, result.verdict.ledger.amount)
    assert read.proof.approximation == 0.0
