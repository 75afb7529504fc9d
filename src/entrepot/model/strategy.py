"""All strategic columns of an instance: one block per family, stacked."""

from dataclasses import dataclass

import numpy as np

from entrepot.instance import BoolArray, Instance
from entrepot.model.accounts import Account
from entrepot.model.block import Block, binaries, stacked
from entrepot.model.carriage import Hires, hires
from entrepot.model.columns import Columns, strategic_columns
from entrepot.model.contracts import ContractFamily, contract_family
from entrepot.model.path_choice import PathChoice, path_choice
from entrepot.model.paths import Paths, paths_of, sites_that_can_open
from entrepot.model.policies import Marks, marks_of
from entrepot.model.rooms import Rooms, all_rooms
from entrepot.model.spends import spend_accounts
from entrepot.model.throughput import Throughput, throughput_of
from entrepot.model.volumes import volume_accounts


@dataclass(frozen=True, slots=True, eq=False)
class Strategy:
    """Every strategic column, family by family.

    Attributes
    ----------
    lives : lives of the modules of the centres; they are the first columns.
    contracts : who runs which centre when. volumes : what is handled under offers with commitments or tiers.
    marks : columns of the policies. hires : where carriers are contracted. spends : what is paid to carriers
        with commitments or tiers. throughput : what leaves centres, where a feature asks for it.
        paths : by which lanes stock comes in. columns : all columns, in the order of the families.
    """

    lives: Columns
    contracts: ContractFamily
    volumes: tuple[Account, ...]
    marks: Marks
    hires: Hires
    spends: tuple[Account, ...]
    throughput: Throughput
    paths: Paths
    columns: Block


def strategy_of(instance: Instance, rooms: Rooms | None = None) -> Strategy:
    """State all families of strategic columns; `rooms` of the ways in to state, None = all."""
    lives = strategic_columns(instance)
    blocks = [binaries(lives.cost, lives.charge, lives.names)]
    contracts, of_contracts = contract_family(instance, lives, _width(blocks))
    blocks += of_contracts
    volumes, of_volumes = volume_accounts(instance, contracts.engagements, _width(blocks))
    blocks += of_volumes
    marks = marks_of(instance, lives, _width(blocks))
    free = np.zeros(len(marks.names))
    blocks.append(binaries(free, free, marks.names))
    hired, of_hires = hires(instance, _width(blocks))
    blocks.append(of_hires)
    spends, of_spends = spend_accounts(instance, hired, _width(blocks))
    blocks += of_spends
    choice = path_choice(instance, sites_that_can_open(instance, lives), rooms or all_rooms(instance))
    throughput, of_throughput = throughput_of(instance, asked_throughput(choice), _width(blocks))
    blocks.append(of_throughput)
    paths, of_paths = paths_of(instance, choice, throughput, _width(blocks))
    blocks.append(of_paths)
    return Strategy(lives, contracts, volumes, marks, hired, spends, throughput, paths, stacked(blocks))


def asked_throughput(choice: PathChoice) -> BoolArray:
    """Keys whose throughput some feature needs as a column, (n_sites, n_products, n_periods).

    Every feature adds (by "or") what it asks for.
    """
    return choice.asked


def _width(blocks: list[Block]) -> int:
    return sum(map(len, blocks))
