"""The planning problem in the planner's words."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

import numpy as np

from entrepot.instance.arrays import BoolArray, FloatArray
from entrepot.instance.carriage import CarrierTerms
from entrepot.instance.contracts import Contracts
from entrepot.instance.inbound import InboundTerms, plain_inbound
from entrepot.instance.partners import (
    Carriers,
    Operators,
    RateCards,
    RivalCandidates,
    RivalCentres,
    Rivals,
    no_rival_candidates,
)
from entrepot.instance.places import Countries, Gateways, Markets, Sites, Sizes
from entrepot.instance.policies import Policies
from entrepot.instance.settings import Carbon, Choice, Limits, Money, Operations, Periods
from entrepot.instance.stock import StockTerms, fixed_stock_days
from entrepot.instance.trade import CustomsRules, ImportVat, Lanes, Origins, Products


@dataclass(frozen=True, slots=True, eq=False)
class Distances:
    """Road distances, km.

    Attributes
    ----------
    site_market : (n_sites, n_markets). gateway_site : (n_gateways, n_sites).
    gateway_market : (n_gateways, n_markets). rival_market : (n_rival_centres, n_markets).
    candidate_market : (n_rival_candidates, n_markets).
    """

    site_market: FloatArray
    gateway_site: FloatArray
    gateway_market: FloatArray
    rival_market: FloatArray
    candidate_market: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))

    def __post_init__(self) -> None:
        for each in fields(self):
            getattr(self, each.name).setflags(write=False)


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """Everything that a plan depends on, as read-only arrays with integer indices and one unit each.

    Attributes
    ----------
    name : the study's name, with the scenario where there is one.
    territories : customs territories.
    demand : (n_markets, n_products, n_periods) parcels in the period: the market's potential for goods of
        our kind, all sellers together (our own parcels where `choice.assortment` is "fixed").
    sources : (label, statement) pairs: where the data comes from, to be shown with every result.
    stock : what pooled stock depends on, where it follows from throughput.
    is_shut : (n_sites, n_periods) no parcel leaves the site, whatever is open there; (0, 0) = never.
    """

    name: str
    periods: Periods
    territories: tuple[str, ...]
    countries: Countries
    markets: Markets
    products: Products
    origins: Origins
    gateways: Gateways
    lanes: Lanes
    customs: CustomsRules
    import_vat: ImportVat
    sites: Sites
    sizes: Sizes
    operators: Operators
    contracts: Contracts
    carriers: Carriers
    carriage: CarrierTerms
    rate_cards: RateCards
    rivals: Rivals
    rival_centres: RivalCentres
    choice: Choice
    money: Money
    operations: Operations
    carbon: Carbon
    limits: Limits
    policies: Policies
    distances: Distances
    demand: FloatArray
    sources: tuple[tuple[str, str], ...]
    rival_candidates: RivalCandidates = field(default_factory=no_rival_candidates)
    stock: StockTerms = field(default_factory=fixed_stock_days)
    inbound: InboundTerms = field(default_factory=plain_inbound)
    is_shut: BoolArray = field(default_factory=lambda: np.zeros((0, 0), dtype=np.bool_))

    def __post_init__(self) -> None:
        self.demand.setflags(write=False)
        self.is_shut.setflags(write=False)
        if self.is_shut.size and self.is_shut.shape != (self.n_sites, self.n_periods):
            raise ValueError(f"Instance.is_shut has shape {self.is_shut.shape}, expected sites x periods")
        expected = (self.n_markets, self.n_products, self.n_periods)
        if self.demand.shape != expected:
            raise ValueError(f"Instance.demand has shape {self.demand.shape}, expected {expected}")

    @property
    def n_periods(self) -> int:
        """Number of periods."""
        return len(self.periods.labels)

    @property
    def n_markets(self) -> int:
        """Number of markets."""
        return len(self.markets.ids)

    @property
    def n_products(self) -> int:
        """Number of product classes."""
        return len(self.products.ids)

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return len(self.sites.ids)

    @property
    def n_sizes(self) -> int:
        """Number of size levels."""
        return len(self.sizes.ids)

    @property
    def n_gateways(self) -> int:
        """Number of gateways."""
        return len(self.gateways.ids)

    @property
    def n_origins(self) -> int:
        """Number of origins."""
        return len(self.origins.ids)

    @property
    def n_services(self) -> int:
        """Number of carrier services."""
        return len(self.rate_cards.service_names)

    @property
    def n_classes(self) -> int:
        """Number of service classes."""
        return len(self.choice.class_hours)


NO_PART_OF_A_PLAN = (
    "instance.rival_candidates",
    "instance.distances.candidate_market",
    "instance.rivals.margin",
)
"""What rivals may do in reply: no plan depends on it."""


def fingerprint(instance: Instance) -> str:
    """Hash of all that a plan depends on: the same instance gives the same text on every machine.

    Returns
    -------
    str
        64 hexadecimal digits (SHA-256 over names, shapes and little-endian bytes; labels included).
    """
    digest = hashlib.sha256()
    unused = [*NO_PART_OF_A_PLAN]
    if not instance.inbound.is_chosen:
        unused.append("instance.inbound.")
    if not instance.stock.is_pooled:
        unused.append("instance.stock.")
    if not instance.is_shut.any():
        unused.append("instance.is_shut")
    for path, content in _leaves("instance", instance):
        if path.startswith(tuple(unused)):
            continue
        digest.update(path.encode())
        if isinstance(content, np.ndarray):
            digest.update(str(content.shape).encode())
            little = content.astype(content.dtype.newbyteorder("<"), copy=False)
            digest.update(np.ascontiguousarray(little).tobytes())
        else:
            digest.update(repr(content).encode())
    return digest.hexdigest()


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if is_dataclass(value):
        for field in fields(value):
            yield from _leaves(f"{path}.{field.name}", getattr(value, field.name))
    elif isinstance(value, tuple) and any(is_dataclass(item) for item in value):
        for number, item in enumerate(value):
            yield from _leaves(f"{path}[{number}]", item)
    else:
        yield path, value
