"""A result file that was changed does not pass."""

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.instance import Instance
from entrepot.plans.checksum import checksum_of
from entrepot.plans.document import result_document
from entrepot.plans.verify import NOT_RECOMPUTED, differences
from plans.test_document import STUDY, as_file, some_result

Path = tuple[str | int, ...]


def valid_case() -> tuple[Instance, dict[str, Any]]:
    """A plan without a breach: sold by centres and direct, with a split cell."""
    for seed in range(1000):
        instance, result = some_result(seed)
        assert result.plan is not None
        assert result.verdict is not None
        flows = result.plan.flows
        is_rich = flows.site.max(initial=-1) >= 0 and flows.gateway.max(initial=-1) >= 0
        if not result.verdict.breaches and is_rich and (flows.fraction < 1).any():
            return instance, as_file(result_document(instance, result, STUDY))
    raise AssertionError("no random plan keeps all limits")


INSTANCE, DOCUMENT = valid_case()


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, (*path, number))
    elif isinstance(value, int | float):
        yield path


def changed(document: dict[str, Any], path: Path, factor: float, step: float) -> dict[str, Any]:
    copied = copy.deepcopy(document)
    place: Any = copied
    for key in path[:-1]:
        place = place[key]
    old = place[path[-1]]
    place[path[-1]] = old + 1 if isinstance(old, int) else old * factor + step
    return copied


LEAVES = list(leaves(DOCUMENT))


def test_an_untouched_file_passes() -> None:
    assert differences(INSTANCE, DOCUMENT) == ()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(LEAVES), st.floats(1.001, 3.0), st.floats(0.01, 1e6))
def test_any_changed_number_is_found(path: Path, factor: float, step: float) -> None:
    assert differences(INSTANCE, changed(DOCUMENT, path, factor, step))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(LEAVES), st.floats(1.001, 3.0), st.floats(0.01, 1e6))
def test_a_changed_number_is_found_by_recomputing_even_with_a_new_checksum(
    path: Path, factor: float, step: float
) -> None:
    document = changed(DOCUMENT, path, factor, step)
    document["checksum"] = checksum_of(document)
    found = differences(INSTANCE, document)
    name = ".".join(str(part) for part in path[:2])
    assert found or name in NOT_RECOMPUTED


def test_a_changed_ledger_line_is_named_with_both_numbers() -> None:
    document = copy.deepcopy(DOCUMENT)
    line = next(row for row in document["ledger"]["lines"] if row["line"] == "last_mile")
    line["amounts"][1] += 1000.0
    label = document["ledger"]["columns"][1]
    first = differences(INSTANCE, document)[0]
    assert first.startswith(f"ledger line last_mile, {label}: file says ")
    assert ", recomputed " in first


def test_a_bound_below_the_value_is_found() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["proof"]["claimed_bound"] = document["proof"]["value"] - 1000.0
    assert any(
        "value" in each and "is above claimed bound" in each for each in differences(INSTANCE, document)
    )


def test_a_claimed_bound_above_the_certified_one_is_found() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["proof"]["certified_bound"] = document["proof"]["value"]
    assert any(
        "claimed bound" in each and "is above certified" in each for each in differences(INSTANCE, document)
    )


def test_another_study_is_found_by_its_fingerprint() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["proof"]["fingerprint"] = "0" * 64
    assert differences(INSTANCE, document)[0].startswith("fingerprint of the study")


def test_a_change_that_only_the_checksum_shows_is_said_to_be_one() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["proof"]["seconds"] = 1.0
    (only,) = differences(INSTANCE, document)
    assert only.startswith("checksum")
    assert "cannot be recomputed (proof.approximation, proof.certified_bound, " in only


def test_a_missing_plan_cannot_keep_its_value() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["plan"] = None
    assert differences(INSTANCE, document)[0].startswith(
        "plan: the file has a ledger or a value, but no plan"
    )


def test_a_better_looking_plan_that_breaks_a_rule_is_named() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["plan"]["flows"]["fraction"][0] = 1.5
    assert any("plan breaks fraction is at most 1" in each for each in differences(INSTANCE, document))


@pytest.mark.parametrize("seed", range(60))
def test_any_part_that_is_missing_or_odd_gives_a_difference_and_no_traceback(seed: int) -> None:
    rng = np.random.default_rng(seed)
    document = copy.deepcopy(DOCUMENT)
    place: Any = document
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = keys[int(rng.integers(len(keys)))]
        if not isinstance(place[key], dict | list) or not place[key] or rng.random() < 0.3:
            break
        place = place[key]
    odd = (None, "odd", -5, 1e300, [], {}, [None], True)[int(rng.integers(8))]
    if odd == place[key]:
        odd = "odder"
    place[key] = odd
    assert differences(INSTANCE, document)
