"""Regret of our responses over the rivals' behaviours.

References
----------
L. J. Savage, 1951, The theory of statistical decision, Journal of the American Statistical Association 46:
regret is what a choice falls short of the best one under the same circumstances.
"""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class RegretTable:
    """Our responses (rows) under the rivals' behaviours (columns).

    Attributes
    ----------
    responses, behaviours : names.
    value : (n_responses, n_behaviours) net present value by the referee, EUR; nan where no plan was found.
    is_kept : (n_responses, n_behaviours), whether all limits of the study hold.
    bound : (n_behaviours,) no plan is worth more under the behaviour, EUR; inf where not known.
    """

    responses: tuple[str, ...]
    behaviours: tuple[str, ...]
    value: FloatArray
    is_kept: BoolArray
    bound: FloatArray

    @property
    def best(self) -> FloatArray:
        """Best value known under each behaviour that keeps all limits, EUR: (n_behaviours,)."""
        is_sound = self.is_kept & ~np.isnan(self.value)
        best: FloatArray = np.where(is_sound, self.value, -np.inf).max(axis=0)
        return best

    @property
    def regret(self) -> FloatArray:
        """What a response falls short of the best one known there, EUR >= 0: at least so much."""
        regret: FloatArray = np.maximum(self.best - self.value, 0.0)
        return regret

    @property
    def most_regret(self) -> FloatArray:
        """What a response falls short of the bound, EUR: at most so much."""
        most: FloatArray = np.maximum(self.bound - self.value, 0.0)
        return most

    @property
    def worst_regret(self) -> FloatArray:
        """Largest regret of each response, EUR: (n_responses,); nan where one is unknown."""
        worst: FloatArray = self.regret.max(axis=1)
        return worst

    @property
    def least_regret(self) -> int:
        """Response of the smallest worst regret that always keeps the limits (the first of equals)."""
        is_sound = self.is_kept.all(axis=1) & ~np.isnan(self.worst_regret)
        return int(np.argmin(np.where(is_sound, self.worst_regret, np.inf)))
