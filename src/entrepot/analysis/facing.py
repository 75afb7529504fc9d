"""Our plan and the rivals: their replies, what they cost us, and whether to ignore, follow or pre-empt.

Read from `face_rivals` down. The plans are made by `entrepot.plan`, the values by the referee.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from entrepot.analysis.behaviours import (
    Behaviour,
    Search,
    answering_rivals,
    behaviours_against,
    reply_together,
    same_centres,
)
from entrepot.analysis.capture import refuse_fixed_assortment
from entrepot.analysis.effort import Effort
from entrepot.analysis.regret import RegretTable
from entrepot.analysis.reply import DEFAULT_MOST
from entrepot.analysis.robust import RobustChoice, choose_robust
from entrepot.errors import InfeasibleError, SolverError, UsageError
from entrepot.instance import Instance, fingerprint
from entrepot.plans.plan import Plan
from entrepot.plans.referee import judge
from entrepot.plans.result import Result, Verdict

OURS = "our plan"
IGNORE, REROUTE, FOLLOW, PRE_EMPT = "ignore", "re-route", "follow", "pre-empt"


@dataclass(frozen=True, slots=True, eq=False)
class Contest:
    """What rivals do about a plan of ours, what that does to it, and our answers.

    Attributes
    ----------
    result : our plan, made without regard to replies.
    behaviours : none, each rival's best reply, and of several rivals all together.
    verdicts : of our plan as it stands, one per behaviour; with breaches where a limit no longer holds.
    answers : our best answer to each behaviour, known from the start; the first is `result` itself. Empty
        where only replies were asked for, and so are the following.
    followed : our plan with its centres kept until the reply is seen, the rest planned anew, one per
        behaviour; None where no such plan meets the limits.
    regret : ignore, re-route, follow and pre-empt over the behaviours.
    robust : of our plans the best at its worst.
    """

    result: Result
    behaviours: tuple[Behaviour, ...]
    verdicts: tuple[Verdict, ...]
    answers: tuple[Result, ...] = ()
    followed: tuple[Result | None, ...] = ()
    regret: RegretTable | None = None
    robust: RobustChoice | None = None


def face_rivals(
    instance: Instance,
    result: Result | None = None,
    *,
    rivals: str | Sequence[str] = (),
    most: int = DEFAULT_MOST,
    replan: bool = True,
    effort: Effort | None = None,
) -> Contest:
    """Let the rivals answer our plan, and weigh our responses.

    Parameters
    ----------
    instance : the problem, with candidate centres of rivals.
    result : our plan for it; made here where None.
    rivals : keys of those who may answer; all with candidates where empty.
    most : centres that each may add. replan : False stops after the replies and our plan as it stands.
    effort : how far each of our plans is searched, and who watches.

    Returns
    -------
    Contest

    Raises
    ------
    UsageError : no rival can answer, or the result is of another instance.
    InfeasibleError : no plan meets all limits.
    SolverError : as for `entrepot.plan`, or no plan of ours was found in time.

    Notes
    -----
    Responses: *ignore* keeps our plan as it is, flows included. *Re-route* keeps all its centres and lets
    every customer be served anew. *Follow* keeps the centres of the periods until the first new centre of a
    rival is open, and decides everything else anew, knowing the reply. *Pre-empt X* opens from the start the
    centres of the plan that is best if X happens. All are valued under every behaviour.
    """
    refuse_fixed_assortment(instance)
    effort = effort or Effort()
    chosen = answering_rivals(instance, rivals)
    if result is None:
        result = effort.plan(instance, OURS)
    ours = _plan_of(instance, result)
    search = Search(chosen, most, effort.seconds, effort.seed, effort.told("replies", may_stop=False))
    behaviours = behaviours_against(instance, ours, search)
    verdicts = tuple(judge(behaviour.applied(instance), ours) for behaviour in behaviours)
    if not replan:
        return Contest(result, behaviours, verdicts)
    answers = _answers(instance, result, behaviours, effort)
    pairs = list(zip(behaviours, answers, strict=True))
    followed = _followed(instance, result, pairs, effort)
    robust = _robust(instance, pairs, search, effort)
    regret = _regret(pairs, verdicts, followed, robust)
    return Contest(result, behaviours, verdicts, answers, followed, regret, robust)


def kept_periods(behaviour: Behaviour, n_periods: int) -> int:
    """Periods whose centres stand when the reply is seen: those until a rival's first new centre is open."""
    first = [int(reply.period.min()) for reply in behaviour.replies if len(reply.period)]
    return min(first) + 1 if first else n_periods


