"""Foreign formats of classic location problems: a file in, a problem of `entrepot.location` out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from entrepot.errors import UsageError
from entrepot.location import FacilityLocation
from entrepot.tables.formats.csv_costs import read_csv_costs
from entrepot.tables.formats.csv_points import read_csv_points
from entrepot.tables.formats.hm14 import Attractions, read_hm14
from entrepot.tables.formats.holmberg import read_holmberg
from entrepot.tables.formats.orlib import read_orlib
from entrepot.tables.formats.pmed import read_pmed
from entrepot.tables.formats.stated import Question, Reading, Stated, located, needed_count
from entrepot.tables.formats.tbed1 import read_tbed1
from entrepot.tables.formats.tsplib import read_tsplib
from entrepot.tables.formats.ufllib import read_ufllib
from entrepot.tables.names import did_you_mean, listed

__all__ = [
    "FORMATS", "QUESTIONS", "Attractions", "Format", "Question", "Reading", "Stated", "located",
    "needed_count", "read_attractions", "read_located", "read_stated",
]  # fmt: skip

QUESTIONS: tuple[Question, ...] = (
    "ufl", "cflp", "sscflp", "p-median", "p-centre", "max-covering", "max-capture",
)  # fmt: skip
_OF_COSTS: tuple[Question, ...] = QUESTIONS[:6]
_WITHOUT_LIMIT: tuple[Question, ...] = ("ufl", "p-median", "p-centre", "max-covering")


@dataclass(frozen=True, slots=True)
class Format:
    """A foreign format.

    Attributes
    ----------
    name : as the user writes it. content : what its files hold. questions : what can be asked of one.
    read : its reader; None for maximum capture, whose files state attractions instead of costs.
    """

    name: str
    content: str
    questions: tuple[Question, ...]
    read: Callable[[Path, Question, Reading], Stated] | None


FORMATS = {
    made.name: made
    for made in (
        Format("orlib", "OR-Library cap41 ... capc: capacities, fixed costs, costs", _OF_COSTS, read_orlib),
        Format("ufllib", "UflLib, simple format: fixed costs, costs", _WITHOUT_LIMIT, read_ufllib),
        Format("pmed", "OR-Library pmed: a graph and p", _WITHOUT_LIMIT, read_pmed),
        Format("tsplib", "TSPLIB .tsp: points in the plane", _WITHOUT_LIMIT, read_tsplib),
        Format("holmberg", "Holmberg et al., and sscflp-small", _OF_COSTS, read_holmberg),
        Format("tbed1", "Avella and Boccia: unit costs", _OF_COSTS, read_tbed1),
        Format("hm14", "utilities of sites and rivals", ("max-capture",), None),
        Format("csv-costs", "your own table: customers in rows, sites in columns", _OF_COSTS, read_csv_costs),
        Format("csv-points", "your own table: points with x, y", _OF_COSTS, read_csv_points),
    )
}


def read_stated(path: Path, file_format: str, question: Question, reading: Reading) -> Stated:
    """Read what a file states about customers and sites.

    Parameters
    ----------
    path : the file. file_format : key of `FORMATS`. question : what will be asked. reading : options.

    Raises
    ------
    DataError
        With everything that is wrong in the file.
    UsageError
        If there is no such file or format, or the format cannot answer the question.
    """
    chosen = _format_for(path, file_format, question)
    if chosen.read is None:
        raise UsageError(f"A file of format {chosen.name} states attractions; ask for max-capture.")
    return chosen.read(path, question, reading)


def read_located(path: Path, file_format: str, question: Question, reading: Reading) -> FacilityLocation:
    """Read a problem of facility location: ufl, cflp, sscflp or p-median; errors as `read_stated`."""
    return located(read_stated(path, file_format, question, reading), question, reading)


def read_attractions(path: Path, file_format: str, reading: Reading) -> Attractions:
    """Read what maximum capture needs; errors as `read_stated`."""
    _format_for(path, file_format, "max-capture")
    return read_hm14(path, reading)


def _format_for(path: Path, file_format: str, question: Question) -> Format:
    if not path.is_file():
        raise UsageError(f"There is no file {path}.")
    if file_format not in FORMATS:
        remedy = did_you_mean(file_format, FORMATS, f"Known formats: {listed(FORMATS)}.")
        raise UsageError(f"The format {file_format!r} is not known. {remedy}")
    chosen = FORMATS[file_format]
    if question not in chosen.questions:
        answers = listed(chosen.questions)
        raise UsageError(f"A file of format {file_format} cannot answer {question}; it can answer {answers}.")
    return chosen
