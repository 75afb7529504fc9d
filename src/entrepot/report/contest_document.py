"""A contest with rivals as JSON values, and the rivals' replies as scenarios of the study."""

import json
import math
from datetime import date
from typing import Any

import polars as pl

from entrepot.analysis import Behaviour, Contest
from entrepot.instance import Instance
from entrepot.plans.result import Proof
from entrepot.report.contest import contest_frames

FORMAT, VERSION = "entrepot rivals", 1


def contest_document(instance: Instance, contest: Contest) -> dict[str, Any]:
    """Everything that a contest says, ready for `json.dumps(..., allow_nan=False)`.

    Returns
    -------
    dict
        `format`, `version`, `name`; `proof` of our plan; every table of `contest_frames` as a list of rows;
        `choice`: the response of least regret, and the robust plan with its worst reply and value.
    """
    return {
        "format": FORMAT,
        "version": VERSION,
        "name": instance.name,
        "proof": proof_document(contest.result.proof),
        **{name: plain_rows(frame) for name, frame in contest_frames(instance, contest).items()},
        "choice": _choice(contest),
    }


def reply_scenario(instance: Instance, behaviour: Behaviour) -> str:
    """A behaviour as the text of a scenario file: put it into the study's folder `scenarios` to plan with it.

    The new centres become rows of `rival_centres`, and leave `rival_candidates`.
    """
    candidates = instance.rival_candidates
    who = ", ".join(instance.rivals.labels[reply.rival] for reply in behaviour.replies)
    lines = ["description = " + _text(f"Best reply of {who}.")]
    for reply in behaviour.replies:
        for candidate, period in zip(reply.candidate.tolist(), reply.period.tolist(), strict=True):
            opens = date.fromordinal(int(instance.periods.start_day[period]))
            values = {
                "centre": _text(candidates.ids[candidate]),
                "rival": _text(instance.rivals.ids[reply.rival]),
                "name": _text(candidates.labels[candidate]),
                "country": _text(instance.countries.ids[candidates.country_index[candidate]]),
                "latitude": repr(float(candidates.latitude[candidate])),
                "longitude": repr(float(candidates.longitude[candidate])),
                "area": repr(float(candidates.area[candidate])),
                "open_from": opens.isoformat(),
                "source": _text("best reply computed by entrepot rivals"),
                "mark": _text("A"),
            }
            stated = ", ".join(f"{name} = {value}" for name, value in values.items())
            where = f"{{candidate = {values['centre']}}}"
            lines += ["", "[[remove]]", 'table = "rival_candidates"', f"where = {where}"]
            lines += ["", "[[row]]", 'table = "rival_centres"', f"values = {{{stated}}}"]
    return "\n".join(lines) + "\n"


def proof_document(proof: Proof) -> dict[str, Any]:
    """What is proved of a plan, and why its search stopped."""
    names = ("value", "claimed_bound", "certified_bound", "gap", "certified_gap", "stop_reason", "seconds")
    return {name: plain_number(getattr(proof, name)) for name in (*names, "seed", "version", "fingerprint")}


def _choice(contest: Contest) -> dict[str, Any] | None:
    table, robust = contest.regret, contest.robust
    if table is None or robust is None:
        return None
    return {
        "least_regret": table.responses[table.least_regret],
        "worst_regret_eur": plain_number(float(table.worst_regret[table.least_regret])),
        "robust_plan": robust.plans[robust.chosen],
        "worst_reply": robust.replies[int(robust.worst_reply[robust.chosen])],
        "worst_value_eur": plain_number(float(robust.worst_value[robust.chosen])),
    }


def plain_rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as JSON values."""
    return [{name: plain_number(value) for name, value in row.items()} for row in frame.iter_rows(named=True)]


def plain_number(value: Any) -> Any:
    """JSON has no infinity and no nan."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _text(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)
