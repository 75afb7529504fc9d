"""What carriers ask for beyond their rates, and whether the plan chooses them."""

from dataclasses import dataclass

import numpy as np

from entrepot.instance.arrays import BoolArray, FloatArray, seal


@dataclass(frozen=True, slots=True, eq=False)
class CarrierTerms:
    """Contracts with carriers, row by row as in `Carriers`. All arrays (n_carriers,) unless said.

    Attributes
    ----------
    is_chosen : whether a carrier must be contracted before it delivers; else every one always may.
    onboarding : EUR once, when the carrier first works anywhere.
    onboarding_in : (n_carriers, n_countries) EUR once, when it first delivers in a country.
    fixed_fee_in : (n_carriers, n_countries) EUR/year while it is contracted there.
    capacity_in : (n_carriers, n_countries) parcels/day, inf = no limit.
    commitment : EUR/year of delivery rates that must be paid for.
    term : years, the least length of a contract in a country.
    tier_from : (n_carriers, n_tiers) EUR/year of delivery rates, ascending, inf = no tier.
    tier_discount : (n_carriers, n_tiers) discount on the rates, fraction, ascending.
    is_all_units : the discount reached counts for the whole spend, not only for what is above the threshold.
    counts_by_country : commitment and tiers count in each country alone, not over the network.
    """

    is_chosen: BoolArray
    onboarding: FloatArray
    onboarding_in: FloatArray
    fixed_fee_in: FloatArray
    capacity_in: FloatArray
    commitment: FloatArray
    term: FloatArray
    tier_from: FloatArray
    tier_discount: FloatArray
    is_all_units: BoolArray
    counts_by_country: BoolArray

    def __post_init__(self) -> None:
        seal(self, len(self.onboarding))


def plain_carriage(n_carriers: int, n_countries: int) -> CarrierTerms:
    """Every carrier delivers everywhere without a contract."""
    in_countries = np.zeros((n_carriers, n_countries))
    no = np.zeros(n_carriers, dtype=np.bool_)
    return CarrierTerms(
        is_chosen=no,
        onboarding=np.zeros(n_carriers),
        onboarding_in=in_countries,
        fixed_fee_in=in_countries.copy(),
        capacity_in=np.full(in_countries.shape, np.inf),
        commitment=np.zeros(n_carriers),
        term=np.zeros(n_carriers),
        tier_from=np.full((n_carriers, 0), np.inf),
        tier_discount=np.zeros((n_carriers, 0)),
        is_all_units=no.copy(),
        counts_by_country=no.copy(),
    )
