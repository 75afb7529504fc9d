"""A contest with rivals on screen: who adds what, what we lose to whom, and what to do about it."""

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from entrepot.analysis import Contest, RegretTable, Reply, RobustChoice
from entrepot.instance import Instance
from entrepot.report.contest import country_potential
from entrepot.report.figures import MILLION
from entrepot.report.summary import proof_sentences

SHOWN_COUNTRIES = 12


def print_contest(console: Console, instance: Instance, contest: Contest) -> None:
    """Print a contest in a few aligned tables of at most 100 columns."""
    console.print(f"[bold]{instance.name}[/bold]: our plan and the rivals", highlight=False)
    currency = instance.money.currency
    tables = [_replies(instance, contest), _losses(contest, currency), _lost_shares(instance, contest)]
    if contest.regret is not None:
        tables.append(_regret(contest.regret, currency))
    if contest.robust is not None:
        tables.append(_robust(contest.robust, currency))
    for table in tables:
        console.print(table, highlight=False)
        console.print()
    proof = proof_sentences(contest.result.proof, currency)[:1]
    for sentence in (*_sentences(contest, currency), *proof):
        console.print(sentence, highlight=False, soft_wrap=True)


def _replies(instance: Instance, contest: Contest) -> Table:
    table = plain_table("Replies: centres that rivals add to answer our plan", ("Behaviour", "Rival", "Adds"),
                   ("Seeks", "Gain, m", "At most", "Captures, m", "then, m"))  # fmt: skip
    for behaviour in contest.behaviours[1:]:
        for reply in behaviour.replies:
            table.add_row(
                behaviour.name,
                instance.rivals.labels[reply.rival],
                _added(instance, reply),
                instance.money.currency if reply.seeks == "profit" else "parcels",
                million(reply.gain),
                million(reply.bound),
                *map(million, reply.captured.tolist()),
            )
    return table


def _added(instance: Instance, reply: Reply) -> Text:
    labels, periods = instance.rival_candidates.labels, instance.periods.labels
    pairs = zip(reply.candidate, reply.period, strict=True)
    return Text("; ".join(f"{labels[c]} {periods[t]}" for c, t in pairs) or "nothing that pays")


def _losses(contest: Contest, currency: str) -> Table:
    amounts = ("Parcels, m", "Lost, m", f"Value, {currency} m", f"Lost, {currency} m", "Limits kept")
    table = plain_table("Our plan as it stands", ("Behaviour",), amounts)
    base = contest.verdicts[0]
    for behaviour, verdict in zip(contest.behaviours, contest.verdicts, strict=True):
        sold, before = verdict.measures.sold.sum(), base.measures.sold.sum()
        table.add_row(
            behaviour.name,
            million(sold),
            million(before - sold),
            million(verdict.ledger.value),
            million(base.ledger.value - verdict.ledger.value),
            "no" if verdict.breaches else "yes",
        )
    return table


def _lost_shares(instance: Instance, contest: Contest) -> Table:
    """Shares in the last period before and after the last behaviour, the largest losses first."""
    name, t = contest.behaviours[-1].name, instance.n_periods - 1
    before, after = contest.verdicts[0].measures, contest.verdicts[-1].measures
    potential = country_potential(instance)[:, t]
    lost = (before.share - after.share)[:, t] * potential
    table = plain_table(
        f"What we lose to whom: share in {instance.periods.labels[t]} without reply, then with {name}",
        ("Country",),
        ("Ours", "then", "Lost, m", *instance.rivals.labels),
    )
    for country in np.argsort(-lost, kind="stable")[:SHOWN_COUNTRIES]:
        if potential[country] <= 0:
            continue
        theirs = (after.rival_share - before.rival_share)[:, country, t]
        table.add_row(
            instance.countries.ids[country],
            f"{before.share[country, t]:.1%}",
            f"{after.share[country, t]:.1%}",
            million(lost[country], 2),
            *(f"{100 * change:+.1f} pt" for change in theirs),
        )
    return table


def _regret(regret: RegretTable, currency: str) -> Table:
    title = f"Regret, {currency} m: what a response falls short of the best known under each behaviour"
    table = plain_table(title, ("Response",), (*regret.behaviours, "worst"))
    for row, response in enumerate(regret.responses):
        amounts = [*regret.regret[row], regret.worst_regret[row]]
        mark = " *" if row == regret.least_regret else ""
        table.add_row(response + mark, *(million(amount) for amount in amounts))
    table.add_section()
    table.add_row("best value", *(million(value) for value in regret.best), "")
    table.add_row("no plan is worth more than", *(million(bound) for bound in regret.bound), "")
    return table


def _robust(robust: RobustChoice, currency: str) -> Table:
    title = f"Robust choice: each plan's centres at their worst, {currency} m"
    table = plain_table(title, ("Plan", "Worst reply"), ("Worst value", "Value without reply"))
    for row, plan in enumerate(robust.plans):
        mark = " *" if row == robust.chosen else ""
        worst = robust.replies[int(robust.worst_reply[row])]
        table.add_row(plan + mark, worst, million(robust.worst_value[row]), million(robust.value[row, 0]))
    return table


def _sentences(contest: Contest, currency: str) -> list[str]:
    sentences = []
    unsettled = [behaviour.name for behaviour in contest.behaviours if not behaviour.is_settled]
    if unsettled:
        sentences.append(
            "The rivals did not settle: they go on answering each other; the last round is shown."
        )
    if contest.regret is not None and contest.robust is not None:
        regret, robust = contest.regret, contest.robust
        least, chosen = regret.least_regret, robust.chosen
        amount = million(regret.worst_regret[least])
        sentences.append(f"Least regret: {regret.responses[least]} (at worst {currency} {amount} m).")
        worst = robust.replies[int(robust.worst_reply[chosen])]
        sentences.append(
            f"Best at its worst: {robust.plans[chosen]}, worth {currency} "
            f"{million(robust.worst_value[chosen])} m under {worst}."
        )
        gaps = [answer.proof.claimed_bound - answer.proof.value for answer in contest.answers]
        noise = million(max((gap for gap in gaps if np.isfinite(gap)), default=np.inf))
        sentences.append(
            f"The plans are proved to within {currency} {noise} m: smaller differences say nothing."
        )
    return sentences


def million(amount: float, digits: int = 1) -> str:
    """An amount in millions, "none" where there is none."""
    return f"{amount / MILLION + 0.0:,.{digits}f}" if np.isfinite(amount) else "none"


def plain_table(title: str, texts: tuple[str, ...], numbers: tuple[str, ...]) -> Table:
    """A table with columns of text, then of numbers."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in texts:
        table.add_column(name, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right")
    return table
