"""A way in which the world may turn out."""

from dataclasses import dataclass

from entrepot.instance.instance import Instance


@dataclass(frozen=True, slots=True, eq=False)
class Future:
    """The problem as it is if the world turns out so.

    Attributes
    ----------
    id, label : key and name to show. weight : probability, fraction; those of all futures sum to 1.
    instance : with the sites, markets and periods of all other futures, and numbers of its own.
    """

    id: str
    label: str
    weight: float
    instance: Instance
