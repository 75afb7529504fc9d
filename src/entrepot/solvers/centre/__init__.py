"""p-centre: thresholds decided as set covers of a growing sample of the customers."""

from entrepot.solvers.centre.search import solve

__all__ = ["solve"]
