"""The engine: canonical problem in, plan and bounds out. Nothing heavy is imported before it is used."""

from typing import Any

__all__ = ["solve"]


def __getattr__(name: str) -> Any:
    if name != "solve":
        raise AttributeError(f"module 'entrepot.solvers' has no attribute {name!r}")
    from entrepot.solvers.price_cut_plan import solve

    return solve
