"""HM14 files of competitive location with multinomial logit: maximum capture.

::

    n_customers n_sites n_rivals
    weight_1 ... weight_n_customers
    utility_1 ... utility_n_customers         per rival's facility
    utility_1 ... utility_n_customers         per site

The attraction of a site is exp(beta * utility), that of a rival's facility exp(alpha * beta * utility): the
smaller alpha, the stronger the rival, since utilities are negative. A file may hold several instances one
after another; the option `part` chooses.

References
----------
Haase, K., Mueller, S. (2014): A comparison of linear reformulations for multinomial logit choice
probabilities in facility location models. EJOR 232, 689-691.
Legault, R., Frejinger, E.: A model-free approach for solving choice-based competitive facility location
problems using simulation and submodularity. INFORMS Journal on Computing.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import logsumexp

from entrepot.errors import UsageError
from entrepot.location.problem import FloatArray
from entrepot.tables.formats.numbers import Numbers
from entrepot.tables.formats.stated import Reading

HIGHEST = 690.0
"""Largest utility above the rivals' that exp can hold; the share is 1 in float64 long before."""


@dataclass(frozen=True, slots=True, eq=False)
class Attractions:
    """What attracts customers.

    Attributes
    ----------
    name : of the instance. weight : (n_customers,). own : (n_customers, n_sites) > 0.
    rival : (n_customers,) of all rivals' facilities together. A customer's attractions are scaled so that
        this is 1, which changes no share.
    """

    name: str
    weight: FloatArray
    own: FloatArray
    rival: FloatArray


def read_hm14(path: Path, reading: Reading) -> Attractions:
    """Read one instance of an HM14 file.

    Raises
    ------
    DataError
        With everything that is wrong.
    UsageError
        If the file does not hold as many instances.
    """
    numbers = Numbers(path)
    part = 0
    while part < reading.part:
        if part and not numbers.n_left:
            raise UsageError(f"{path.name} holds {part} instances; there is no part {reading.part}.")
        weight, own, rival = _instance(numbers)
        part += 1
    while numbers.n_left:
        _instance(numbers)
    numbers.finish()
    name = path.stem if reading.part == 1 else f"{path.stem}, part {reading.part}"
    together = logsumexp(reading.alpha * reading.beta * rival, axis=0)
    attraction = np.exp(np.minimum(reading.beta * own - together, HIGHEST))
    return Attractions(name, weight, np.ascontiguousarray(attraction.T), np.ones(len(weight)))


def _instance(numbers: Numbers) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weights, utilities of own sites, utilities of rivals' facilities: rows of customers."""
    n_customers, n_sites = numbers.count("number of customers"), numbers.count("number of sites")
    n_rivals = numbers.count("number of rivals' facilities")

    def field(kind: str, place: int) -> str:
        row, customer = divmod(place, n_customers)
        return f"utility of customer {customer + 1} for {kind} {row + 1}"

    weight = numbers.take(n_customers, lambda place: f"weight of customer {place + 1}", least=0.0)
    rival = numbers.take(n_rivals * n_customers, lambda place: field("rival's facility", place))
    own = numbers.take(n_sites * n_customers, lambda place: field("site", place))
    return weight, own.reshape(n_sites, n_customers), rival.reshape(n_rivals, n_customers)
