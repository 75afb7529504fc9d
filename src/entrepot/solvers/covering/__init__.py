"""Maximal covering: merged customers, closed-form cuts, and a tree of recomputed bounds."""

from entrepot.solvers.covering.search import solve

__all__ = ["solve"]
