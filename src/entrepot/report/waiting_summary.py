"""The value of waiting on screen: when each site opens, and what would move the date."""

import numpy as np
from rich.table import Table

from entrepot.analysis import Outlook, SiteTiming, Waiting
from entrepot.instance import Instance
from entrepot.report.contest_summary import million, plain_table


def timing_table(outlook: Outlook, waiting: Waiting) -> Table:
    """Sites that some plan opens: when, and what the other choice costs."""
    instance = outlook.futures[0].instance
    currency = instance.money.currency
    table = plain_table(
        f"When: decided now is what stands in {decided_in(instance, waiting)} and what has to be begun by "
        "then",
        ("Site", "Opens"),
        ("Begun now", "The other choice costs", f"{currency} m"),
    )
    for each in waiting.sites:
        table.add_row(
            instance.sites.labels[each.site],
            dates_of(outlook, each),
            "yes" if each.is_begun else "no",
            "putting it off" if each.is_begun else "beginning it now",
            between(each),
        )
    return table


def waiting_sentences(outlook: Outlook, waiting: Waiting) -> list[str]:
    """What waiting is worth, and what would move a date, in plain words."""
    instance = outlook.futures[0].instance
    currency, least, most = instance.money.currency, *waiting.gain
    sentences = [
        f"Deciding only {decided_in(instance, waiting)} now and the rest once the future is known is "
        f"worth {currency} {million(waiting.found_gain)} m by the plans found, {million(least)} "
        f"to {million(most)} m by the bounds."
    ]
    if waiting.nothing_now is None:
        sentences.append("To begin nothing new now would break a limit.")
    else:
        low, high = waiting.loss_of_nothing
        sentences.append(
            f"To begin nothing new now would cost {currency} {million(low)} to {million(high)} m on average."
        )
    sentences += [sentence for each in waiting.sites for sentence in _what_moves(outlook, each)]
    return sentences


def _what_moves(outlook: Outlook, each: SiteTiming) -> list[str]:
    """The amount of money and the weights that would change the choice."""
    instance = outlook.futures[0].instance
    currency, name = instance.money.currency, instance.sites.labels[each.site]
    low, high = each.loss
    if not np.isfinite(low):
        return []
    moved = "be put off" if each.is_begun else "be begun now"
    change = "dearer" if each.is_begun else "cheaper"
    amount = million(high) if low <= 0.0 else f"{million(low)} to {million(high)}"
    word = "at most " if low <= 0.0 else ""
    sentence = f"{name} would {moved} if beginning it now were {word}{currency} {amount} m {change}"
    turning = [
        f"{future.label} had a weight of {weight:.0%} (now {future.weight:.0%})"
        for future, weight in zip(outlook.futures, each.shifting_weight, strict=True)
        if np.isfinite(weight)
    ]
    return [sentence + (", or if " + ", or ".join(turning) if turning else "") + "."]


def between(each: SiteTiming) -> str:
    """What the other choice loses, at least and at most, in millions."""
    if not np.isfinite(each.loss[0]):
        return "not possible"
    return f"{million(each.loss[0])} to {million(each.loss[1])}"


def dates_of(outlook: Outlook, each: SiteTiming) -> str:
    """Period of opening, and in which futures where they differ."""
    labels = outlook.futures[0].instance.periods.labels
    words = ["never" if t < 0 else labels[t] for t in each.opens.tolist()]
    if len(set(words)) == 1:
        return words[0]
    parts = []
    for word in dict.fromkeys(words):
        where = [f.label for f, other in zip(outlook.futures, words, strict=True) if other == word]
        parts.append(f"{word}: {', '.join(where)}")
    return "; ".join(parts)


def decided_in(instance: Instance, waiting: Waiting) -> str:
    """The periods that are decided now."""
    labels = instance.periods.labels[: waiting.n_decided]
    return labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"
