"""Figures of a contest with rivals as tables: replies, shares, losses, regret, robust choice."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from entrepot.analysis import Behaviour, Contest, Reply
from entrepot.instance import FloatArray, Instance
from entrepot.plans.result import Verdict
from entrepot.report.currency import frame_in

OURS = "our offer"
TEXT, NUMBER = pl.String, pl.Float64


def contest_frames(instance: Instance, contest: Contest) -> dict[str, pl.DataFrame]:
    """Every table of a contest; units in the column names, money in the study's currency.

    Returns
    -------
    dict
        Name -> table: replies (the centres that rivals add), behaviours (what each costs us), shares (of
        every firm by country and period, before and after), and, where responses were weighed, regret and
        robust.
    """
    frames = {
        "replies": replies_frame(instance, contest),
        "behaviours": behaviours_frame(contest),
        "shares": shares_frame(instance, contest),
    }
    if contest.regret is not None:
        frames["regret"] = regret_frame(contest)
    if contest.robust is not None:
        frames["robust"] = robust_frame(contest)
    return {name: frame_in(frame, instance.money.currency) for name, frame in frames.items()}


def replies_frame(instance: Instance, contest: Contest) -> pl.DataFrame:
    """One row per centre that a rival adds, or per rival that adds none, with what its reply brings it."""
    rows = [
        {"behaviour": behaviour.name, **row}
        for behaviour in contest.behaviours
        for reply in behaviour.replies
        for row in _reply_rows(instance, reply)
    ]
    numbers = ("gain", "no_reply_gains_more", "gap", "captured_before_parcels", "captured_after_parcels")
    columns = ("behaviour", "rival", "adds", "candidate", "country", "opens", "seeks")
    return pl.DataFrame(rows, schema={**dict.fromkeys(columns, TEXT), **dict.fromkeys(numbers, NUMBER)})


def _reply_rows(instance: Instance, reply: Reply) -> Iterator[dict[str, object]]:
    candidates = instance.rival_candidates
    about = {
        "rival": instance.rivals.labels[reply.rival],
        "seeks": reply.seeks,
        "gain": reply.gain,
        "no_reply_gains_more": reply.bound,
        "gap": reply.gap,
        "captured_before_parcels": float(reply.captured[0]),
        "captured_after_parcels": float(reply.captured[1]),
    }
    if not len(reply.candidate):
        yield {**about, "adds": "nothing", "candidate": "", "country": "", "opens": ""}
    for candidate, period in zip(reply.candidate, reply.period, strict=True):
        yield {
            **about,
            "adds": candidates.labels[candidate],
            "candidate": candidates.ids[candidate],
            "country": instance.countries.ids[candidates.country_index[candidate]],
            "opens": instance.periods.labels[period],
        }


def behaviours_frame(contest: Contest) -> pl.DataFrame:
    """One row per behaviour: what our plan, as it stands, sells and is worth under it, and what it loses."""
    base = contest.verdicts[0]
    rows = [
        {
            "behaviour": behaviour.name,
            "is_settled": behaviour.is_settled,
            "parcels": float(verdict.measures.sold.sum()),
            "lost_parcels": float(base.measures.sold.sum() - verdict.measures.sold.sum()),
            "value_eur": verdict.ledger.value,
            "lost_eur": base.ledger.value - verdict.ledger.value,
            "limits_broken": "; ".join(f"{b.limit} ({b.place})" for b in verdict.breaches),
        }
        for behaviour, verdict in zip(contest.behaviours, contest.verdicts, strict=True)
    ]
    return pl.DataFrame(rows)


def shares_frame(instance: Instance, contest: Contest) -> pl.DataFrame:
    """One row per behaviour, firm, country and period: share before and after the replies, parcels won."""
    before = contest.verdicts[0]
    pairs = zip(contest.behaviours[1:], contest.verdicts[1:], strict=True)
    frames = [_shares_of(instance, behaviour, before, after) for behaviour, after in pairs]
    return pl.concat(frames) if frames else _shares_of(instance, contest.behaviours[0], before, before)


def _shares_of(instance: Instance, behaviour: Behaviour, before: Verdict, after: Verdict) -> pl.DataFrame:
    potential = country_potential(instance)
    i, t = np.nonzero(potential > 0)
    parts = []
    for firm, old, new in _firms(instance, before, after):
        parts.append(
            pl.DataFrame(
                {
                    "behaviour": pl.Series([behaviour.name] * len(i), dtype=TEXT),
                    "firm": pl.Series([firm] * len(i), dtype=TEXT),
                    "country": pl.Series([instance.countries.ids[c] for c in i], dtype=TEXT),
                    "period": pl.Series([instance.periods.labels[p] for p in t], dtype=TEXT),
                    "share_before": old[i, t],
                    "share_after": new[i, t],
                    "won_parcels": ((new - old) * potential)[i, t],
                }
            )
        )
    return pl.concat(parts)


def _firms(
    instance: Instance, before: Verdict, after: Verdict
) -> Iterator[tuple[str, FloatArray, FloatArray]]:
    yield OURS, before.measures.share, after.measures.share
    for rival, label in enumerate(instance.rivals.labels):
        yield label, before.measures.rival_share[rival], after.measures.rival_share[rival]


def country_potential(instance: Instance) -> FloatArray:
    """Parcels that all sellers together sell: (n_countries, n_periods)."""
    potential = np.zeros((len(instance.countries.ids), instance.n_periods))
    np.add.at(potential, instance.markets.country_index, instance.demand.sum(axis=1))
    return potential


def regret_frame(contest: Contest) -> pl.DataFrame:
    """One row per response of ours and behaviour: value, regret at least and at most."""
    table = contest.regret
    if table is None:
        return pl.DataFrame()
    rows = [
        {
            "response": response,
            "behaviour": behaviour,
            "value_eur": table.value[r, b],
            "regret_eur": table.regret[r, b],
            "regret_at_most_eur": table.most_regret[r, b],
            "limits_kept": bool(table.is_kept[r, b]),
            "worst_regret_eur": table.worst_regret[r],
        }
        for r, response in enumerate(table.responses)
        for b, behaviour in enumerate(table.behaviours)
    ]
    return pl.DataFrame(rows).with_columns(pl.col(NUMBER).fill_nan(None))


def robust_frame(contest: Contest) -> pl.DataFrame:
    """One row per plan of ours and reply: value, whether it is the plan's worst, whether it is chosen."""
    choice = contest.robust
    if choice is None:
        return pl.DataFrame()
    rows = [
        {
            "plan": plan,
            "reply": reply,
            "value_eur": choice.value[p, r],
            "is_worst": bool(choice.worst_reply[p] == r),
            "is_chosen": choice.chosen == p,
        }
        for p, plan in enumerate(choice.plans)
        for r, reply in enumerate(choice.replies)
    ]
    return pl.DataFrame(rows).with_columns(pl.col(NUMBER).fill_nan(None))
