"""The report on several futures: one HTML file that holds everything, runs no script and asks for nothing."""

import math
from typing import Any

from jinja2 import Environment

from entrepot.analysis import Outlook, Waiting, stay_of
from entrepot.report.contest_summary import million
from entrepot.report.outlook_summary import path_of, sentences_of, sites_in_order
from entrepot.report.page import asset, proof_rows
from entrepot.report.waiting_summary import between, dates_of, decided_in, waiting_sentences

DARKEST = 0.75
"""Opacity behind the largest regret of the table."""


def outlook_page(outlook: Outlook, waiting: Waiting | None = None) -> str:
    """The report as text: what is best on average, regrets, which sites stay in, what waiting is worth."""
    first = outlook.futures[0]
    instance = first.instance
    template = Environment(autoescape=True).from_string(asset("futures.html"))
    return template.render(
        title=instance.name.removesuffix(f": {first.label}"),
        style=asset("page.css") + asset("futures.css"),
        currency=instance.money.currency,
        futures=_futures(outlook),
        plans=_plans(outlook),
        regrets=_regrets(outlook),
        sites=_sites(outlook),
        sentences=sentences_of(outlook),
        waiting=None if waiting is None else _waiting(outlook, waiting),
        proof=proof_rows(outlook.expected.proof, instance.money.currency),
        sources=instance.sources,
    )


def _futures(outlook: Outlook) -> list[dict[str, str]]:
    table = outlook.table
    return [
        {
            "name": future.label,
            "weight": f"{future.weight:.0%}",
            "best": million(float(table.best[s])),
            "bound": million(float(table.bound[s])),
            "expected": million(float(table.value[table.best_expected, s])),
        }
        for s, future in enumerate(outlook.futures)
    ]


def _plans(outlook: Outlook) -> list[dict[str, Any]]:
    table = outlook.table
    return [
        {
            "name": plan.name,
            "expected": million(float(table.expected[row])),
            "worst": million(float(table.worst[row])),
            "at_most": million(float(table.worst_at_most[row])),
            "future": outlook.futures[int(table.worst_future[row])].label,
            "is_best": row == table.best_expected,
            "is_least": row == table.chosen,
        }
        for row, plan in enumerate(table.plans)
    ]


def _regrets(outlook: Outlook) -> list[dict[str, Any]]:
    """One row per future; of each plan the regret, what stands around it, and how dark it is shown."""
    table = outlook.table
    known = table.regret[table.regret < math.inf]
    largest = max(float(known.max(initial=0.0)), 1e-9)
    rows = []
    for s, future in enumerate(outlook.futures):
        cells = []
        for row in range(len(table.plans)):
            regret, least = float(table.regret[row, s]), float(table.least_regret[row, s])
            is_known = math.isfinite(regret)
            around = f"{million(least)} to {million(float(table.most_regret[row, s]))}"
            cells.append(
                {
                    "regret": million(regret) if is_known else "breaks a limit",
                    "around": around if is_known else "",
                    "shade": round(DARKEST * regret / largest, 3) if is_known else DARKEST,
                }
            )
        rows.append({"future": future.label, "cells": cells})
    return rows


def _sites(outlook: Outlook) -> list[dict[str, str]]:
    stay, instance = stay_of(outlook), outlook.futures[0].instance
    best, chosen = outlook.table.best_expected, outlook.table.chosen
    return [
        {
            "name": instance.sites.labels[site],
            "futures": f"{stay.futures[site]} of {len(outlook.futures)}",
            "probability": f"{stay.probability[site]:.0%}",
            "best": path_of(outlook, stay.size[best, site]),
            "least": path_of(outlook, stay.size[chosen, site]),
        }
        for site in sites_in_order(stay)
    ]


def _waiting(outlook: Outlook, waiting: Waiting) -> dict[str, Any]:
    instance = outlook.futures[0].instance
    rows = [
        {
            "name": instance.sites.labels[each.site],
            "opens": dates_of(outlook, each),
            "begun": "yes" if each.is_begun else "no",
            "other": "putting it off" if each.is_begun else "beginning it now",
            "loss": between(each),
        }
        for each in waiting.sites
    ]
    sentences = waiting_sentences(outlook, waiting)
    return {"decided": decided_in(instance, waiting), "rows": rows, "sentences": sentences}
