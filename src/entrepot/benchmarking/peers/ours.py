"""Entrepot, measured as its peers are."""

from entrepot.benchmarking.generators import Reach
from entrepot.benchmarking.instances import Contest, Instance
from entrepot.benchmarking.peers.outcome import Limits, Outcome
from entrepot.classics.answer import Answer
from entrepot.classics.solving import answer_capture, answer_centre, answer_covering, answer_location
from entrepot.location import FacilityLocation, LocationProblem, Options, Unwatched
from entrepot.solvers.price_cut_plan import solve as plan


def solve(instance: Instance, limits: Limits) -> Outcome:
    """Solve any instance of the registry."""
    options = Options(gap=limits.gap, seconds=limits.seconds, seed=limits.seed, threads=limits.threads)
    if isinstance(instance, LocationProblem):
        solution = plan(instance, options, Unwatched())
        return Outcome(solution.value, solution.claimed_bound, solution.stop_reason, solution.certified_bound)
    answer = _answer(instance, options)
    return Outcome(answer.value, answer.bound, answer.stop_reason, answer.certified_bound)


def _answer(instance: Instance, options: Options) -> Answer:
    if isinstance(instance, FacilityLocation):
        return answer_location(instance, options)
    if isinstance(instance, Reach):
        reach = instance.weight, instance.radius
        return answer_covering(instance.distances, reach, instance.n_open, options)
    if isinstance(instance, Contest):
        market = instance.market
        return answer_capture((market.weight, market.own, market.rival), instance.n_open, options)
    assert isinstance(instance, tuple)
    distances, n_open = instance
    return answer_centre(distances, n_open, options)
