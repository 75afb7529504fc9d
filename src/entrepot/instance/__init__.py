"""The planning problem in the planner's words: frozen values of read-only arrays."""

from entrepot.instance.arrays import BoolArray, FloatArray, IntArray
from entrepot.instance.carriage import CarrierTerms, plain_carriage
from entrepot.instance.contracts import Contracts, plain_contracts
from entrepot.instance.futures import Future
from entrepot.instance.inbound import InboundTerms, plain_inbound
from entrepot.instance.instance import Distances, Instance, fingerprint
from entrepot.instance.partners import Carriers, Operators, RateCards, RivalCandidates, RivalCentres, Rivals
from entrepot.instance.places import Countries, Gateways, Markets, Sites, Sizes
from entrepot.instance.policies import Objective, Policies, ShareFloor, SiteRelation
from entrepot.instance.settings import Carbon, Choice, Limits, Money, Operations, Periods, ServiceFloor
from entrepot.instance.stock import StockTerms, fixed_stock_days
from entrepot.instance.trade import CustomsRules, ImportVat, Lanes, Origins, Products

__all__ = [
    "BoolArray", "Carbon", "CarrierTerms", "Carriers", "Choice", "Contracts", "Countries", "CustomsRules",
    "Distances", "FloatArray", "Future", "Gateways", "ImportVat", "InboundTerms", "Instance", "IntArray",
    "Lanes", "Limits", "Markets", "Money", "Objective", "Operations", "Operators", "Origins", "Periods",
    "Policies", "Products", "RateCards", "RivalCandidates", "RivalCentres", "Rivals", "ServiceFloor",
    "ShareFloor", "SiteRelation", "Sites", "Sizes", "StockTerms", "fingerprint", "fixed_stock_days",
    "plain_carriage", "plain_contracts", "plain_inbound",
]  # fmt: skip
