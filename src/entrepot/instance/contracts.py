"""What an operator's offer asks and allows beyond its rates."""

from dataclasses import dataclass

import numpy as np

from entrepot.instance.arrays import BoolArray, FloatArray, IntArray, seal


@dataclass(frozen=True, slots=True, eq=False)
class Contracts:
    """Terms of the offers in `Operators`, row by row. All arrays (n_operators,) unless said.

    Attributes
    ----------
    firm : name of the firm that makes the offer; a firm may make several.
    commitment : parcels/year per centre to be paid for; the centres of one offer make up for each other.
    term : years; who leaves earlier pays `exit_fee`, EUR.
    notice : months for which the fixed fee is owed by who leaves at once, before the first period.
    onboarding : EUR once per contract. start_up : months of the fixed fee before the first parcel.
    first_capacity : parcels/day that a contract's first period can handle (ramp-up), inf where not stated.
    tier_from : (n_operators, n_tiers) parcels/year over all centres of the offer, ascending, inf = no tier.
    tier_discount : (n_operators, n_tiers) discount on pick and pack, fraction, ascending.
    is_all_units : the discount of the tier reached counts for all parcels, not only for those above it.
    is_exclusive : no other third party works in the same country at the same time.
    serves : (n_operators, n_products) whether its capabilities are those that the product class needs.
    risk : planner's mark from 0 (none) to 1, shown beside the choice.
    capabilities : words of the planner.
    """

    firm: tuple[str, ...]
    commitment: FloatArray
    term: FloatArray
    exit_fee: FloatArray
    notice: FloatArray
    onboarding: FloatArray
    start_up: FloatArray
    first_capacity: FloatArray
    tier_from: FloatArray
    tier_discount: FloatArray
    is_all_units: BoolArray
    is_exclusive: BoolArray
    serves: BoolArray
    risk: FloatArray
    capabilities: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        seal(self, len(self.firm))

    @property
    def firm_index(self) -> IntArray:
        """Firm of each offer, (n_operators,) index into the firms in the order of their first offers."""
        names = list(dict.fromkeys(self.firm))
        return np.array([names.index(name) for name in self.firm], dtype=np.int64)


def plain_contracts(firms: tuple[str, ...], n_products: int) -> Contracts:
    """Contracts without any terms: what is handled is paid for, and no more."""
    n = len(firms)

    def none() -> FloatArray:
        return np.zeros(n)

    return Contracts(
        firm=firms,
        commitment=none(),
        term=none(),
        exit_fee=none(),
        notice=none(),
        onboarding=none(),
        start_up=none(),
        first_capacity=np.full(n, np.inf),
        tier_from=np.full((n, 0), np.inf),
        tier_discount=np.zeros((n, 0)),
        is_all_units=np.zeros(n, dtype=np.bool_),
        is_exclusive=np.zeros(n, dtype=np.bool_),
        serves=np.ones((n, n_products), dtype=np.bool_),
        risk=none(),
        capabilities=((),) * n,
    )
