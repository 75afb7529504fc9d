"""Fit the constants of attraction so that the model's shares are the shares that were observed.

References
----------
S. Berry, J. Levinsohn, A. Pakes, 1995, Automobile prices in market equilibrium, Econometrica 63(4): the
constants that reproduce given shares are unique, and constant += log(observed share) - log(model's share)
contracts to them. That is slow where few customers are left to the others, so Newton's steps are taken.
D. McFadden, 1974, Conditional logit analysis of qualitative choice behavior: the log-likelihood is concave
in the constants, and its gradient is observed share - model's share.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from entrepot.errors import UsageError
from entrepot.instance import FloatArray, Instance
from entrepot.terms.arrays import Amount
from entrepot.terms.share import none_attraction, own_attraction, rival_attraction


@dataclass(frozen=True, slots=True)
class OwnTarget:
    """The share that we hold, or expect, with a given offer.

    Attributes
    ----------
    share : fraction of all purchases of the period, weighted by demand.
    hours : promise, hours; one for all markets or (n_markets,).
    """

    share: float
    hours: Amount


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Fitted constants and the shares that they give.

    Attributes
    ----------
    rival_constant : (n_rivals,) for `Rivals.attraction` (logit) or `Rivals.size` (Huff); rivals without a
        target keep theirs.
    own_constant : for `Choice.attraction` (logit) or `Choice.huff_size` (Huff); kept without a target.
    rival_share : (n_rivals,) fraction of all purchases of the period, weighted by demand.
    own_share, none_share : the same for us (0 without a target) and for buying from nobody.
    rounds : steps taken.
    """

    rival_constant: FloatArray
    own_constant: float
    rival_share: FloatArray
    own_share: float
    none_share: float
    rounds: int


def calibrate(
    instance: Instance,
    targets: Mapping[str, float],
    own: OwnTarget | None = None,
    *,
    period: int = 0,
    tolerance: float = 1e-10,
    max_rounds: int = 200,
) -> Calibration:
    """Fit the rivals' constants, and ours, to shares of all purchases in a period.

    Parameters
    ----------
    targets : share by rival (key of the table of rivals), fraction of all purchases, weighted by demand
        over all markets and products. Rivals that are not named keep their constants.
    own : our own share and promise; without it the market is modelled without us.
    period : index of the period whose demand and rival centres count.
    tolerance : largest difference between the logarithms of a share and its target.
    max_rounds : most steps; about ten are usual.

    Raises
    ------
    UsageError : a rival is unknown, a share is not between 0 and 1, the shares leave nothing for the others,
        a firm with a target offers nothing, or the constants do not settle.

    Notes
    -----
    The utility of buying from nobody stays as it is: only differences of utilities matter, so one has to be
    fixed. Promises differ between markets, so do the shares: their mean over the demand is fitted.
    """
    _check(instance, targets, own)
    attraction, weight = _attractions(instance, own, period)
    wanted = np.array(
        [*(targets.get(name, np.nan) for name in instance.rivals.ids), own.share if own else np.nan]
    )
    _check_offers(instance, attraction, weight, wanted)
    shift = np.zeros(len(wanted))
    for done in range(max_rounds):
        chosen = _choices(attraction * np.exp(shift)[:, None], none_attraction(instance))
        share: FloatArray = chosen @ weight
        if _miss(wanted, share) <= tolerance:
            return _calibration(instance, shift, share, done)
        shift += _newton_step(wanted, share, chosen, weight)
    raise UsageError(
        f"the shares did not settle in {max_rounds} steps: allow more, or start from nearer constants"
    )


def _attractions(instance: Instance, own: OwnTarget | None, period: int) -> tuple[FloatArray, FloatArray]:
    """Attraction of every firm, ours last, and the weight of every cell of the period.

    Returns
    -------
    (n_rivals + 1, n_cells) and (n_cells,), which sums to 1; a cell is a market and a product.
    """
    demand = instance.demand[:, :, period]
    if demand.sum() <= 0:
        raise UsageError(f"period {instance.periods.labels[period]} has no demand to calibrate with")
    ours = np.zeros(demand.shape)
    if own is not None:
        hours = np.broadcast_to(np.asarray(own.hours, dtype=np.float64), (instance.n_markets,))
        ours += own_attraction(instance, hours[:, None], instance.products.delivery_fee)
    theirs = np.repeat(rival_attraction(instance)[:, :, period], instance.n_products, axis=1)
    return np.vstack([theirs, ours.ravel()]), demand.ravel() / demand.sum()


