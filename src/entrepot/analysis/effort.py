"""How far the plans of an analysis are searched, and which of its runs reports."""

from dataclasses import dataclass, replace

from entrepot.instance import Instance
from entrepot.location import Progress, Unwatched, Watcher
from entrepot.planning import plan as plan_network
from entrepot.plans.plan import Plan
from entrepot.plans.result import Result


@dataclass(frozen=True, slots=True)
class Labelled:
    """A watcher that says which of several runs reports.

    Attributes
    ----------
    watcher : told of it. label : put before the phase.
    may_stop : False for a short run that the others rest on: it ends by itself.
    """

    watcher: Watcher
    label: str
    may_stop: bool = True

    def report(self, progress: Progress) -> None:
        """Pass on, with the label."""
        self.watcher.report(replace(progress, phase=f"{self.label}: {progress.phase}"))

    def should_stop(self) -> bool:
        """Ask the user's watcher."""
        return self.may_stop and self.watcher.should_stop()


@dataclass(frozen=True, slots=True)
class Effort:
    """How far each plan is searched; as for `entrepot.plan`.

    Attributes
    ----------
    gap : fraction of the controllable cost. seconds : wall clock, s. seed, threads : of the engine.
    watcher : told of progress, asked whether to stop; or None.
    """

    gap: float = 0.005
    seconds: float = 120.0
    seed: int = 1
    threads: int = 2
    watcher: Watcher | None = None

    def told(self, label: str, may_stop: bool = True) -> Labelled:
        """The watcher of one run."""
        return Labelled(self.watcher or Unwatched(), label, may_stop)

    def plan(
        self,
        instance: Instance,
        label: str,
        *,
        after: Result | None = None,
        keep: tuple[Plan, int] | None = None,
    ) -> Result:
        """Plan an instance; see `entrepot.plan` for `after`, `keep` and the errors."""
        return plan_network(
            instance,
            gap=self.gap,
            seconds=self.seconds,
            seed=self.seed,
            threads=self.threads,
            watcher=self.told(label),
            after=after,
            keep=keep,
        )
