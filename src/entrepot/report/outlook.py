"""Plans over futures as tables: one polars frame per question."""

import math

import polars as pl

from entrepot.analysis import Outlook, Waiting, stay_of

TEXT = pl.String


def outlook_frames(outlook: Outlook, waiting: Waiting | None = None) -> dict[str, pl.DataFrame]:
    """Every table of an outlook.

    Returns
    -------
    dict of DataFrame
        `weights`: futures with the best value known in each; `plans`: expected value and worst regret of
        each plan; `regret`: every plan in every future; `sites`: how often each site stays in; `sizes`:
        size of every site in every plan by period. Where waiting was valued also `timing`: which sites are
        begun now and what the other choice costs; `openings`: when each opens in each future, and from which
        weight of the future on the other choice is better. Amounts in the study's currency, end in `_eur`.
    """
    frames = {
        "weights": weights_frame(outlook),
        "plans": plans_frame(outlook),
        "regret": regret_frame(outlook),
        "sites": sites_frame(outlook),
        "sizes": sizes_frame(outlook),
    }
    if waiting is not None:
        frames |= {"timing": timing_frame(outlook, waiting), "openings": openings_frame(outlook, waiting)}
    return frames


def weights_frame(outlook: Outlook) -> pl.DataFrame:
    """One row per future: weight, best plan known there, and its bound."""
    rows = [
        {
            "future": future.id,
            "name": future.label,
            "weight": future.weight,
            "best_value_eur": float(best),
            "bound_eur": float(bound),
            "gap": own.proof.gap,
            "stop_reason": own.proof.stop_reason,
        }
        for future, own, best, bound in zip(
            outlook.futures, outlook.alone, outlook.table.best, outlook.table.bound, strict=True
        )
    ]
    return _plain(rows)


def plans_frame(outlook: Outlook) -> pl.DataFrame:
    """One row per plan: what it is worth on average, and what it may be regretted by."""
    table = outlook.table
    rows = [
        {
            "plan": plan.name,
            "expected_value_eur": float(table.expected[row]),
            "worst_regret_eur": float(table.worst[row]),
            "worst_regret_at_most_eur": float(table.worst_at_most[row]),
            "worst_future": outlook.futures[int(table.worst_future[row])].id,
            "limits_kept": plan.is_possible,
            "is_best_on_average": row == table.best_expected,
            "is_least_regret": row == table.chosen,
        }
        for row, plan in enumerate(table.plans)
    ]
    return _plain(rows)


def regret_frame(outlook: Outlook) -> pl.DataFrame:
    """One row per plan and future: value, and regret at least, against the best known, and at most."""
    table = outlook.table
    rows: list[dict[str, object]] = [
        {
            "plan": plan.name,
            "future": future.id,
            "value_eur": float(table.value[row, column]),
            "regret_at_least_eur": finite(float(table.least_regret[row, column])),
            "regret_eur": float(table.regret[row, column]),
            "regret_at_most_eur": float(table.most_regret[row, column]),
            "limits_kept": math.isfinite(table.value[row, column]),
        }
        for row, plan in enumerate(table.plans)
        for column, future in enumerate(outlook.futures)
    ]
    return _plain(rows)


def sites_frame(outlook: Outlook) -> pl.DataFrame:
    """One row per site: in how many futures its own best plan has it, and when the chosen plans open it."""
    stay, table = stay_of(outlook), outlook.table
    instance = outlook.futures[0].instance
    periods = instance.periods.labels

    def opens(row: int, site: int) -> str | None:
        first = [t for t, size in enumerate(stay.size[row, site]) if size > 0]
        return periods[first[0]] if first else None

    rows = [
        {
            "site": instance.sites.ids[site],
            "name": instance.sites.labels[site],
            "status": instance.sites.status[site],
            "stays_in_probability": float(stay.probability[site]),
            "stays_in_futures": int(stay.futures[site]),
            "futures": len(outlook.futures),
            "stays_in_plans": int((stay.size[:, site] > 0).any(axis=1).sum()),
            "plans": len(table.plans),
            "opens_best_on_average": opens(table.best_expected, site),
            "opens_least_regret": opens(table.chosen, site),
        }
        for site in range(instance.n_sites)
    ]
    texts = {"opens_best_on_average": TEXT, "opens_least_regret": TEXT}
    return pl.DataFrame(rows, schema_overrides=texts)


def sizes_frame(outlook: Outlook) -> pl.DataFrame:
    """One row per plan, site and period with a centre."""
    stay = stay_of(outlook)
    instance = outlook.futures[0].instance
    rows = [
        {
            "plan": plan.name,
            "site": instance.sites.ids[site],
            "period": instance.periods.labels[period],
            "size": instance.sizes.ids[int(stay.size[row, site, period]) - 1],
        }
        for row, plan in enumerate(outlook.table.plans)
        for site in range(instance.n_sites)
        for period in range(instance.n_periods)
        if stay.size[row, site, period] > 0
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(("plan", "site", "period", "size"), TEXT))


def timing_frame(outlook: Outlook, waiting: Waiting) -> pl.DataFrame:
    """One row per site that some plan opens: begun now or not, and what the other choice costs on average."""
    sites = outlook.futures[0].instance.sites
    rows = [
        {
            "site": sites.ids[each.site],
            "name": sites.labels[each.site],
            "begun_now": each.is_begun,
            "otherwise_possible": each.otherwise is not None,
            "loss_at_least_eur": finite(each.loss[0]),
            "loss_at_most_eur": finite(each.loss[1]),
        }
        for each in waiting.sites
    ]
    schema = {"site": TEXT, "name": TEXT, "begun_now": pl.Boolean, "otherwise_possible": pl.Boolean}
    numbers = {"loss_at_least_eur": pl.Float64, "loss_at_most_eur": pl.Float64}
    return pl.DataFrame(rows, schema={**schema, **numbers})


def openings_frame(outlook: Outlook, waiting: Waiting) -> pl.DataFrame:
    """One row per site that some plan opens and future: when it opens there, deciding later."""
    instance = outlook.futures[0].instance
    rows = [
        {
            "site": instance.sites.ids[each.site],
            "future": future.id,
            "opens": None if each.opens[s] < 0 else instance.periods.labels[int(each.opens[s])],
            "shifting_weight": finite(float(each.shifting_weight[s])),
        }
        for each in waiting.sites
        for s, future in enumerate(outlook.futures)
    ]
    schema = {"site": TEXT, "future": TEXT, "opens": TEXT, "shifting_weight": pl.Float64}
    return pl.DataFrame(rows, schema=schema)


def finite(amount: float) -> float | None:
    """The amount, None where it is no number."""
    return amount if math.isfinite(amount) else None


def _plain(rows: list[dict[str, object]]) -> pl.DataFrame:
    frame = pl.DataFrame(rows)
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None))
