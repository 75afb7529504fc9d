"""An outlook on futures as JSON values."""

from typing import Any

import numpy as np

from entrepot.analysis import Outlook, Waiting
from entrepot.report.contest_document import plain_number, plain_rows, proof_document
from entrepot.report.outlook import outlook_frames

FORMAT, VERSION = "entrepot futures", 1


def outlook_document(
    outlook: Outlook, waiting: Waiting | None = None, study: dict[str, str] | None = None
) -> dict[str, Any]:
    """Everything that an outlook says, ready for `json.dumps(..., allow_nan=False)`.

    Returns
    -------
    dict
        `format`, `version`, `study`; `proof` of the expected value; every table of `outlook_frames` as a list
        of rows; `choice`: the plan that is best on average, the plan of least regret, and what is proved of
        both; `waiting`: what deciding later is worth, None where it was not asked.
    """
    return {
        "format": FORMAT,
        "version": VERSION,
        "study": study,
        "currency": outlook.futures[0].instance.money.currency,
        "proof": proof_document(outlook.expected.proof),
        **{name: plain_rows(frame) for name, frame in outlook_frames(outlook, waiting).items()},
        "choice": _choice(outlook),
        "waiting": None if waiting is None else _waiting(waiting),
    }


def _waiting(waiting: Waiting) -> dict[str, Any]:
    return {
        "decided_periods": waiting.n_decided,
        "proof": proof_document(waiting.flexible.proof),
        "gain_eur": plain_number(waiting.found_gain),
        "gain_at_least_eur": plain_number(waiting.gain[0]),
        "gain_at_most_eur": plain_number(waiting.gain[1]),
        "nothing_begun_now_is_possible": waiting.nothing_now is not None,
        "loss_of_nothing_at_least_eur": plain_number(waiting.loss_of_nothing[0]),
        "loss_of_nothing_at_most_eur": plain_number(waiting.loss_of_nothing[1]),
    }


def _choice(outlook: Outlook) -> dict[str, Any]:
    table = outlook.table
    least, most = outlook.value_of_knowing
    names = [plan.name for plan in table.plans]
    return {
        "best_on_average": names[table.best_expected],
        "expected_value_eur": plain_number(float(table.expected[table.best_expected])),
        "expected_bound_eur": plain_number(outlook.expected.proof.claimed_bound),
        "least_regret": names[table.chosen],
        "worst_regret_eur": plain_number(float(table.worst[table.chosen])),
        "worst_regret_at_most_eur": plain_number(float(table.worst_at_most[table.chosen])),
        "no_plan_has_less_than_eur": plain_number(table.floor),
        "regret_of_best_on_average_eur": plain_number(float(table.worst[table.best_expected])),
        "cost_of_least_regret_eur": plain_number(
            float(np.nan_to_num(table.expected[table.best_expected] - table.expected[table.chosen]))
        ),
        "value_of_knowing_at_least_eur": plain_number(least),
        "value_of_knowing_at_most_eur": plain_number(most),
    }
