"""An outlook on futures on screen: plans over futures, regrets, and which sites stay in."""

import numpy as np
from rich.console import Console
from rich.table import Table

from entrepot.analysis import FutureTable, Outlook, Waiting, stay_of
from entrepot.analysis.futures import Stay
from entrepot.report.contest_summary import million, plain_table
from entrepot.report.figures import MILLION
from entrepot.report.summary import proof_sentences
from entrepot.report.waiting_summary import timing_table, waiting_sentences

SHOWN_SITES = 20


def print_outlook(console: Console, outlook: Outlook, waiting: Waiting | None = None) -> None:
    """Print an outlook in a few aligned tables of at most 100 columns."""
    instance, currency = outlook.futures[0].instance, outlook.futures[0].instance.money.currency
    tables = [_futures(outlook, currency), _plans(outlook, currency), _regrets(outlook, currency)]
    tables.append(_sites(outlook))
    title = f"[bold]{len(outlook.futures)} futures[/bold], {instance.n_periods} periods"
    console.print(title, highlight=False)
    for table in tables:
        console.print(table, highlight=False)
        console.print()
    if waiting is not None:
        console.print(timing_table(outlook, waiting), highlight=False)
        console.print()
    spoken = [] if waiting is None else waiting_sentences(outlook, waiting)
    for sentence in (*sentences_of(outlook), *spoken):
        console.print(sentence, highlight=False, soft_wrap=True)


def sentences_of(outlook: Outlook) -> list[str]:
    """What is chosen and how sure that is, in plain words."""
    table, currency = outlook.table, outlook.futures[0].instance.money.currency
    best, chosen = table.best_expected, table.chosen
    sentences = [
        f"Best on average: plan {best + 1}, worth {currency} {million(table.expected[best])} m; at worst "
        f"regretted by {currency} {million(table.worst[best])} m ({_worst_name(outlook, best)})."
    ]
    if not np.isfinite(table.worst[chosen]):
        sentences.append("No plan of the list keeps the limits of every future.")
        return sentences
    sentences.append(
        f"Smallest worst regret: plan {chosen + 1}, {currency} {million(table.worst[chosen])} m "
        f"({_worst_name(outlook, chosen)}), at most {currency} {million(table.worst_at_most[chosen])} m by "
        f"the bounds; no plan has less than {currency} {million(table.floor)} m. On average it is worth "
        f"{currency} {million(table.expected[chosen])} m."
    )
    least, most = outlook.value_of_knowing
    sentences.append(
        f"To know the future before deciding is worth {currency} {million(least)} to {million(most)} m."
    )
    proof = proof_sentences(outlook.expected.proof, currency)[0]
    sentences.append(proof.replace("Net present value", "Expected net present value"))
    noise = float(np.max(table.bound - table.best)) / MILLION
    sentences.append(
        f"The plans of single futures are proved to within {currency} {noise:,.1f} m: smaller differences "
        "say nothing."
    )
    return sentences


def _worst_name(outlook: Outlook, row: int) -> str:
    return outlook.futures[int(outlook.table.worst_future[row])].label


def _futures(outlook: Outlook, currency: str) -> Table:
    amounts = ("Weight", f"Best, {currency} m", "At most", f"Best on average, {currency} m")
    table = plain_table("Futures: the best plan of each, had one known", ("Future",), amounts)
    row = outlook.table.best_expected
    for number, future in enumerate(outlook.futures):
        table.add_row(
            future.label,
            f"{future.weight:.0%}",
            million(outlook.table.best[number]),
            million(outlook.table.bound[number]),
            million(outlook.table.value[row, number]),
        )
    return table


def _plans(outlook: Outlook, currency: str) -> Table:
    found = outlook.table
    table = plain_table(
        "Plans: decided before the future is known",
        ("No", "Plan"),
        (f"Average, {currency} m", f"Worst regret, {currency} m", "At most"),
    )
    for row, plan in enumerate(found.plans):
        marks = _mark(found, row)
        table.add_row(
            f"{row + 1}{marks}",
            plan.name,
            million(found.expected[row]),
            million(found.worst[row]),
            million(found.worst_at_most[row]),
        )
    table.caption = "a best on average, r smallest worst regret"
    table.caption_justify = "left"
    return table


def _mark(table: FutureTable, row: int) -> str:
    return ("a" if row == table.best_expected else "") + ("r" if row == table.chosen else "")


def _regrets(outlook: Outlook, currency: str) -> Table:
    found = outlook.table
    table = plain_table(
        f"Regret, {currency} m: what a plan falls short of the best known in each future",
        ("Future",),
        tuple(f"{row + 1}{_mark(found, row)}" for row in range(len(found.plans))),
    )
    for number, future in enumerate(outlook.futures):
        table.add_row(future.label, *(million(found.regret[row, number]) for row in range(len(found.plans))))
    return table


def _sites(outlook: Outlook) -> Table:
    """Sites that some plan opens, those that stay in most surely first."""
    stay, instance = stay_of(outlook), outlook.futures[0].instance
    best, chosen, n = outlook.table.best_expected, outlook.table.chosen, len(outlook.futures)
    table = plain_table(
        "Sites: in how many futures the best plan has them, and their sizes by period in the two plans",
        ("Site",),
        ("Stays in", "Probability", "Best on average", "Least regret"),
    )
    for site in sites_in_order(stay)[:SHOWN_SITES]:
        table.add_row(
            instance.sites.labels[site],
            f"{stay.futures[site]} of {n}",
            f"{stay.probability[site]:.0%}",
            path_of(outlook, stay.size[best, site]),
            path_of(outlook, stay.size[chosen, site]),
        )
    return table


def sites_in_order(stay: Stay) -> list[int]:
    """Sites that some plan opens, those that stay in most surely first."""
    ever = (stay.size > 0).any(axis=(0, 2)) | (stay.futures > 0)
    return [j for j in np.argsort(-stay.probability, kind="stable").tolist() if ever[j]]


def path_of(outlook: Outlook, size: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> str:
    """Sizes over the periods, a dash where closed."""
    ids = outlook.futures[0].instance.sizes.ids
    return " ".join("-" if level == 0 else ids[level - 1] for level in size.tolist())
