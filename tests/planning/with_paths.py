"""Small instances whose paths of stock are chosen."""

import numpy as np

from entrepot.instance import Instance
from instances import Shape, random_instance, with_paths


def some(seed: int) -> Instance:
    rng = np.random.default_rng([seed, 21])
    return with_paths(rng, random_instance(rng, Shape(sites=2, markets=4), assortment="choice"))
