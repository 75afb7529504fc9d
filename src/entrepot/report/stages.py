"""Objectives in order, in words and as a table."""

import numpy as np
import polars as pl

from entrepot.instance import Instance
from entrepot.plans.result import Stage
from entrepot.plans.stages import UNITS

_LABELS = {
    "value": "net present value",
    "share": "share",
    "service": "service",
    "carbon": "carbon",
    "capital": "capital",
    "deviation": "deviation",
}


def stage_label(instance: Instance, stage: Stage) -> str:
    """Name of a stage's objective."""
    objective = stage.objective
    hours = f" within {objective.hours:g} h" if objective.kind == "service" else ""
    place = objective.country_index
    where = f" in {instance.countries.labels[place]}" if place >= 0 else ""
    return f"{_LABELS[objective.kind]}{hours}{where}"


def stage_amount(instance: Instance, stage: Stage, amount: float) -> str:
    """An amount in the objective's unit, for people."""
    if not np.isfinite(amount):
        return "not known"
    if stage.objective.kind in ("value", "capital"):
        return f"{instance.money.currency} {amount / 1e6:,.2f} m"
    if stage.objective.kind == "carbon":
        return f"{amount / 1e3:,.0f} t"
    return f"{amount:.2%}" if stage.objective.kind in ("share", "service") else f"{amount:g}"


def stages_frame(instance: Instance, stages: tuple[Stage, ...]) -> pl.DataFrame:
    """One row per objective, in order; amounts in the objective's unit."""
    return pl.DataFrame(
        [
            {
                "order": number,
                "objective": stage_label(instance, stage),
                "unit": UNITS[stage.objective.kind].replace("EUR", instance.money.currency),
                "best_found": stage.found,
                "bound": stage.claimed_bound,
                "bound_recomputed": stage.certified_bound,
                "gap": stage.gap,
                "tolerance": stage.tolerance,
                "in_the_plan": stage.final,
                "stopped_because": stage.stop_reason,
            }
            for number, stage in enumerate(stages, start=1)
        ],
        schema={
            "order": pl.Int64,
            "objective": pl.String,
            "unit": pl.String,
            "best_found": pl.Float64,
            "bound": pl.Float64,
            "bound_recomputed": pl.Float64,
            "gap": pl.Float64,
            "tolerance": pl.Float64,
            "in_the_plan": pl.Float64,
            "stopped_because": pl.String,
        },
    )
