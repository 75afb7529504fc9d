"""The tiny study of docs/landed-cost.md: one product, two sites, two markets, round numbers."""

from datetime import date

import numpy as np
import pytest

from entrepot.instance import (
    Carbon,
    Carriers,
    Choice,
    Countries,
    CustomsRules,
    Distances,
    Gateways,
    Instance,
    Lanes,
    Limits,
    Markets,
    Money,
    Operations,
    Operators,
    Origins,
    Periods,
    Products,
    RateCards,
    RivalCentres,
    Rivals,
    Sites,
    Sizes,
    plain_carriage,
    plain_contracts,
)
from entrepot.instance.policies import no_policies
from instances import vat_rules

BASE_DAY = date(2026, 1, 1).toordinal()
NEVER = date(9999, 1, 1).toordinal()
NORMAL_TARIFF_DAY = date(2026, 3, 15).toordinal()


@pytest.fixture(scope="session")
def tiny() -> Instance:
    return Instance(
        name="tiny",
        periods=Periods(
            labels=("2026", "2027"),
            start_day=np.array([BASE_DAY, BASE_DAY + 365]),
            end_day=np.array([BASE_DAY + 365, BASE_DAY + 730]),
            years=np.ones(2),
        ),
        territories=("EU", "GB"),
        countries=Countries(
            ids=("DE", "PL", "GB"),
            labels=("Germany", "Poland", "United Kingdom"),
            territory_index=np.array([0, 0, 1]),
            vat_rate=np.array([0.19, 0.2, 0.2]),
            wage=np.array([20.0, 10.0, 18.0]),
            wage_growth=np.array([0.0, 0.0816, 0.0]),
            road_circuity=np.full(3, 1.2),
            grid_carbon=np.array([0.4, 0.5, 0.2]),
        ),
        markets=Markets(
            ids=("berlin", "london"),
            labels=("Berlin", "London"),
            country_index=np.array([0, 2]),
            latitude=np.array([52.5, 51.5]),
            longitude=np.array([13.4, -0.1]),
            population=np.array([3.6e6, 8.9e6]),
        ),
        products=_products(),
        origins=Origins(
            ids=("east", "south"),
            labels=("East", "South"),
            latitude=np.array([30.0, 23.0]),
            longitude=np.array([120.0, 113.0]),
            supply_share=np.array([0.75, 0.25]),
        ),
        gateways=Gateways(
            ids=("port", "airport"),
            labels=("Port", "Airport"),
            country_index=np.array([0, 0]),
            mode=("sea", "air"),
            latitude=np.array([53.5, 51.4]),
            longitude=np.array([10.0, 12.2]),
            handling=np.array([0.05, 0.2]),
            dwell=np.array([3.0, 1.0]),
            capacity=np.full(2, np.inf),
            fixed_cost=np.zeros(2),
        ),
        lanes=_lanes(),
        customs=_customs(),
        import_vat=vat_rules(),
        sites=_sites(),
        sizes=Sizes(
            ids=("small", "large"),
            labels=("Small", "Large"),
            area=np.array([1000.0, 3000.0]),
            capacity=np.array([1000.0, 4000.0]),
            equipment=np.array([50_000.0, 130_000.0]),
            fixed_hours=np.array([2000.0, 3000.0]),
            handling_hours=np.array([0.04, 0.03]),
            energy=np.array([50.0, 40.0]),
        ),
        operators=Operators(
            ids=("own", "partner"),
            labels=("Own operation", "Third party"),
            is_own=np.array([True, False]),
            fixed_fee=np.array([0.0, 100_000.0]),
            pick_and_pack=np.array([0.0, 1.2]),
            storage=np.array([0.0, 10.0]),
            bears_rent=np.array([False, False]),
            bears_capital=np.array([False, True]),
            capacity=np.array([np.inf, 3000.0]),
            on_time=np.ones(2),
            covers=np.ones((2, 3), dtype=np.bool_),
        ),
        contracts=plain_contracts(("Own operation", "Third party"), 1),
        carriers=Carriers(
            ids=("post",),
            labels=("Post",),
            on_time=np.ones(1),
            out_of_home=np.zeros(1),
            capacity=np.full(1, np.inf),
        ),
        carriage=plain_carriage(1, 3),
        rate_cards=_rate_cards(),
        rivals=Rivals(
            ids=("shop", "far"),
            labels=("Shop", "Far"),
            attraction=np.array([1.0, 2.6]),
            delivery_fee=np.array([0.0, 0.0]),
            handling=np.array([12.0, 12.0]),
            direct_time=np.array([np.inf, 200.0]),
            size=np.array([9.0, 16.0]),
            margin=np.full(2, np.nan),
        ),
        rival_centres=RivalCentres(
            labels=("Shop's centre", "Shop's second centre"),
            rival_index=np.array([0, 0]),
            country_index=np.array([0, 0]),
            latitude=np.array([52.0, 49.0]),
            longitude=np.array([12.0, 11.0]),
            area=np.full(2, 5e4),
            is_open=np.array([[True, True], [False, True]]),
        ),
        choice=Choice(
            assortment="choice",
            model="logit",
            attraction=1.5,
            per_day=-0.2,
            per_fee=-0.1,
            none=0.6,
            class_hours=np.array([24.0, 48.0, 72.0, 120.0, 240.0, np.inf]),
            class_days=np.array([1.0, 2.0, 3.0, 5.0, 10.0, 15.0]),
            huff_size=4.0,
            huff_size_power=0.5,
            huff_time_power=1.0,
            unserved_penalty=0.0,
        ),
        money=Money(
            base_day=BASE_DAY,
            discount_rate=0.21,
            capital_rate=0.05,
            holding_rate=0.2,
            rent_growth=0.0609,
            linehaul_growth=0.21,
            last_mile_growth=0.0404,
            operator_growth=0.1025,
            capital_life=10.0,
            exit_cost=20.0,
            lease_liability=0.5,
            horizon_liability=0.5,
        ),
        operations=_operations(),
        carbon=Carbon(price=0.1, truck=0.1, last_mile=0.5),
        policies=no_policies(2, 1, 2, 2),
        limits=Limits(
            budget=np.full(2, np.inf),
            min_centres=np.zeros(2),
            max_centres=np.full(2, np.inf),
            max_openings=np.full(2, np.inf),
            max_partners=np.full(2, np.inf),
            min_carriers=np.zeros(2),
            carbon_cap=np.full(2, np.inf),
            service=(),
            carries_over=False,
        ),
        distances=Distances(
            site_market=np.array([[350.0, 1400.0], [150.0, 1100.0]]),
            gateway_site=np.array([[300.0, 120.0], [600.0, 60.0]]),
            gateway_market=np.array([[290.0, 950.0], [500.0, 1000.0]]),
            rival_market=np.array([[140.0, 1400.0], [10.0, 1000.0]]),
        ),
        demand=np.array([[[100.0, 100.0]], [[300.0, 300.0]]]),
        sources=(),
    )


