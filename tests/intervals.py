"""What is proved of two instances, compared as [plan, bound] intervals."""

from functools import lru_cache

from entrepot.errors import InfeasibleError
from entrepot.instance import Instance
from entrepot.planning import plan

SLACK = 1e-6


@lru_cache(maxsize=64)
def interval(instance: Instance) -> tuple[float, float, float] | None:
    """Value, bound and controllable cost of a small instance; None where its limits contradict each other."""
    try:
        result = plan(instance, gap=1e-7, seconds=60.0)
    except InfeasibleError:
        return None
    assert result.verdict is not None
    return result.proof.value, result.proof.claimed_bound, result.verdict.ledger.controllable_cost


def assert_not_worse(better: Instance, base: Instance) -> None:
    """The optimal value of `better` is at least that of `base`."""
    low = interval(base)
    if low is None:
        return
    high = interval(better)
    assert high is not None
    assert high[1] >= low[0] - SLACK * (1.0 + low[2])
