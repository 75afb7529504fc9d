"""Service classes, floors and limits."""

from collections.abc import Callable, Iterator

import numpy as np

from entrepot.assembly.checks.findings import at_setting, listed
from entrepot.assembly.lookup import Lookup
from entrepot.errors import Finding
from entrepot.tables.study import Study


def service_classes_ascend(study: Study) -> Iterator[Finding]:
    """Class limits and the days that stand for them ascend; there is one class more than limits."""
    hours = np.atleast_1d(np.asarray(study.settings["service.class_hours"], dtype=float))
    days = np.atleast_1d(np.asarray(study.settings["service.class_days"], dtype=float))
    for key, values in (("service.class_hours", hours), ("service.class_days", days)):
        if np.any(np.diff(values) <= 0):
            yield at_setting(study, key, ("The values do not ascend.", "List them from fast to slow."))
    if len(days) != len(hours) + 1:
        problem = f"There are {len(hours)} class limits, so {len(hours) + 1} numbers of days are needed."
        yield at_setting(study, "service.class_days", (problem, "The last one stands for the slower class."))


def floors_name_classes_and_countries(study: Study) -> Iterator[Finding]:
    """A service floor uses one of the class limits and a known country."""
    hours = np.atleast_1d(np.asarray(study.settings["service.class_hours"], dtype=float)).tolist()
    known = study.tables["countries"]["country"].to_list()
    for number, floor in enumerate(study.service_floors, start=1):
        place = f"limits.service {number}"
        if floor["hours"] not in hours:
            yield at_setting(
                study,
                place,
                (
                    f"hours = {floor['hours']} is not a service class.",
                    f"Use one of {listed(map(str, hours))}.",
                ),
            )
        if floor.get("country") and floor["country"] not in known:
            text = (f"Unknown country {floor['country']}.", "Use a code of the table countries.")
            yield at_setting(study, place, text)


def counts_leave_room(study: Study) -> Iterator[Finding]:
    """The least number of centres is not above the largest."""
    lookup = Lookup(study)
    n_periods = int(lookup.setting("periods.count"))
    least = lookup.per_period("limits.min_centres", n_periods, 0.0)
    most = lookup.per_period("limits.max_centres", n_periods, np.inf)
    if np.any(least > most):
        text = ("limits.min_centres is above limits.max_centres.", "Lower the one or raise the other.")
        yield at_setting(study, "limits.min_centres", text)


CHECKS: tuple[Callable[[Study], Iterator[Finding]], ...] = (
    service_classes_ascend,
    floors_name_classes_and_countries,
    counts_leave_room,
)