def _products() -> Products:
    return Products(
        ids=("lamp",),
        labels=("Lamp",),
        weight=np.array([2.0]),
        volume=np.array([0.01]),
        value=np.array([36.5]),
        price=np.array([60.0]),
        goods_cost=np.array([30.0]),
        delivery_fee=np.array([3.0]),
        tariff_lines=np.array([1.5]),
        return_rate=np.array([0.1]),
        stock_days=np.array([73.0]),
        handling_factor=np.array([1.5]),
        velocity=("head",),
        duty_rate=np.array([[0.05, 0.04]]),
    )


def _lanes() -> Lanes:
    return Lanes(
        origin_index=np.array([0, 1, 0, 1]),
        gateway_index=np.array([0, 0, 1, 1]),
        mode=("sea", "sea", "air", "air"),
        route=("cape", "cape", "", ""),
        distance=np.array([20_000.0, 19_000.0, 8500.0, 9000.0]),
        transit=np.array([40.0, 30.0, 2.0, 3.0]),
        cost=np.array([0.3, 0.2, 3.0, 2.5]),
        volumetric=np.array([300.0, 300.0, 167.0, 167.0]),
        carbon=np.array([0.2, 0.1, 5.0, 4.0]),
        is_open=np.array([[True, True], [True, False], [True, True], [True, True]]),
        carries_stock=np.array([True, True, True, False]),
        carries_direct=np.array([False, False, True, True]),
        sailings=np.full(4, 2.0),
    )