def _choices(attraction: FloatArray, none: float) -> FloatArray:
    """Share of every firm in every cell: (n_firms, n_cells)."""
    total = attraction.sum(axis=0) + none
    shares: FloatArray = np.divide(attraction, total, out=np.zeros_like(attraction), where=total > 0)
    return shares


def _newton_step(wanted: FloatArray, share: FloatArray, chosen: FloatArray, weight: FloatArray) -> FloatArray:
    """Step of the constants, damped so that no attraction changes by more than a factor e."""
    fitted = np.flatnonzero(np.isfinite(wanted))
    slope = np.diag(share[fitted]) - (chosen[fitted] * weight) @ chosen[fitted].T
    step = np.zeros(len(wanted))
    step[fitted] = np.linalg.lstsq(slope, wanted[fitted] - share[fitted], rcond=None)[0]
    damped: FloatArray = step / (1.0 + np.abs(step).max())
    return damped


def _miss(wanted: FloatArray, share: FloatArray) -> float:
    """Largest difference of logarithms between the shares and their targets."""
    fitted = np.isfinite(wanted)
    return float(np.abs(np.log(share[fitted] / wanted[fitted])).max(initial=0.0))


def _calibration(instance: Instance, shift: FloatArray, share: FloatArray, rounds: int) -> Calibration:
    """Turn shifts of log attraction into constants of the model."""
    rivals, choice = instance.rivals, instance.choice
    if choice.model == "huff":
        factor = np.exp(shift / choice.huff_size_power)
        constant, own_constant = rivals.size * factor[:-1], choice.huff_size * float(factor[-1])
    else:
        constant, own_constant = rivals.attraction + shift[:-1], choice.attraction + float(shift[-1])
    own_share, none_share = float(share[-1]), 1.0 - float(share.sum())
    return Calibration(constant, own_constant, share[:-1], own_share, none_share, rounds)


def _check(instance: Instance, targets: Mapping[str, float], own: OwnTarget | None) -> None:
    unknown = sorted(set(targets) - set(instance.rivals.ids))
    if unknown:
        known = ", ".join(instance.rivals.ids) or "none"
        raise UsageError(f"no such rival: {', '.join(unknown)}. The study has: {known}.")
    named = dict(targets) | ({"our own": own.share} if own else {})
    for name, share in named.items():
        if not 0.0 < share < 1.0:
            raise UsageError(
                f"the target share of {name} is {share:g}: give a fraction between 0 and 1 (24 % is 0.24)"
            )
    total = sum(named.values())
    if total >= 1.0:
        raise UsageError(
            f"the target shares sum to {total:g} and leave nothing for buying from nobody: scale them down, "
            "or give them as fractions of all purchases, those from other sellers included"
        )
    if instance.choice.model == "huff" and instance.choice.huff_size_power == 0.0:
        raise UsageError("with a size power of 0 no size changes a share: give Huff's size power above 0")


def _check_offers(instance: Instance, attraction: FloatArray, weight: FloatArray, wanted: FloatArray) -> None:
    """Every firm with a target must offer something, and somebody must be left to take the rest."""
    reach, fitted = attraction @ weight, np.isfinite(wanted)
    names = _names(instance)
    absent = [names[firm] for firm in np.flatnonzero(fitted & (reach <= 0))]
    if absent:
        raise UsageError(
            f"no offer in the period from: {', '.join(absent)}. Leave the target out, or choose a period in "
            "which there is an open centre or direct sending."
        )
    if none_attraction(instance) + reach[~fitted].sum() <= 0:
        raise UsageError(
            "nobody is left to take the rest of the market: give the utility of buying from nobody "
            "(choice.none) a number, for example 0"
        )


def _names(instance: Instance) -> tuple[str, ...]:
    return (*instance.rivals.ids, "our own offer")
