"""A plan recomputed row by row in plain Python, to hold the referee against."""

from datetime import date
from itertools import groupby

import numpy as np

from entrepot.instance import Instance
from entrepot.plans.plan import Plan
from entrepot.terms.centre_life import life_cash
from entrepot.terms.contracts import contract_cash
from entrepot.terms.inbound import path_terms
from entrepot.terms.ledger import LINES
from entrepot.terms.offers import Offer, context, direct_offer, stocked_offer
from entrepot.terms.time import growth


class Recomputed:
    """Amounts and measures of a plan, summed one row at a time into dictionaries."""

    def __init__(self, instance: Instance, plan: Plan) -> None:
        self.instance, self.plan = instance, plan
        self.context = context(instance)
        self.amount: dict[tuple[str, int], float] = {}
        self.discounted = dict.fromkeys(LINES, 0.0)
        self.sold: dict[str, float] = {}
        self.begun: set[tuple[int, int]] = set()
        self.handled: set[tuple[int, int, int]] = set()
        self.load: dict[tuple[int, int], float] = {}
        self.late: dict[tuple[int, int], list[float]] = {}
        self.carbon = [0.0] * instance.n_periods
        self.capital = [0.0] * instance.n_periods
        self.rival: dict[tuple[int, int, int], float] = {}
        self.ours: dict[tuple[int, int], float] = {}
        self.paid: dict[tuple[int, int, int], float] = {}
        self.given: dict[tuple[int, int, int], float] = {}
        self.gateway: dict[tuple[int, int], float] = {}
        self.tonnes: dict[tuple[int, int], float] = {}
        self._flows()
        self._hauls()
        self._centres()
        self._contracts()
        self._carriers()

    def book(self, line: str, period: int, day: float, euros: float) -> None:
        self.amount[line, period] = self.amount.get((line, period), 0.0) + euros
        years = (day - date.fromordinal(self.instance.money.base_day).toordinal()) / 365.0
        self.discounted[line] += euros / (1.0 + self.instance.money.discount_rate) ** years

    def offer(self, row: int) -> Offer:
        flows, instance = self.plan.flows, self.instance
        t, i, k, s = (
            int(column[row]) for column in (flows.period, flows.market, flows.product, flows.service)
        )
        j, g = int(flows.site[row]), int(flows.gateway[row])
        if j < 0:
            return direct_offer(instance, self.context, t, i, k, g, s)
        centre = int(self.plan.size[j, t]), int(self.plan.operator[j, t])
        offer = stocked_offer(instance, self.context, t, i, k, j, s, *centre)
        rule, lines, carbon = self.context.inbound, dict(offer.lines), float(offer.carbon)
        own = dict.fromkeys(("linehaul", "gateway_handling", "drayage", "pipeline_stock"), 0.0)
        weight = 0.0
        inbound = self.plan.inbound
        for r in range(len(inbound.lane)):
            if (inbound.period[r], inbound.site[r], inbound.product[r]) == (t, j, k):
                part = float(instance.origins.supply_share[inbound.origin[r]]) * float(inbound.fraction[r])
                terms = path_terms(instance, int(inbound.lane[r]), j, k, t)
                for name in own:
                    own[name] += part * float(getattr(terms, name))
                weight += part * float(terms.carbon_weight)
        for name, cost in own.items():
            lines[name] = -cost
        more = weight - float(rule.carbon_weight[j, k, t])
        lines["carbon"] = lines["carbon"] - instance.carbon.price * more
        return Offer(lines, offer.hours, offer.class_index, offer.share, carbon + more, offer.is_available)

    def _flows(self) -> None:
        instance, flows = self.instance, self.plan.flows
        seen: dict[tuple[int, int, int], float] = {}
        bought: dict[tuple[int, int, int], float] = {}
        for row in range(len(flows.fraction)):
            t, i, k = int(flows.period[row]), int(flows.market[row]), int(flows.product[row])
            offer = self.offer(row)
            assert bool(offer.is_available)
            cell, part = (i, k, t), float(flows.fraction[row])
            sold = float(instance.demand[i, k, t]) * float(offer.share) * part
            seen[cell] = seen.get(cell, 0.0) + part
            bought[cell] = bought.get(cell, 0.0) + part * float(offer.share)
            middle = (instance.periods.start_day[t] + instance.periods.end_day[t]) / 2
            for line, euros in offer.lines.items():
                self.book(line, t, float(middle), sold * float(euros))
            self.carbon[t] += sold * float(offer.carbon)
            who = (
                int(instance.rate_cards.service_carrier[flows.service[row]]),
                int(instance.markets.country_index[i]),
                t,
            )
            self.paid[who] = self.paid.get(who, 0.0) - sold * float(offer.lines["last_mile"])
            self.given[who] = self.given.get(who, 0.0) + sold
            for number, floor in enumerate(instance.limits.service):
                if floor.country_index in (-1, instance.markets.country_index[i]):
                    total = self.late.setdefault((number, t), [0.0, 0.0])
                    total[0] += sold
                    total[1] += sold if float(offer.hours) > floor.hours else 0.0
            j = int(flows.site[row])
            if j >= 0:
                key = (j, t)
                self.load[key] = self.load.get(key, 0.0) + sold * float(instance.products.handling_factor[k])
                self.handled.add((j, t, k))
                self._feed(j, k, t, sold)
            else:
                door = (int(flows.gateway[row]), t)
                self.gateway[door] = self.gateway.get(door, 0.0) + sold
                for o, share in enumerate(instance.origins.supply_share.tolist()):
                    lane = int(self.context.direct.lane[flows.gateway[row], k, t, o])
                    self._carry(lane, k, t, share * sold)
        self._rest(seen, bought)

    def _feed(self, site: int, product: int, period: int, sold: float) -> None:
        inbound = self.plan.inbound
        for r in range(len(inbound.lane)):
            if (inbound.period[r], inbound.site[r], inbound.product[r]) == (period, site, product):
                door = (int(inbound.gateway[r]), period)
                part = float(self.instance.origins.supply_share[inbound.origin[r]])
                part *= float(inbound.fraction[r])
                self.gateway[door] = self.gateway.get(door, 0.0) + part * sold
                self._carry(int(inbound.lane[r]), product, period, part * sold)

    def _carry(self, lane: int, product: int, period: int, parcels: float) -> None:
        weight = parcels * float(self.instance.products.weight[product]) / 1000.0
        self.tonnes[lane, period] = self.tonnes.get((lane, period), 0.0) + weight

    def _through(self, gateway: int, period: int) -> float:
        ends = self.instance.lanes.gateway_index
        return sum(x for (lane, t), x in self.tonnes.items() if t == period and ends[lane] == gateway)

    def _hauls(self) -> None:
        """Fees of used gateways, and what commitments lack."""
        instance, terms = self.instance, self.instance.inbound
        for t in range(instance.n_periods if terms.is_chosen else 0):
            start, end = int(instance.periods.start_day[t]), int(instance.periods.end_day[t])
            middle, years = (start + end) / 2, float(instance.periods.years[t])
            for g in range(instance.n_gateways):
                if self._through(g, t) > 0.0:
                    self.book("gateway_fees", t, middle, -float(terms.gateway_fee[g]) * years)
            for lane in np.flatnonzero(instance.lanes.is_open[:, t]).tolist():
                due = float(terms.commitment[lane]) * years
                missing = max(0.0, due - self.tonnes.get((lane, t), 0.0))
                rate = float(terms.shortfall_fee[lane]) * (1 + instance.money.linehaul_growth) ** (
                    (middle - instance.money.base_day) / 365.0
                )
                self.book("commitment", t, middle, -missing * rate)

    def _rooms(self):
        """Tonnes and room of every gateway and lane."""
        instance, terms = self.instance, self.instance.inbound
        for t in range(instance.n_periods if terms.is_chosen else 0):
            days = float(instance.periods.end_day[t] - instance.periods.start_day[t])
            for g in range(instance.n_gateways):
                a_day = float(terms.gateway_capacity[g])
                yield (
                    "capacity of the gateway",
                    self._through(g, t),
                    a_day * instance.operations.working_days * float(instance.periods.years[t]),
                )
            for lane, a_week in enumerate(terms.lane_capacity.tolist()):
                yield "capacity of the lane", self.tonnes.get((lane, t), 0.0), a_week * days / 7.0

    def _rest(
        self, seen: dict[tuple[int, int, int], float], bought: dict[tuple[int, int, int], float]
    ) -> None:
        instance = self.instance
        none = float(np.exp(instance.choice.none))
        for (i, k, t), demand in np.ndenumerate(instance.demand):
            country = int(instance.markets.country_index[i])
            mine = bought.get((i, k, t), 0.0)
            self.ours[country, t] = self.ours.get((country, t), 0.0) + demand * mine
            middle = float(instance.periods.start_day[t] + instance.periods.end_day[t]) / 2
            if instance.choice.assortment == "fixed":
                lost = demand * max(0.0, 1.0 - seen.get((i, k, t), 0.0))
                self.book("unserved_penalty", t, middle, -lost * instance.choice.unserved_penalty)
                continue
            pulls = [float(a) for a in self.context.rival_attraction[:, i, t]]
            for r, pull in enumerate(pulls):
                if pull > 0:
                    key = (r, country, t)
                    part = demand * (1.0 - mine) * pull / (sum(pulls) + none)
                    self.rival[key] = self.rival.get(key, 0.0) + part

    def _centres(self) -> None:
        instance = self.instance
        for j in range(instance.n_sites):
            levels = [int(instance.sites.initial_size[j]), *(int(v) for v in self.plan.size[j])]
            for module in range(1, instance.n_sizes + 1):
                is_open = [level >= module for level in levels]
                if not any(is_open):
                    continue
                first = is_open.index(True) - 1
                last = first
                while last + 1 < instance.n_periods and is_open[last + 2]:
                    last += 1
                at = self.plan.operator[j, max(first, 0)]
                whose = int(at if at >= 0 and last >= 0 else instance.sites.operator_index[j])
                for cash in life_cash(instance, j, module, first, last, first, whose):
                    self.book(cash.line, cash.period, cash.day, cash.amount)
                    if cash.line in ("capital", "grants"):
                        self._spend(cash.day, -cash.amount)
                for t in range(max(first, 0), last + 1):
                    sizes = instance.sizes
                    below = sizes.area[module - 2] * sizes.energy[module - 2] if module > 1 else 0.0
                    energy = sizes.area[module - 1] * sizes.energy[module - 1] - below
                    grid = instance.countries.grid_carbon[instance.sites.country_index[j]]
                    self.carbon[t] += float(energy * grid * instance.periods.years[t])

    def _contracts(self) -> None:
        instance = self.instance
        for j in range(instance.n_sites):
            path = [int(q) for q in self.plan.operator[j]]
            if instance.sites.initial_size[j] > 0:
                path = [int(instance.sites.operator_index[j]), *path]
            begin = len(self.plan.operator[j]) - len(path)
            for operator, run in groupby(enumerate(path, start=begin), key=lambda step: step[1]):
                periods = [t for t, _ in run]
                if operator < 0:
                    continue
                self.begun |= {(j, periods[0])} if periods[0] >= 0 else set()
                for cash in contract_cash(instance, j, operator, periods[0], periods[-1]):
                    self.book(cash.line, cash.period, cash.day, cash.amount)
        for t in range(instance.n_periods):
            for operator in range(len(instance.operators.ids)):
                self._volume(operator, t)

    def _volume(self, operator: int, t: int) -> None:
        instance = self.instance
        terms = instance.contracts
        centres = [j for j in range(instance.n_sites) if self.plan.operator[j, t] == operator]
        volume = sum(self.load.get((j, t), 0.0) for j in centres)
        years = float(instance.periods.years[t])
        day = float(instance.periods.start_day[t] + instance.periods.end_day[t]) / 2
        rate = float(growth(instance, instance.money.operator_growth, t))
        rate *= (
            0.0 if instance.operators.is_own[operator] else float(instance.operators.pick_and_pack[operator])
        )
        missing = max(0.0, float(terms.commitment[operator]) * years * len(centres) - volume)
        if missing:
            self.book("commitment", t, day, -missing * rate)
        free, before = 0.0, 0.0
        tiers = zip(terms.tier_from[operator], terms.tier_discount[operator], strict=True)
        for start, discount in tiers:
            if volume > start * years:
                whole = bool(terms.is_all_units[operator])
                free = volume * discount if whole else free + (volume - start * years) * (discount - before)
                before = discount
        if free:
            self.book("volume_discount", t, day, free * rate)

    def _present(self, carrier: int, country: int | None = None) -> list[bool]:
        """In which periods a carrier is under contract in a country, or from first to last anywhere."""
        n = self.instance.n_periods
        if country is not None:
            return [bool(self.plan.carrier[carrier, country, t]) for t in range(n)]
        some = [t for t in range(n) if any(self.plan.carrier[carrier, :, t])]
        return [bool(some) and some[0] <= t <= some[-1] for t in range(n)]

    def _carriers(self) -> None:
        """Onboarding, fees, commitments and discounts of carriers."""
        instance, terms, periods = self.instance, self.instance.carriage, self.instance.periods
        for r in range(len(instance.carriers.ids)):
            if not terms.is_chosen[r]:
                continue
            countries = range(len(instance.countries.ids))
            present = {None: self._present(r)} | {n: self._present(r, n) for n in countries}
            for n, works in present.items():
                once = terms.onboarding[r] if n is None else terms.onboarding_in[r, n]
                for t, on in enumerate(works):
                    middle = float(periods.start_day[t] + periods.end_day[t]) / 2
                    grown = (1 + instance.money.last_mile_growth) ** (
                        (middle - instance.money.base_day) / 365.0
                    )
                    if on and not (t and works[t - 1]):
                        self.book("carrier_fees", t, float(periods.start_day[t]), -float(once) * grown)
                    if on and n is not None:
                        fee = float(terms.fixed_fee_in[r, n] * periods.years[t])
                        self.book("carrier_fees", t, middle, -fee * grown)
            scopes = [[n] for n in countries] if terms.counts_by_country[r] else [list(countries)]
            for scope in scopes:
                works = present[scope[0] if terms.counts_by_country[r] else None]
                for t, on in enumerate(works):
                    middle = float(periods.start_day[t] + periods.end_day[t]) / 2
                    years = float(periods.years[t])
                    paid = sum(self.paid.get((r, n, t), 0.0) for n in scope)
                    if on:
                        self.book("commitment", t, middle, -max(0.0, terms.commitment[r] * years - paid))
                    self.book("volume_discount", t, middle, self._discount(r, paid, years))

    def _discount(self, carrier: int, paid: float, years: float) -> float:
        terms, back, before = self.instance.carriage, 0.0, 0.0
        for start, part in zip(terms.tier_from[carrier], terms.tier_discount[carrier], strict=True):
            if paid >= start * years:
                if terms.is_all_units[carrier]:
                    back = part * paid
                else:
                    back += (part - before) * (paid - start * years)
                before = part
        return float(back)

    def _carrier_rules(self) -> set[str]:
        """Names of the rules on carriers that are broken."""
        instance, terms, found = self.instance, self.instance.carriage, set()
        operations, periods = instance.operations, instance.periods
        total: dict[tuple[int, int], float] = {}
        for (r, n, t), parcels in self.given.items():
            if not terms.is_chosen[r]:
                continue
            if not self.plan.carrier[r, n, t]:
                found.add("carrier is contracted where it delivers")
            peak = parcels * operations.peak_factor / (operations.working_days * periods.years[t])
            total[r, t] = total.get((r, t), 0.0) + peak
            if peak > terms.capacity_in[r, n] * (1 + 1e-6) + 1e-6:
                found.add("capacity of the carrier")
        if any(peak > instance.carriers.capacity[r] * (1 + 1e-6) + 1e-6 for (r, _), peak in total.items()):
            found.add("capacity of the carrier")
        return found | self._contract_rules()

    def _contract_rules(self) -> set[str]:
        """Names of the rules on the contracts of carriers that are broken."""
        instance, found = self.instance, set()
        hired = [r for r in range(len(instance.carriers.ids)) if instance.carriage.is_chosen[r]]
        for n in range(len(instance.countries.ids)):
            for t in range(instance.n_periods):
                number = sum(bool(self.plan.carrier[r, n, t]) for r in hired)
                if 0 < number < instance.limits.min_carriers[t]:
                    found.add("fewest carriers in a country")
            for r in hired:
                found |= self._run_rules(r, n)
        return found

    def _run_rules(self, carrier: int, country: int) -> set[str]:
        periods, found = self.instance.periods, set()
        works = self._present(carrier, country)
        begins = [t for t, on in enumerate(works) if on and not (t and works[t - 1])]
        if len(begins) > 1:
            found.add("carrier has one contract in a country")
        for first in begins:
            last = first
            while last + 1 < len(works) and works[last + 1]:
                last += 1
            days = float(periods.end_day[last] - periods.start_day[first])
            if last + 1 < len(works) and days / 365.0 < self.instance.carriage.term[carrier] - 1e-2:
                found.add("carrier contract lasts its term")
        return found

    def _partner_rules(self) -> set[str]:
        """Names of the rules on partners that are broken."""
        instance, found = self.instance, set()
        if any(not instance.contracts.serves[self.plan.operator[j, t], k] for j, t, k in self.handled):
            found.add("operator can handle the product")
        for t in range(instance.n_periods):
            works: dict[str, set[int]] = {}
            alone: list[tuple[str, int]] = []
            for j, q in enumerate(int(q) for q in self.plan.operator[:, t]):
                if q >= 0 and not instance.operators.is_own[q]:
                    country = int(instance.sites.country_index[j])
                    works.setdefault(instance.contracts.firm[q], set()).add(country)
                    alone += (
                        [(instance.contracts.firm[q], country)] if instance.contracts.is_exclusive[q] else []
                    )
            if len(works) > instance.limits.max_partners[t]:
                found.add("most partners")
            if any(n in places for firm, n in alone for other, places in works.items() if other != firm):
                found.add("exclusive partner is alone")
        return found

    def _spend(self, day: float, euros: float) -> None:
        periods = self.instance.periods
        for t in range(self.instance.n_periods):
            if day < periods.end_day[t]:
                self.capital[t] += euros
                return

    def limits(self) -> set[str]:
        """Names of the limits that are broken."""
        instance, limits, size = self.instance, self.instance.limits, self.plan.size
        found = set()
        spent = allowed = 0.0
        for t in range(instance.n_periods):
            n_open = sum(1 for j in range(instance.n_sites) if size[j, t] > 0)
            before = [
                size[j, t - 1] if t else instance.sites.initial_size[j] for j in range(instance.n_sites)
            ]
            new = sum(1 for j in range(instance.n_sites) if size[j, t] > 0 and before[j] == 0)
            spent = self.capital[t] + (spent if limits.carries_over else 0.0)
            allowed = float(limits.budget[t]) + (allowed if limits.carries_over else 0.0)
            checks = {
                "budget": (spent, allowed),
                "most centres": (n_open, limits.max_centres[t]),
                "fewest centres": (limits.min_centres[t], n_open),
                "most openings": (new, limits.max_openings[t]),
                "carbon cap": (self.carbon[t], limits.carbon_cap[t]),
            }
            found |= {name for name, (used, room) in checks.items() if used > room * (1 + 1e-6) + 1e-6}
        found |= {name for name, used, room in self._rooms() if used > room * (1 + 1e-6) + 1e-6}
        for (j, t), load in self.load.items():
            operations = instance.operations
            peak = load * operations.peak_factor / (operations.working_days * instance.periods.years[t])
            operator = int(self.plan.operator[j, t])
            room = min(instance.sizes.capacity[size[j, t] - 1], instance.operators.capacity[operator])
            if (j, t) in self.begun:
                room = min(room, instance.contracts.first_capacity[operator])
            if peak > room * (1 + 1e-6):
                found.add("capacity on the busiest day")
        found |= self._partner_rules() | self._carrier_rules()
        for (number, _), (sold, late) in self.late.items():
            if late > (1 - limits.service[number].share) * sold + 1e-6 * max(1.0, sold):
                found.add("service level")
        return found