def _customs() -> CustomsRules:
    n = 5
    return CustomsRules(
        ids=("eu bulk", "gb import", "eu low value", "eu normal", "german handling"),
        from_territory=np.array([-1, -2, -1, -1, -1]),
        to_territory=np.array([0, 1, 0, 0, 0]),
        to_country=np.array([-1, -1, -1, -1, 0]),
        flow=("stocked", "any", "direct", "direct", "direct"),
        value_from=np.zeros(n),
        value_to=np.array([np.inf, np.inf, 150.0, np.inf, np.inf]),
        start_day=np.array([0, 0, 0, NORMAL_TARIFF_DAY, 0]),
        end_day=np.full(n, NEVER),
        tariff_share=np.array([1.0, 0.5, 0.0, 1.0, 0.0]),
        duty_rate=np.array([0.0, 0.01, 0.0, 0.0, 0.0]),
        parcel_fee=np.array([0.0, 2.0, 0.0, 2.0, 0.5]),
        line_fee=np.array([0.0, 0.4, 3.0, 0.0, 0.0]),
        refund_share=np.zeros(n),
        replaces=((), (), (), (2,), ()),
    )


def _sites() -> Sites:
    return Sites(
        ids=("plant", "depot"),
        labels=("Plant in Poland", "Depot in Germany"),
        country_index=np.array([1, 0]),
        latitude=np.array([51.0, 51.5]),
        longitude=np.array([16.0, 12.0]),
        status=("candidate", "existing"),
        operator_index=np.array([0, 1]),
        may_run=np.eye(2, dtype=np.bool_),
        initial_size=np.array([0, 1]),
        opened_day=np.array([0, BASE_DAY - 730]),
        max_size=np.array([2, 2]),
        rent=np.array([60.0, 80.0]),
        wage=np.array([10.0, 20.0]),
        fit_out=np.array([100.0, 100.0]),
        grant_share=np.array([0.1, 0.0]),
        local_tax=np.array([2.0, 0.0]),
        lead_time=np.array([73.0, 73.0]),
        lease_term=np.array([3.0, 5.0]),
        earliest_period=np.array([0, 0]),
        latest_period=np.array([1, 1]),
        grid_carbon=np.full(2, np.nan),
        is_bonded=np.zeros(2, dtype=np.int64),
        bonded_fee=np.zeros(2),
    )


def _rate_cards() -> RateCards:
    return RateCards(
        service_names=("standard",),
        service_carrier=np.array([0]),
        service_index=np.zeros(5, dtype=np.int64),
        from_country=np.array([-1, 0, -1, -1, -1]),
        to_country=np.array([0, 0, 2, 1, 0]),
        km_from=np.zeros(5),
        km_to=np.array([1000.0, np.inf, np.inf, np.inf, 1000.0]),
        weight_from=np.array([0.0, 0.0, 0.0, 0.0, 5.0]),
        weight_to=np.array([5.0, 5.0, 5.0, 5.0, 30.0]),
        price=np.array([4.0, 3.0, 6.0, 3.0, 7.0]),
        price_per_kg=np.array([0.5, 0.5, 1.0, 0.5, 0.5]),
        transit=np.array([1.0, 1.0, 2.0, 1.0, 1.0]),
        daily_distance=np.array([700.0, np.inf, 700.0, np.inf, 700.0]),
        working_days=np.array([5.0, 6.0, 5.0, 5.0, 5.0]),
    )


def _operations() -> Operations:
    return Operations(
        working_days=300.0,
        peak_factor=1.5,
        cut_off_wait=6.0,
        handling_time=6.0,
        clearance_time=24.0,
        direct_handling_time=36.0,
        direct_handling_cost=0.3,
        truck_cost=1.2,
        truck_weight=10_000.0,
        truck_volume=40.0,
        truck_speed=600.0,
        vat_days=30.0,
        duty_deferral=np.inf,
        return_mile_factor=1.0,
        return_handling=1.0,
        return_value_loss=0.3,
        energy_price=0.2,
        rival_transit=0.8,
        rival_daily_distance=700.0,
        rival_working_days=6.0,
    )
