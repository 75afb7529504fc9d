"""Checks across tables and against geography: all findings at once."""

from collections.abc import Callable, Iterator

from entrepot.assembly.checks import (
    carriers,
    contracts,
    customs,
    futures,
    geography,
    inbound,
    network,
    places,
    policies,
    reach,
    rules,
    stock,
    trade,
)
from entrepot.errors import Finding
from entrepot.tables.study import Study

_CHECKS: tuple[Callable[[Study], Iterator[Finding]], ...] = (
    *places.CHECKS,
    *rules.CHECKS,
    *policies.CHECKS,
    *trade.CHECKS,
    *contracts.CHECKS,
    *carriers.CHECKS,
    *customs.CHECKS,
    *inbound.CHECKS,
    *network.CHECKS,
    *stock.CHECKS,
    *futures.CHECKS,
    *geography.CHECKS,
)


def findings_of(study: Study) -> tuple[Finding, ...]:
    """Everything that is wrong, or odd, between the tables of a study whose tables are right by themselves.

    Checks of reach (is every market served by somebody?) need the other checks to pass.
    """
    findings = [finding for check in _CHECKS for finding in check(study)]
    if not any(finding.severity == "error" for finding in findings):
        findings += [finding for check in reach.CHECKS for finding in check(study)]
    return tuple(findings)
