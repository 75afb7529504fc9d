"use strict";
// Ties data, map, charts and controls together.
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = id => document.getElementById(id), M = 1e6;
  const colourIndex = new Map(data.open.map((site, n) => [site, n]));
  const colourOfSite = site => PALETTE[(colourIndex.get(site) ?? 0) % PALETTE.length];
  const summary = data.summary, last = data.periods.length - 1, siteByIndex = new Map(data.sites.map(site => [site.site, site]));
  const sign = escapeText(data.money), money = value => short(value / M), inPeriod = rows => rows.filter(row => row.period === data.periods[state.period]);
  const state = { period: last, mode: "centre", selected: data.sites.length ? [...data.sites].sort((a, b) => data.map.sites.parcels[b.site][last] - data.map.sites.parcels[a.site][last])[0].site : -1, isChosen: false };
  const modes = [["centre", "Centre"], ["share", "Our share"], ["days", "Days"]];
  const firmNames = ["Ours", ...data.firms, data.isFixed ? "Not served" : "Nobody listed"];
  const firmColours = ["#0b6b63", ...data.firms.map((_, n) => FIRM_COLOURS[n % FIRM_COLOURS.length]), "#e6e9ed"];

  const map = new NetworkMap(byId("canvas"), byId("tip"), data.map, colourOfSite, select);
  map.describe = ({ kind, i }) => {
    const sites = data.map.sites, rivals = data.map.rivals, markets = data.map.markets, served = data.map.served[state.period];
    if (kind === "site") return `${sites.label[i]}\n${parcelsADay(sites.parcels[i][state.period])} parcels a day, ${percent(siteByIndex.get(i).use[state.period])} of capacity`;
    if (kind === "candidate") return `${sites.label[i]}\n${sites.status[i]}, not open in ${data.periods[state.period]}`;
    if (kind === "rival") return `${data.firms[rivals.firm[i]]}\n${rivals.label[i]}`;
    const from = served.site[i] === -2 ? "no sales" : served.site[i] < 0 ? "mostly direct parcels" : `mostly from ${sites.label[served.site[i]]}`;
    return `${markets.label[i]}, ${data.countries[markets.country[i]]}\n${from}\n${parcelsADay(served.parcels[i])} parcels a day, share ${(served.share[i] / 10).toFixed(1)} %, ${(served.days[i] / 10).toFixed(1)} days`;
  };

  function parcelsADay(parcels) { return short(parcels / (365 * data.years[state.period]), 3); }
  function dot(colour) { return `<i style="background:${colour}"></i>`; }

  function renderPeriods() {
    byId("periods").innerHTML = data.periods.map((label, t) => `<button type="button" aria-pressed="${t === state.period}" data-t="${t}">${escapeText(label)}</button>`).join("");
    document.querySelectorAll(".now").forEach(element => { element.textContent = data.periods[state.period]; });
    byId("sidePeriod").textContent = data.periods[state.period];
  }

  function renderChips() {
    const proof = data.proof, chips = [proof.gap === null ? "Gap not known" : `Proven gap ${percent(proof.gap, 2)}`, proof.certifiedGap === null ? "Not recomputed" : `${percent(proof.certifiedGap, 2)} recomputed`, `${short(proof.seconds)} s`, data.isSound ? "Refereed" : "The referee found breaches"];
    byId("chips").innerHTML = chips.map(chip => `<span>${escapeText(chip)}</span>`).join("");
  }

  function renderKpis() {
    const now = summary[state.period], before = state.period ? summary[state.period - 1] : null;
    const since = before ? `on ${escapeText(before.period)}` : "";
    const delta = (value, unit) => Math.abs(value) < 0.05 ? `same as ${escapeText(before.period)}` : `<em>${value > 0 ? "+" : "−"}${Math.abs(value).toFixed(1)} ${unit}</em> ${since}`;
    const capital = summary.reduce((sum, row) => sum + row.capital_eur, 0);
    const tiles = [
      ["Net present value", `${sign}${money(data.proof.value)}<i>m</i>`, `over ${data.periods.length} periods`],
      ["Centres open", `${now.centres_open}<i>of ${data.map.sites.x.length} sites</i>`, before && now.centres_open !== before.centres_open ? `${before.centres_open} in ${escapeText(before.period)}` : ""],
      ["Capital, all periods", `${sign}${money(capital)}<i>m</i>`, `${sign}${money(now.capital_eur)}m in ${escapeText(now.period)}`],
      ["Within 3 days", percent(now.within_3_days), before ? delta(100 * (now.within_3_days - before.within_3_days), "pts") : ""],
      [data.isFixed ? "Demand served" : "Market share", percent(now.share, 1), before ? delta(100 * (now.share - before.share), "pts") : ""],
      ["Running cost a parcel", `${sign}${now.running_cost_eur_per_parcel.toFixed(2)}`, `${parcelsADay(now.parcels)} parcels a day`],
    ];
    byId("kpis").innerHTML = tiles.map(([name, value, more]) => `<div class="kpi"><span>${name}</span><b>${value}</b><span>${more || "&nbsp;"}</span></div>`).join("");
  }

  function renderRanking() {
    const sites = data.map.sites, t = state.period, total = Math.max(1, summary[t].parcels);
    const direct = total * (1 - summary[t].stocked_share), rows = [...data.sites].sort((a, b) => sites.parcels[b.site][t] - sites.parcels[a.site][t]);
    const row = (site, colour, name, share, left, right, isOff) => `<button type="button" class="${isOff ? "off" : ""}" ${site === null ? "disabled" : ""} aria-pressed="${state.isChosen && site === state.selected}" data-site="${site}">${dot(colour)}<span class="name">${escapeText(name)}</span><span>${percent(share)}</span><span class="track"><span style="width:${(100 * share).toFixed(1)}%;background:${colour}"></span></span><span class="more"><span>${escapeText(left)}</span><span>${escapeText(right)}</span></span></button>`;
    byId("ranking").innerHTML = rows.map(site => {
      const isOpen = sites.size[site.site][t] > 0;
      return row(site.site, colourOfSite(site.site), site.label, sites.parcels[site.site][t] / total, isOpen ? `${Math.round(site.areas[t] / 1000)}k m² · ${site.operator}` : "not open", isOpen ? `${parcelsADay(sites.parcels[site.site][t])} a day` : "", !isOpen);
    }).join("") + (direct > 0.5 ? row(null, DIRECT, "Direct parcels", direct / total, "no centre", `${parcelsADay(direct)} a day`, false) : "");
  }

  function renderDetail() {
    const site = siteByIndex.get(state.selected), t = state.period;
    if (!site) { byId("detail").innerHTML = "<p>Choose a centre to see what it serves.</p>"; return; }
    const served = data.map.served[t], markets = data.map.markets, byCountry = new Map();
    let count = 0, parcels = 0, days = 0;
    served.site.forEach((source, i) => {
      if (source !== site.site) return;
      count += 1; parcels += served.parcels[i]; days += served.days[i] / 10 * served.parcels[i];
      byCountry.set(markets.country[i], (byCountry.get(markets.country[i]) || 0) + served.parcels[i]);
    });
    const top = [...byCountry].sort((a, b) => b[1] - a[1]).slice(0, 4).map(([c, p]) => `${data.codes[c]} ${percent(p / Math.max(1, parcels))}`).join(", ");
    const events = data.timeline.filter(event => event.centre === site.label).map(event => `${event.event} ${event.period === "before" ? "" : event.period}`.trim()).join(", ");
    const capital = data.timeline.filter(event => event.centre === site.label).reduce((sum, event) => sum + event.capital_eur, 0);
    const pairs = [["Size", site.sizes[t] || "not open"], ["Run by", site.operator], ["Use of capacity at peak", percent(site.use[t])], ["Capital, net of grants", `${sign}${money(capital)} m`], ["Rent", `${sign}${short(site.rent)} /m²·year`], ["Warehouse wage", `${sign}${short(site.wage)} /h`], ["Markets mainly served", String(count)], ["Mean promise there", parcels ? `${(days / parcels).toFixed(1)} days` : "–"], ["Mostly to", top || "–"], ["Rivals within 150 km", String(rivalsNear(site.site))]];
    byId("detail").innerHTML = `<h3>${escapeText(site.label)}</h3><p>${escapeText(site.country)} · ${escapeText(events)}</p><table class="pairs"><tbody>${pairs.map(([name, value]) => `<tr><th scope="row">${escapeText(name)}</th><td>${escapeText(value)}</td></tr>`).join("")}</tbody></table>`;
  }

  function rivalsNear(site) {
    const { sites, rivals } = data.map;
    return rivals.x.filter((x, i) => rivals.open[i][state.period] && Math.hypot(x - sites.x[site], rivals.y[i] - sites.y[site]) <= 150).length;
  }

  function renderLegend() {
    const mark = body => `<svg width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true">${body}</svg>`, dotMark = colour => mark(`<circle r="5" fill="${colour}"/>`);
    const shapes = ["<rect x='-5' y='-5' width='10' height='10'", "<path d='M0,-6L6,5L-6,5Z'", "<path d='M0,-7L7,0L0,7L-7,0Z'", "<path d='M0,6L6,-5L-6,-5Z'"];
    const entries = [[mark("<circle r='6.5' fill='#44505f' stroke='#fff' stroke-width='1.5'/>"), "Our centre (area = parcels)"]];
    if (map.state.candidates) entries.push([mark("<circle r='4.5' fill='#fff' stroke='#3b4554' stroke-width='1.6'/>"), "Candidate, not open"]);
    if (state.mode === "centre") entries.push([dotMark("#0072B2"), "Market, colour of its main centre"], [dotMark(DIRECT), "Market, mainly direct parcels"]);
    else RAMP.forEach((colour, n) => {
      const step = map.topShare() / 5, days = [10, 8.2, 6.4, 4.6, 2.8, 1];
      const words = state.mode === "share" ? `${short(n * step)}–${short((n + 1) * step)} %${n === 4 ? " or more" : ""} share` : n === 0 ? `more than ${days[1]} days` : n === 4 ? `up to ${days[4]} days` : `${days[n + 1]}–${days[n]} days`;
      entries.push([dotMark(colour), words]);
    });
    if (map.state.rivals) data.firms.forEach((firm, n) => {
      if (data.map.rivals.firm.includes(n)) entries.push([mark((shapes[n] || "<path d='M0,-6L5.7,-1.9L3.5,4.9L-3.5,4.9L-5.7,-1.9Z'") + ` fill='${FIRM_COLOURS[n % FIRM_COLOURS.length]}'/>`), `${firm} centre`]);
    });
    byId("legend").innerHTML = entries.map(([sign, words]) => `<div>${sign}${escapeText(words)}</div>`).join("");
  }

  function renderCharts() {
    const t = state.period, classes = data.classHours.length;
    const curves = data.periods.map((label, p) => ({ label, values: data.service.filter(row => row.period === label).map(row => row.cumulative_share) })).filter(curve => curve.values.length === classes);
    byId("curve").innerHTML = serviceCurve(curves, data.classHours, t);
    const products = [...new Set(data.products.map(row => row.product))];
    const tones = products.map((_, n) => ["#0b6b63", "#56a59b", "#a3d0c9", "#2f8478", "#7dbdb4"][n % 5]);
    const rows = label => data.products.filter(row => row.period === label), years = data.years;
    byId("split").innerHTML = key([...products.map((name, n) => [`${name}, stock`, tones[n]]), ["direct", DIRECT]]) +
      columns(data.periods, data.periods.map((label, p) => [...rows(label).map(row => row.stocked_parcels / M / years[p]), rows(label).reduce((sum, row) => sum + row.direct_parcels, 0) / M / years[p]]), [...tones, DIRECT], t, [], 240);
    byId("gantt").innerHTML = data.sites.length ? gantt(data.sites.map(site => ({ label: site.label.split(" / ")[0], sizes: site.areas.map(area => area ? `${Math.round(area / 1000)}k m²` : ""), use: site.use, colour: colourOfSite(site.site) })), data.periods, t) : "<p class=\"empty\">No centre is open in any period.</p>";
    const budgets = data.capital.map(row => row.budget_eur === null ? null : row.budget_eur / M);
    byId("capital").innerHTML = key([["spent", "#0b6b63"], ...(budgets.some(b => b !== null) ? [["budget", "#161c26"]] : [])]) + columns(data.periods, data.capital.map(row => [row.capital_eur / M]), ["#0b6b63"], t, budgets);
    const shares = data.codes.map((code, c) => {
      const ours = data.ourShare[c][t], rivals = data.rivalShare.map(firm => firm[c][t]);
      return { label: data.countries[c], shares: [ours, ...rivals, Math.max(0, 1 - ours - rivals.reduce((a, b) => a + b, 0))], isSold: data.countriesSold.has(code) };
    }).filter(row => row.isSold).sort((a, b) => b.shares[0] - a.shares[0]);
    byId("shares").innerHTML = key(firmNames.map((name, n) => [name, firmColours[n]])) + shareBars(shares, firmColours);
  }

  function renderFixedCharts() {
    const steps = [], rest = { positive: 0, negative: 0 };
    const largest = Math.max(...data.ledger.map(row => Math.abs(row.value)));
    const isSale = row => row.kind === "goods" || row.line === "Revenue" || row.line === "Delivery fee";
    steps.push({ name: "Sales less goods", value: data.ledger.filter(isSale).reduce((sum, row) => sum + row.value, 0) / M, isTotal: true });
    for (const row of data.ledger) {
      if (isSale(row)) continue;
      if (Math.abs(row.value) < largest * 5e-4) { rest[row.value < 0 ? "negative" : "positive"] += row.value; continue; }
      steps.push({ name: row.line, value: row.value / M });
    }
    if (Math.abs(rest.positive + rest.negative) > 0.5) steps.push({ name: "Smaller lines", value: (rest.positive + rest.negative) / M });
    steps.push({ name: "Net present value", value: data.ledger.reduce((sum, row) => sum + row.value, 0) / M, isTotal: true });
    byId("waterfall").innerHTML = waterfall(steps);
    byId("trace").innerHTML = key([["plan", "#0b6b63"], ["bound", "#D55E00"]]) + traceChart(data.proof.trace);
    byId("timelineTable").innerHTML = table([["Date", row => row.date], ["Event", row => row.event], ["Centre", row => row.centre], ["Size", row => row.size], [`Capital, ${sign} m`, row => money(row.capital_eur), "n"]], data.timeline);
  }

  function renderTables() {
    byId("carriersTable").innerHTML = table([["Carrier", row => row.carrier], ["Service", row => row.service], ["Parcels, k", row => short(row.parcels / 1000), "n"], ["Share", row => percent(row.share_of_parcels), "n"], [`${sign} / parcel`, row => (row.after_discount_eur / row.parcels).toFixed(2), "n"], ["On time", row => percent(row.on_time), "n"], [`${sign} m`, row => money(row.last_mile_eur), "n"], ["Countries", row => row.countries, "wrap"]], inPeriod(data.carriers).sort((a, b) => b.parcels - a.parcels));
    const siteOfLabel = new Map(data.sites.map(site => [site.label, site.site]));
    byId("centresTable").innerHTML = table([["Centre", row => dot(colourOfSite(siteOfLabel.get(row.centre))) + escapeText(row.centre), "html"], ["Country", row => row.country], ["Operator", row => row.operator], ["Size", row => row.size], ["Parcels, k", row => short(row.parcels / 1000), "n"], ["Peak use", row => percent(row.utilisation), "n"]], inPeriod(data.centresRows).sort((a, b) => b.parcels - a.parcels));
    byId("countriesTable").innerHTML = table([["Country", row => row.name], ["Parcels, k", row => short(row.parcels / 1000), "n"], ["Share", row => percent(row.share, 1), "n"], ["From stock", row => percent(row.stocked_parcels / Math.max(1e-9, row.parcels)), "n"], ["In 3 days", row => percent(row.within_3_days), "n"]], inPeriod(data.countriesRows).sort((a, b) => b.parcels - a.parcels));
    const products = [...new Set(data.split.map(row => row.product))], ways = new Map();
    for (const row of inPeriod(data.split)) {
      if (!ways.has(row.name)) ways.set(row.name, { name: row.name, parcels: 0, direct: 0, share: {} });
      const way = ways.get(row.name);
      way.parcels += row.stocked_parcels + row.direct_parcels; way.direct += row.direct_parcels; way.share[row.product] = row.direct_share;
    }
    const part = value => value === null || value === undefined ? "–" : percent(value);
    byId("splitTable").innerHTML = table([["Country", row => row.name], ...products.map(name => [name, row => part(row.share[name]), "n"]), ["All", row => percent(row.direct / row.parcels), "n"]], [...ways.values()].filter(row => row.parcels > 0.5).sort((a, b) => b.parcels - a.parcels));
    byId("stockBox").hidden = !data.stock.length;
    byId("stockTable").innerHTML = table([["Centre", row => row.centre], ["Product", row => row.product], ["Parcels, k", row => short(row.parcels / 1000), "n"], ["Days of stock", row => row.days_of_stock.toFixed(0), "n"], ["Turns a year", row => row.turns_per_year.toFixed(1), "n"], ["From shelf", row => part(row.fill_rate), "n"], [`Value, ${sign} m`, row => money(row.stock_value_eur), "n"], ["Saved by pooling", row => row.unpooled_safety_parcels > 0 ? percent(1 - row.safety_parcels / row.unpooled_safety_parcels) : "–", "n"]], inPeriod(data.stock).sort((a, b) => b.stock_value_eur - a.stock_value_eur));
    byId("gatewaysTable").innerHTML = table([["Gateway", row => row.gateway], ["Mode", row => row.mode], ["Parcels, k", row => short(row.parcels / 1000), "n"], ["t / working day", row => short(row.tonnes_per_day), "n"], ["Capacity", row => row.capacity_tonnes_per_day === null ? "–" : short(row.capacity_tonnes_per_day), "n"], ["Used", row => part(row.used_share), "n"], ...(data.isPathChosen ? [[`Fee, ${sign} k`, row => row.fees_eur ? short(row.fees_eur / 1000) : "–", "n"]] : [])], inPeriod(data.gateways).sort((a, b) => b.parcels - a.parcels));
    const some = value => value > 0 ? short(value) : "–";
    byId("lanesBox").hidden = !data.isPathChosen;
    byId("lanesTable").innerHTML = table([["From", row => row.origin], ["To", row => row.gateway], ["By", row => `${row.mode} ${row.route}`], ["Tonnes", row => some(row.moved_tonnes), "n"], ["Departures", row => some(row.sailings), "n"], ["Used", row => part(row.used_share), "n"], ["Committed, t", row => some(row.committed_tonnes), "n"], ["Missing, t", row => some(row.missing_tonnes), "n"], [`Paid for these, ${sign} k`, row => some(row.shortfall_eur / 1000), "n"]], inPeriod(data.lanes).sort((a, b) => b.committed_tonnes - a.committed_tonnes || b.moved_tonnes - a.moved_tonnes));
  }

  function render() {
    renderPeriods(); renderKpis(); renderRanking(); renderDetail(); renderLegend(); renderCharts(); renderTables();
    map.set({ period: state.period, mode: state.mode, selected: state.isChosen ? state.selected : -1 });
  }

  function select(site) {
    state.isChosen = site >= 0 && !(state.isChosen && state.selected === site);
    if (site >= 0) state.selected = site;
    renderRanking(); renderDetail(); map.set({ selected: state.isChosen ? state.selected : -1 });
  }

  function renderModes() {
    byId("modes").innerHTML = modes.map(([name, label]) => `<button type="button" aria-pressed="${state.mode === name}" data-mode="${name}">${label}</button>`).join("");
  }

  function onClick(id, attribute, act) {
    byId(id).addEventListener("click", event => {
      const button = event.target.closest("button");
      if (!button || button.disabled) return;
      const value = button.dataset[attribute];
      act(value);
      const again = byId(id).querySelector(`[data-${attribute}="${value}"]`);
      if (again) again.focus();
    });
  }

  data.countriesSold = new Set(data.countriesRows.map(row => row.country));
  onClick("periods", "t", value => { state.period = Number(value); render(); });
  onClick("modes", "mode", value => { state.mode = value; renderModes(); render(); });
  onClick("ranking", "site", value => select(Number(value)));
  for (const name of ["flows", "rivals", "candidates"]) byId(name).addEventListener("change", event => { map.set({ [name]: event.target.checked }); renderLegend(); });
  byId("in").addEventListener("click", () => map.zoom(1.5));
  byId("out").addEventListener("click", () => map.zoom(1 / 1.5));
  byId("fit").addEventListener("click", () => map.fit());
  document.addEventListener("keydown", event => {
    if (event.target.closest("input")) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step && state.period + step >= 0 && state.period + step <= last) { state.period += step; render(); }
    if (event.key === "Escape") select(-1);
  });
  renderModes(); renderChips(); renderFixedCharts(); render();
})();
