"""Of several plans of ours the one that is best against its worst reply.

References
----------
A. Wald, 1945, Statistical decision functions which minimize the maximum risk, Annals of Mathematics 46: the
max-min choice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from entrepot.analysis.behaviours import Behaviour, same_centres
from entrepot.analysis.effort import Effort
from entrepot.errors import InfeasibleError, UsageError
from entrepot.instance import FloatArray, Instance, IntArray
from entrepot.plans.plan import Plan
from entrepot.plans.referee import judge
from entrepot.plans.result import Result


@dataclass(frozen=True, slots=True, eq=False)
class RobustChoice:
    """Plans of ours (rows), by their centres, against a list of replies (columns).

    Attributes
    ----------
    plans, replies : names.
    value : (n_plans, n_replies) net present value by the referee with the best flows found for the plan's
        centres, EUR; nan where no flows meet the limits.
    """

    plans: tuple[str, ...]
    replies: tuple[str, ...]
    value: FloatArray

    @property
    def worst_reply(self) -> IntArray:
        """Reply under which each plan is worth least: (n_plans,) index."""
        worst: IntArray = self._known().argmin(axis=1)
        return worst

    @property
    def worst_value(self) -> FloatArray:
        """What each plan is worth at least, EUR: (n_plans,); -inf where it is impossible under some reply."""
        least: FloatArray = self._known().min(axis=1)
        return least

    @property
    def chosen(self) -> int:
        """Plan of the largest worst value (the first of equals)."""
        return int(self.worst_value.argmax())

    def _known(self) -> FloatArray:
        return np.where(np.isnan(self.value), -np.inf, self.value)


def choose_robust(
    instance: Instance,
    plans: Mapping[str, Plan],
    behaviours: Sequence[Behaviour],
    *,
    effort: Effort | None = None,
    answers: Sequence[Result] = (),
) -> RobustChoice:
    """Value the centres of each plan under each behaviour of the rivals; `chosen` is the max-min choice.

    Parameters
    ----------
    instance : without any reply. plans : ours, by name. behaviours : what rivals may do.
    effort : of choosing the flows.
    answers : best plans under the first of the behaviours, where known: flows are found sooner from them.

    Notes
    -----
    Centres are what a plan commits to; who is served from where is chosen when the reply is known. (A plan's
    own flows could not even stand where fewer rivals answer than it was made for: its shares would rise
    beyond what its centres can handle.) Equal centres and equal replies are valued once.

    Raises
    ------
    UsageError : there is no plan or no behaviour.
    """
    if not plans or not behaviours:
        raise UsageError("A robust choice needs at least one plan and one behaviour of the rivals.")
    effort = effort or Effort()
    value = np.full((len(plans), len(behaviours)), np.nan)
    rows = list(plans.values())
    for column, behaviour in enumerate(behaviours):
        alike = next(k for k in range(column + 1) if same_centres(behaviours[k], behaviour))
        if alike < column:
            value[:, column] = value[:, alike]
            continue
        around = behaviour.applied(instance)
        answer = answers[column] if column < len(answers) else None
        for row, (name, ours) in enumerate(plans.items()):
            twin = next(k for k in range(row + 1) if _same_centres(rows[k], ours))
            label = f"{name} under {behaviour.name}"
            value[row, column] = (
                value[twin, column] if twin < row else value_of_centres(around, ours, effort, label, answer)
            )
    return RobustChoice(tuple(plans), tuple(each.name for each in behaviours), value)


def value_of_centres(
    around: Instance, ours: Plan, effort: Effort, label: str, answer: Result | None = None
) -> float:
    """Net present value of a plan's centres with the best flows found, EUR; nan where none meet the limits.

    Parameters
    ----------
    around : the instance in which the rivals behave so. ours : made for it or for another one.
    effort, label : of choosing the flows. answer : a result under the same behaviour, to start from.
    """
    verdict = judge(around, ours)
    known = [] if verdict.breaches else [verdict.ledger.value]
    if answer is not None and _has_centres(answer, ours):
        return max([answer.proof.value, *known])
    try:
        found = effort.plan(around, label, after=answer, keep=(ours, around.n_periods)).verdict
    except InfeasibleError:
        found = None
    return max([*known, *([] if found is None else [found.ledger.value])], default=np.nan)


def _has_centres(answer: Result, ours: Plan) -> bool:
    return answer.plan is not None and _same_centres(answer.plan, ours)


def _same_centres(one: Plan, other: Plan) -> bool:
    return np.array_equal(one.size, other.size) and np.array_equal(one.operator, other.operator)
