"""p-centre: open at most p sites so that the worst-served customer pays least.

::

    min  max_i min_{j open} c_ij     s.t. |open| <= p
"""

from dataclasses import dataclass

from entrepot.errors import UsageError
from entrepot.location.service_costs import ServiceCosts


@dataclass(frozen=True, slots=True, eq=False)
class Centre:
    """A p-centre problem.

    Attributes
    ----------
    name : of the instance. costs : of serving each customer from each site (unweighted: distances).
    n_open : p, most sites that may be open; further sites never raise the value.

    Raises
    ------
    UsageError
        If p is out of range or there are no customers.
    """

    name: str
    costs: ServiceCosts
    n_open: int

    def __post_init__(self) -> None:
        if not 1 <= self.n_open <= self.costs.n_sites:
            raise UsageError(
                f"The number of open sites must lie between 1 and {self.costs.n_sites}, not {self.n_open}."
            )
        if self.costs.n_customers < 1:
            raise UsageError("There are no customers.")
