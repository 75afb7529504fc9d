"""A classic problem in a file: read, solved, and the answer in the file's own names."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from entrepot.classics.answer import Answer
from entrepot.classics.solving import answer_capture, answer_centre, answer_covering, answer_location
from entrepot.errors import UsageError
from entrepot.location import Options, Watcher
from entrepot.tables.formats import Question, Reading, located, needed_count, read_attractions, read_stated
from entrepot.tables.formats.stated import Stated


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """A file, the question that was asked of it, and the answer.

    Attributes
    ----------
    name : of the instance. question : that was asked. answer : in indices.
    customer_names, site_names : the file's names, or numbers from 1 where it has none.
    """

    name: str
    question: Question
    answer: Answer
    customer_names: tuple[str, ...]
    site_names: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The answer as JSON; null for what is infinite."""
        answer = self.answer
        pairs = zip(answer.customer, answer.site, answer.fraction, strict=True)
        return {
            "name": self.name,
            "problem": self.question,
            "customers": len(self.customer_names),
            "sites": len(self.site_names),
            "value": _finite(answer.value),
            "bound": _finite(answer.bound),
            "certified_bound": _finite(answer.certified_bound),
            "gap": _finite(answer.gap),
            "stop_reason": answer.stop_reason,
            "seconds": round(answer.seconds, 3),
            "open_sites": [self.site_names[site] for site in answer.open_sites],
            "assignment": [
                {"customer": self.customer_names[i], "site": self.site_names[j], "fraction": float(part)}
                for i, j, part in pairs
            ],
        }

    def rows(self) -> list[tuple[str, str, float]]:
        """The assignment: customer, site, fraction."""
        answer = self.answer
        pairs = zip(answer.customer, answer.site, answer.fraction, strict=True)
        return [(self.customer_names[i], self.site_names[j], float(part)) for i, j, part in pairs]


def solve_file(
    path: Path,
    file_format: str,
    question: Question,
    reading: Reading,
    limits: tuple[Options, Watcher | None],
) -> Solved:
    """Read a file and answer the question.

    Parameters
    ----------
    path : the file. file_format : key of `entrepot.tables.formats.FORMATS`. question : what is asked.
    reading : what the file leaves open. limits : how far to go, and who watches.

    Raises
    ------
    DataError
        With everything that is wrong in the file.
    UsageError
        If the format cannot answer the question, or something that it needs is not stated.
    """
    if question == "max-capture":
        return _solve_capture(path, file_format, reading, limits)
    stated = read_stated(path, file_format, question, reading)
    answer = _answer(stated, question, reading, limits)
    n_customers, n_sites = stated.costs.n_customers, stated.costs.n_sites
    customers = stated.customer_names or _numbers(n_customers)
    return Solved(stated.name, question, answer, customers, stated.site_names or _numbers(n_sites))


def _answer(
    stated: Stated, question: Question, reading: Reading, limits: tuple[Options, Watcher | None]
) -> Answer:
    if question == "p-centre":
        return answer_centre(stated.distances, needed_count(stated, reading), *limits)
    if question == "max-covering":
        if reading.radius is None:
            raise UsageError("Covering needs a radius; give --radius in the unit of the distances.")
        reach = stated.demand, reading.radius
        return answer_covering(stated.distances, reach, needed_count(stated, reading), *limits)
    return answer_location(located(stated, question, reading), *limits)


def _solve_capture(
    path: Path, file_format: str, reading: Reading, limits: tuple[Options, Watcher | None]
) -> Solved:
    market = read_attractions(path, file_format, reading)
    if reading.n_open is None:
        raise UsageError(f"{path.name} does not state how many sites to open; give --p.")
    answer = answer_capture((market.weight, market.own, market.rival), reading.n_open, *limits)
    n_customers, n_sites = market.own.shape
    return Solved(market.name, "max-capture", answer, _numbers(n_customers), _numbers(n_sites))


def _numbers(count: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(1, count + 1))


def _finite(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None