def _plan_of(instance: Instance, result: Result) -> Plan:
    if result.plan is None:
        raise SolverError("There is no plan of ours for rivals to answer. Give it more --seconds.")
    if result.proof.fingerprint != fingerprint(instance):
        raise UsageError("The result was made from other data than the study has now. Plan again first.")
    return result.plan


def _answers(
    instance: Instance, result: Result, behaviours: tuple[Behaviour, ...], effort: Effort
) -> tuple[Result, ...]:
    """Our best answer to each behaviour, planned from the first period on."""
    answers: list[Result] = [result]
    for number, behaviour in enumerate(behaviours[1:], start=1):
        earlier = [k for k in range(number) if same_centres(behaviours[k], behaviour)]
        if earlier:
            answers.append(answers[earlier[0]])
            continue
        label = f"answer to {behaviour.name}"
        answers.append(effort.plan(behaviour.applied(instance), label, after=result))
    return tuple(answers)


def _followed(
    instance: Instance, result: Result, pairs: Sequence[tuple[Behaviour, Result]], effort: Effort
) -> tuple[Result | None, ...]:
    """Our plan with the centres of the periods before the reply is seen, the rest planned anew."""
    followed: list[Result | None] = []
    for number, (behaviour, answer) in enumerate(pairs):
        alike = next(k for k in range(number + 1) if same_centres(pairs[k][0], behaviour))
        if alike < number:
            followed.append(followed[alike])
        elif result.plan is None or not any(len(reply.candidate) for reply in behaviour.replies):
            followed.append(result)
        else:
            keep = result.plan, kept_periods(behaviour, instance.n_periods)
            label = f"{FOLLOW} after {behaviour.name}"
            try:
                followed.append(effort.plan(behaviour.applied(instance), label, after=answer, keep=keep))
            except InfeasibleError:
                followed.append(None)
    return tuple(followed)


def _robust(
    instance: Instance, pairs: Sequence[tuple[Behaviour, Result]], search: Search, effort: Effort
) -> RobustChoice:
    """Our plans against all behaviours and against the replies of all rivals to each of them."""
    plans: dict[str, Plan] = {}
    replies = [behaviour for behaviour, _ in pairs]
    for number, (behaviour, answer) in enumerate(pairs):
        if answer.plan is None:
            continue
        name = f"{PRE_EMPT} {behaviour.name}" if number else OURS
        plans[name] = answer.plan
        own = reply_together(instance, answer.plan, search)
        if not any(same_centres(own, known) for known in replies):
            replies.append(Behaviour(f"reply to {name}", own.replies, own.is_settled))
    return choose_robust(instance, plans, replies, effort=effort, answers=[answer for _, answer in pairs])


def _regret(
    pairs: Sequence[tuple[Behaviour, Result]],
    verdicts: Sequence[Verdict],
    followed: Sequence[Result | None],
    robust: RobustChoice,
) -> RegretTable:
    """Ignore, re-route, follow, and pre-empt each behaviour, under every behaviour."""
    ignore = np.array([verdict.ledger.value for verdict in verdicts])
    found = [None if result is None else result.verdict for result in followed]
    follow = np.array([np.nan if verdict is None else verdict.ledger.value for verdict in found])
    centres = robust.value[:, : len(pairs)]
    value = np.vstack([ignore, centres[:1], follow, centres[1:]])
    is_kept = np.ones(value.shape, dtype=np.bool_)
    is_kept[0] = [not verdict.breaches for verdict in verdicts]
    return RegretTable(
        responses=(IGNORE, REROUTE, FOLLOW, *robust.plans[1:]),
        behaviours=tuple(behaviour.name for behaviour, _ in pairs),
        value=value,
        is_kept=is_kept,
        bound=np.array([answer.proof.claimed_bound for _, answer in pairs]),
    )
