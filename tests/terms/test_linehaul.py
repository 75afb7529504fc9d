"""Gateways and lanes that the plan chooses: the example of docs/landed-cost.md, section 15, and its plan."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from entrepot.instance import InboundTerms, Instance
from entrepot.plans.hauls import plan_tonnes
from entrepot.plans.plan import Flows, Inbound, Plan
from entrepot.plans.referee import judge
from entrepot.plans.result import Verdict
from entrepot.terms.linehaul import gateway_fee, gateway_room, lane_commitment, lane_room, shortfall_price
from instances import no_carriers

PAGE = Path(__file__).parents[2] / "docs" / "landed-cost.md"
BY_SEA, SOUTH, BY_AIR = 0, 1, 2
"""Lanes: the east's to the port, the south's to the port, the east's to the airport."""


def page_rows() -> dict[str, tuple[float, ...]]:
    """Amounts of the page's table of chosen ways in: by lane, and in all."""
    text = PAGE.read_text(encoding="utf-8").split("| chosen line |")[1].split("\n\n")[0]
    rows = re.findall(r"^\| (\w+) \| ([^\n]+) \|$", text, re.M)
    return {line: tuple(float(n.replace(",", "")) for n in re.findall(r"-?[\d,.]+", r)) for line, r in rows}


@pytest.fixture
def chosen(tiny: Instance) -> Instance:
    """The tiny study with 400,000 parcels of demand in Berlin and terms for its ways in."""
    return replace(
        tiny,
        demand=np.array([[[400_000.0, 400_000.0]], [[300.0, 300.0]]]),
        inbound=InboundTerms(
            is_chosen=True,
            gateway_capacity=np.array([0.6, np.inf]),
            gateway_fee=np.array([10_000.0, 5_000.0]),
            lane_capacity=np.array([2.5, np.inf, np.inf, np.inf]),
            commitment=np.array([150.0, 0.0, 0.0, 0.0]),
            shortfall_fee=np.array([100.0, 0.0, 0.0, 0.0]),
        ),
    )


def planned(instance: Instance, by_sea: float) -> Verdict:
    """The plant serves Berlin in 2026 and closes; part of the east's goods comes by sea, the rest by air."""
    return judge(instance, plan_with(instance, by_sea))


def plan_with(instance: Instance, by_sea: float) -> Plan:
    rows = [(0, SOUTH, 1.0), (0, BY_SEA, by_sea), (0, BY_AIR, 1.0 - by_sea)]
    rows = [row for row in rows if row[2] > 0.0]
    lane = np.array([lane for _, lane, _ in rows])
    zeros, zero = np.zeros(len(rows), dtype=np.int64), np.zeros(1, dtype=np.int64)
    # The depot, which is open before the horizon, closes at once.
    return Plan(
        size=np.array([[1, 0], [0, 0]]),
        operator=np.array([[0, -1], [-1, -1]]),
        carrier=no_carriers(instance),
        flows=Flows(zero, zero, zero, zero, zero - 1, zero, np.ones(1)),
        inbound=Inbound(
            zeros,
            zeros,
            zeros,
            instance.lanes.origin_index[lane],
            instance.lanes.gateway_index[lane],
            lane,
            np.array([part for _, _, part in rows]),
        ),
    )


def amounts(verdict: Verdict, line: str) -> list[float]:
    """A line of the ledger by period, costs positive."""
    ledger = verdict.ledger
    return (-ledger.amount[ledger.lines.index(line)][:2]).tolist()


def test_rooms_fees_and_commitments_of_the_page(chosen: Instance) -> None:
    assert gateway_room(chosen, 0, 0) == pytest.approx(180.0)
    assert lane_room(chosen, BY_SEA, 0) == pytest.approx(2.5 * 365 / 7)
    assert gateway_fee(chosen, 0, 0) == pytest.approx(10_000.0)
    assert lane_commitment(chosen, BY_SEA, 0) == pytest.approx(150.0)
    assert shortfall_price(chosen, BY_SEA, 0) == pytest.approx(110.0)
    assert shortfall_price(chosen, BY_SEA, 1) == pytest.approx(133.1)


def test_a_closed_lane_commits_to_nothing(chosen: Instance) -> None:
    committed = replace(chosen.inbound, commitment=np.full(4, 150.0))
    due = lane_commitment(replace(chosen, inbound=committed), np.arange(4), np.ones(4, dtype=np.int64))
    assert due.tolist() == [150.0, 0.0, 150.0, 150.0]  # the south's lane is closed in 2027


def test_the_ledger_of_chosen_ways_in_is_that_of_the_page(chosen: Instance) -> None:
    verdict, rows = planned(chosen, 0.8), page_rows()
    assert verdict.breaches == ()
    assert verdict.measures.sold == pytest.approx([100_000.0, 0.0])
    for line in ("linehaul", "gateway_handling", "drayage", "pipeline_stock"):
        *parts, total = rows[line]
        assert sum(parts) == pytest.approx(total), line
        assert amounts(verdict, line) == pytest.approx([total, 0.0]), line


def test_tonnes_by_lane_and_gateway_are_those_of_the_page(chosen: Instance) -> None:
    through, carried = plan_tonnes(chosen, plan_with(chosen, 0.8))
    *by_lane, total = page_rows()["tonnes"]
    assert carried[:3, 0] == pytest.approx(by_lane)
    assert through[:, 0] == pytest.approx([170.0, 30.0])
    assert through.sum() == pytest.approx(total)


def test_gateways_in_use_pay_their_fee_and_a_committed_lane_what_is_missing(chosen: Instance) -> None:
    verdict = planned(chosen, 0.8)
    assert amounts(verdict, "gateway_fees") == pytest.approx([15_000.0, 0.0])
    assert amounts(verdict, "commitment") == pytest.approx([30 * 110.0, 150 * 133.1])
    ledger = verdict.ledger
    discounted = -ledger.discounted[ledger.lines.index("commitment")]
    assert discounted == pytest.approx(3_300 / 1.1 + 19_965 / 1.331)


def test_emissions_follow_the_lanes(chosen: Instance) -> None:
    verdict, rows = planned(chosen, 0.8), page_rows()
    *parts, total = rows["carbon_kg"]
    assert sum(parts) == pytest.approx(total)
    in_all = total + 57_000.0 + 25_000.0
    assert verdict.measures.carbon == pytest.approx([in_all, 0.0])
    assert amounts(verdict, "carbon") == pytest.approx([0.1 * in_all, 0.0])


def test_all_by_sea_is_more_than_the_lane_and_the_port_can_take(chosen: Instance) -> None:
    verdict = planned(chosen, 1.0)
    found = {breach.limit: breach.amount for breach in verdict.breaches}
    assert found == pytest.approx(
        {"capacity of the gateway": 200.0 - 180.0, "capacity of the lane": 150.0 - 2.5 * 365 / 7}
    )
    assert amounts(verdict, "gateway_fees") == pytest.approx([10_000.0, 0.0])  # the airport is not used
    assert amounts(verdict, "commitment") == pytest.approx([0.0, 150 * 133.1], abs=1e-6)
