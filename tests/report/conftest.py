"""Refereed results to show, planned by hand: no solver is needed to test what is shown."""

import numpy as np
import pytest

from entrepot.instance import Instance
from entrepot.plans.result import Result
from instances import Shape, random_instance
from report.planned import planned


@pytest.fixture(scope="session", params=[3, 11], ids=["seed 3", "seed 11"])
def shown(request: pytest.FixtureRequest) -> tuple[Instance, Result]:
    instance = random_instance(np.random.default_rng(request.param), Shape(), "choice")
    return instance, planned(instance)
