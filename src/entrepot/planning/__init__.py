"""Instance in, refereed plan with its proof out: build, solve, lift, referee."""

from entrepot.planning.runs import plan, referee

__all__ = ["plan", "referee"]
