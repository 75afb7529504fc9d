"""The answer to a classic problem on screen, and as a CSV or JSON file."""

import csv
import json
import math
from pathlib import Path

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from entrepot.classics.files import Solved
from entrepot.errors import UsageError

SHOWN = 30
"""Open sites shown on screen."""
VALUE_WORDS = {
    "p-centre": "Largest distance",
    "max-covering": "Weight covered",
    "max-capture": "Weight captured",
}
WHY = {
    "proved": "proved the best",
    "gap reached": "the gap asked for is reached",
    "time limit": "the time was up",
    "round limit": "the rounds were up",
    "interrupted": "stopped by the user",
    "infeasible": "there is no plan",
    "no progress": "the search ended without a proof",
    "solver failed": "the solver failed",
}


def print_solved(console: Console, solved: Solved) -> None:
    """Print value, proof and the open sites with the number of customers of each.

    Parameters
    ----------
    console : of rich. solved : with a plan.
    """
    answer = solved.answer
    sizes = f"{len(solved.customer_names):,} customers, {len(solved.site_names):,} sites"
    console.print(f"{solved.name}: {solved.question}, {sizes}", highlight=False, soft_wrap=True)
    facts = Table(box=None, show_header=False, pad_edge=False)
    facts.add_row(VALUE_WORDS.get(solved.question, "Cost"), _figure(answer.value))
    facts.add_row("Bound", _figure(answer.bound))
    if not math.isclose(answer.bound, answer.certified_bound, rel_tol=1e-12):
        facts.add_row("Bound recomputed without a solver", _figure(answer.certified_bound))
    facts.add_row("Gap", f"{100 * answer.gap:.4f} %" if math.isfinite(answer.gap) else "not known")
    facts.add_row("Open sites", str(len(answer.open_sites)))
    facts.add_row("Why it stopped", f"{WHY[answer.stop_reason]} after {answer.seconds:.1f} s")
    console.print(facts, highlight=False)
    console.print(_sites(solved), highlight=False)
    hidden = len(answer.open_sites) - SHOWN
    if hidden > 0:
        console.print(f"... and {hidden} more; --json or --output lists them all.", highlight=False)


def write_solved(path: Path, solved: Solved) -> None:
    """Write the answer: all of it to a .json file, the assignment to a .csv file.

    Raises
    ------
    UsageError
        If the file's name ends otherwise.
    """
    check_output(path)
    if path.suffix == ".json":
        text = json.dumps(solved.document(), ensure_ascii=False, indent=1)
        path.write_text(text + "\n", encoding="utf-8")
        return
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(("customer", "site", "fraction"))
        writer.writerows(solved.rows())


def check_output(path: Path) -> None:
    """Refuse a file name whose ending is neither .json nor .csv.

    Raises
    ------
    UsageError
        Then.
    """
    if path.suffix not in (".json", ".csv"):
        raise UsageError(f"{path}: the answer is written as .json or .csv.")


def _sites(solved: Solved) -> Table:
    answer = solved.answer
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Open site")
    table.add_column("Customers", justify="right")
    counts = np.bincount(
        answer.site_of_customer[answer.site_of_customer >= 0], minlength=len(solved.site_names)
    )
    for site in answer.open_sites[:SHOWN]:
        table.add_row(solved.site_names[site], f"{counts[site]:,}" if len(answer.customer) else "")
    return table


def _figure(value: float) -> str:
    return f"{value:,.10g}" if math.isfinite(value) else "not known"
