"""Study and geography become the instance."""

from entrepot.assembly import carriers, operators, partners, places, policies, rules, stock, trade
from entrepot.assembly.checks import findings_of
from entrepot.assembly.distances import distances_of
from entrepot.assembly.lookup import Lookup
from entrepot.errors import DataError
from entrepot.geography.highways import ODBL_NOTICE
from entrepot.instance import Instance
from entrepot.tables.study import Study

OF_FUTURES = ("futures", "closures")
"""Tables that a plan for the study alone does not rest on."""


def assemble(study: Study) -> Instance:
    """Turn a study into the instance that is planned.

    Parameters
    ----------
    study : as `entrepot.read_study` returns it.

    Returns
    -------
    Instance
        Indices instead of names, one unit per quantity, distances computed.

    Raises
    ------
    DataError : tables contradict each other; every finding is listed.
    """
    findings = findings_of(study)
    if any(finding.severity == "error" for finding in findings):
        raise DataError((*study.warnings, *findings))
    lookup = Lookup(study)
    territories = places.territories_of(lookup)
    countries = places.countries_of(lookup, territories)
    periods = rules.periods_of(lookup)
    markets, gateways = places.markets_of(lookup), places.gateways_of(lookup)
    sizes = places.sizes_of(lookup)
    offers = operators.offers_of(lookup)
    runners = operators.operators_of(lookup, countries, offers)
    allowed = operators.runners_of(lookup, runners, offers)
    sites = places.sites_of(lookup, countries, sizes, periods, allowed)
    demand = places.demand_of(lookup, markets, periods)
    rival_centres = partners.rival_centres_of(lookup, periods)
    rival_candidates = partners.rival_candidates_of(lookup, periods)
    return Instance(
        name=f"{study.name} ({study.scenario})" if study.scenario else study.name,
        periods=periods,
        territories=territories,
        countries=countries,
        markets=markets,
        products=trade.products_of(lookup, territories),
        origins=trade.origins_of(lookup),
        gateways=gateways,
        lanes=trade.lanes_of(lookup, periods),
        customs=trade.customs_of(lookup, territories),
        import_vat=trade.import_vat_of(lookup, territories),
        sites=sites,
        sizes=sizes,
        operators=runners,
        contracts=operators.contracts_of(lookup, offers),
        carriers=partners.carriers_of(lookup),
        carriage=carriers.carriage_of(lookup, countries),
        rate_cards=partners.rate_cards_of(lookup),
        rivals=partners.rivals_of(lookup),
        rival_centres=rival_centres,
        choice=rules.choice_of(lookup),
        money=rules.money_of(lookup, periods),
        operations=rules.operations_of(lookup),
        carbon=rules.carbon_of(lookup),
        limits=rules.limits_of(lookup, countries, len(periods.labels)),
        policies=policies.policies_of(lookup, countries, periods, markets),
        distances=distances_of(
            lookup, countries, sites, gateways, (markets, rival_centres, rival_candidates)
        ),
        demand=demand,
        sources=_sources(study),
        rival_candidates=rival_candidates,
        stock=stock.stock_of(lookup, periods, demand),
        inbound=trade.inbound_of(lookup),
    )


def _sources(study: Study) -> tuple[tuple[str, str], ...]:
    credits = study.settings["study.credits"] or ()
    statements = [("credit", str(text)) for text in credits] if isinstance(credits, tuple) else []
    if study.settings["geography.roads"] == "graph":
        statements.append(("credit", ODBL_NOTICE))
    for name, table in study.tables.items():
        if name not in OF_FUTURES and "source" in table.columns and table.height:
            texts = table["source"].drop_nulls().unique(maintain_order=True).to_list()
            statements += [(name, text) for text in texts]
    return tuple(statements)
