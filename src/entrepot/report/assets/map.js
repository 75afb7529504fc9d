"use strict";
// The map: canvas in, picture out. Coordinates in km of the projection; the view turns them into pixels.
const PALETTE = ["#0072B2", "#D55E00", "#009E73", "#AA3377", "#B8860B", "#3A86C8", "#882255", "#117733", "#332288", "#C26A9B", "#7A7A1E", "#2E8B8B"];
const DIRECT = "#7d8794", NOTHING = "#c9d0d8";
const FIRM_COLOURS = ["#F0A830", "#C8373A", "#1C2430", "#8E5BB5", "#5B8C2A", "#4E6E8E"];
const RAMP = ["#440154", "#3B528B", "#21908C", "#5DC863", "#D9C300"];

function rampColour(fraction) {
  return RAMP[Math.max(0, Math.min(RAMP.length - 1, Math.floor(fraction * RAMP.length)))];
}

function shapePath(context, shape, x, y, r) {
  context.beginPath();
  if (shape === 0) context.rect(x - r, y - r, 2 * r, 2 * r);
  else if (shape === 1) { context.moveTo(x, y - 1.25 * r); context.lineTo(x + 1.15 * r, y + r); context.lineTo(x - 1.15 * r, y + r); }
  else if (shape === 2) { context.moveTo(x, y - 1.4 * r); context.lineTo(x + 1.4 * r, y); context.lineTo(x, y + 1.4 * r); context.lineTo(x - 1.4 * r, y); }
  else if (shape === 3) { context.moveTo(x, y + 1.25 * r); context.lineTo(x + 1.15 * r, y - r); context.lineTo(x - 1.15 * r, y - r); }
  else for (let k = 0; k < 5 + shape; k++) context.lineTo(x + 1.25 * r * Math.sin(2 * Math.PI * k / (5 + shape)), y - 1.25 * r * Math.cos(2 * Math.PI * k / (5 + shape)));
  context.closePath();
}

class NetworkMap {
  constructor(canvas, tip, data, colourOfSite, onSelect) {
    Object.assign(this, { canvas, tip, data, colourOfSite, onSelect });
    this.context = canvas.getContext("2d");
    this.state = { period: 0, mode: "centre", flows: true, rivals: true, candidates: true, selected: -1 };
    this.land = data.land.map(country => {
      const path = new Path2D();
      for (const ring of country.rings) {
        for (let k = 0; k < ring.length; k += 2) k ? path.lineTo(ring[k], ring[k + 1]) : path.moveTo(ring[0], ring[1]);
        path.closePath();
      }
      return { path, isIn: country.in };
    });
    this.largestMarket = Math.max(1, ...data.served.map(period => period.parcels.reduce((a, b) => Math.max(a, b), 0)));
    this.largestSite = Math.max(1, ...data.sites.parcels.flat());
    this.listen();
    new ResizeObserver(() => this.resize()).observe(canvas);
    this.resize();
  }

  resize() {
    const ratio = window.devicePixelRatio || 1, first = !this.width;
    this.width = this.canvas.clientWidth; this.height = this.canvas.clientHeight;
    this.canvas.width = Math.round(this.width * ratio); this.canvas.height = Math.round(this.height * ratio);
    this.ratio = ratio;
    if (first || this.isFitted) this.fit(); else this.draw();
  }

  fit() {
    const [left, top, right, bottom] = this.data.extent, wide = Math.max(right - left, 60), high = Math.max(bottom - top, 60);
    const legend = this.width > 700 ? 190 : 0, room = { x: this.width - 80 - legend, y: this.height - 110 };
    this.scale = Math.min(room.x / wide, room.y / high);
    this.dx = (this.width + legend) / 2 - this.scale * (left + right) / 2;
    this.dy = this.height / 2 + 14 - this.scale * (top + bottom) / 2;
    this.fitScale = this.scale; this.isFitted = true;
    this.draw();
  }

  zoom(factor, x = this.width / 2, y = this.height / 2) {
    const next = Math.max(this.fitScale * 0.6, Math.min(this.fitScale * 25, this.scale * factor)), change = next / this.scale;
    this.dx = x - change * (x - this.dx); this.dy = y - change * (y - this.dy);
    this.scale = next; this.isFitted = false;
    this.draw();
  }

  set(changes) { Object.assign(this.state, changes); this.draw(); }
  px(x) { return x * this.scale + this.dx; }
  py(y) { return y * this.scale + this.dy; }

  draw() {
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => { this.pending = 0; this.paint(); });
  }

  paint() {
    const context = this.context;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    this.paintLand();
    if (this.state.flows) this.paintFlows();
    this.paintMarkets();
    if (this.state.rivals) this.paintRivals();
    this.paintSites();
  }

  paintLand() {
    const context = this.context;
    context.save();
    context.translate(this.dx, this.dy); context.scale(this.scale, this.scale);
    context.lineWidth = 0.9 / this.scale; context.strokeStyle = "#c3cad3"; context.lineJoin = "round";
    for (const country of this.land) {
      context.fillStyle = country.isIn ? "#fbfbf9" : "#eef0f1";
      context.fill(country.path, "evenodd"); context.stroke(country.path);
    }
    context.restore();
  }

  isFaded(site) { return this.state.selected >= 0 && site !== this.state.selected; }

  marketColour(i, served) {
    const site = served.site[i];
    if (site === -2) return NOTHING;
    if (this.state.mode === "share") return rampColour(served.share[i] / 10 / this.topShare());
    if (this.state.mode === "days") return rampColour(1 - (served.days[i] / 10 - 1) / 9);
    return site < 0 ? DIRECT : this.colourOfSite(site);
  }

  topShare() {
    if (!this.top) {
      const all = this.data.served.flatMap(period => period.share.filter(share => share > 0)).sort((a, b) => a - b);
      this.top = Math.max(5, Math.ceil((all[Math.floor(all.length * 0.98)] || 50) / 50) * 5);
    }
    return this.top;
  }

  marketRadius(parcels) { return Math.max(1.1, 9 * Math.sqrt(parcels / this.largestMarket)) * Math.min(2.2, Math.sqrt(this.scale / this.fitScale)); }

  paintFlows() {
    const { context, data } = this, served = data.served[this.state.period];
    context.lineCap = "round";
    for (let i = 0; i < served.site.length; i++) {
      const site = served.site[i];
      if (site < 0 || served.parcels[i] <= 0) continue;
      const x0 = this.px(data.sites.x[site]), y0 = this.py(data.sites.y[site]), x1 = this.px(data.markets.x[i]), y1 = this.py(data.markets.y[i]);
      const weight = Math.sqrt(served.parcels[i] / this.largestMarket);
      context.globalAlpha = this.isFaded(site) ? 0.03 : (this.state.selected >= 0 ? 0.3 : 0.1) + 0.4 * weight;
      context.strokeStyle = this.colourOfSite(site); context.lineWidth = 0.5 + 4 * weight;
      context.beginPath(); context.moveTo(x0, y0);
      context.quadraticCurveTo((x0 + x1) / 2 - (y1 - y0) * 0.12, (y0 + y1) / 2 + (x1 - x0) * 0.12 - Math.hypot(x1 - x0, y1 - y0) * 0.05, x1, y1);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  paintMarkets() {
    const { context, data } = this, served = data.served[this.state.period];
    for (let i = 0; i < served.site.length; i++) {
      const r = this.marketRadius(served.parcels[i]);
      context.globalAlpha = this.isFaded(served.site[i]) ? 0.15 : 0.72;
      context.fillStyle = this.marketColour(i, served);
      context.beginPath(); context.arc(this.px(data.markets.x[i]), this.py(data.markets.y[i]), r, 0, 7); context.fill();
    }
    context.globalAlpha = 1;
  }

  paintRivals() {
    const { context } = this, rivals = this.data.rivals;
    context.strokeStyle = "#fff"; context.lineWidth = 1.2;
    for (let i = 0; i < rivals.x.length; i++) {
      if (!rivals.open[i][this.state.period]) continue;
      shapePath(context, rivals.firm[i], this.px(rivals.x[i]), this.py(rivals.y[i]), 4.2);
      context.fillStyle = FIRM_COLOURS[rivals.firm[i] % FIRM_COLOURS.length]; context.fill(); context.stroke();
    }
  }

  siteRadius(site) { return 7 + 15 * Math.sqrt(this.data.sites.parcels[site][this.state.period] / this.largestSite); }
  isOpen(site) { return this.data.sites.size[site][this.state.period] > 0; }

  paintSites() {
    const { context, data } = this, sites = data.sites, open = [];
    for (let j = 0; j < sites.x.length; j++) {
      if (this.isOpen(j)) { open.push(j); continue; }
      if (!this.state.candidates || sites.status[j] === "forbidden") continue;
      context.beginPath(); context.arc(this.px(sites.x[j]), this.py(sites.y[j]), 4.5, 0, 7);
      context.fillStyle = "#ffffffcc"; context.fill(); context.lineWidth = 1.6; context.strokeStyle = "#3b4554"; context.stroke();
    }
    open.sort((a, b) => sites.parcels[b][this.state.period] - sites.parcels[a][this.state.period]);
    for (const j of open) {
      const x = this.px(sites.x[j]), y = this.py(sites.y[j]), r = this.siteRadius(j);
      context.globalAlpha = this.isFaded(j) ? 0.45 : 1;
      context.beginPath(); context.arc(x, y, r, 0, 7);
      context.fillStyle = this.colourOfSite(j); context.fill(); context.lineWidth = 2.2; context.strokeStyle = "#fff"; context.stroke();
      if (j === this.state.selected) { context.beginPath(); context.arc(x, y, r + 3, 0, 7); context.strokeStyle = "#161c26"; context.stroke(); }
    }
    context.globalAlpha = 1;
    this.paintLabels(open);
  }

  paintLabels(open) {
    const { context } = this, sites = this.data.sites, taken = open.map(j => {
      const r = this.siteRadius(j), x = this.px(sites.x[j]), y = this.py(sites.y[j]);
      return [x - r, y - r, x + r, y + r];
    });
    context.font = "600 13px Inter, 'Segoe UI', system-ui, Arial, 'Liberation Sans', sans-serif"; context.lineJoin = "round"; context.textBaseline = "middle";
    for (const j of open) {
      const text = sites.label[j].split(" / ")[0], wide = context.measureText(text).width, r = this.siteRadius(j) + 5;
      const x = this.px(sites.x[j]), y = this.py(sites.y[j]);
      const places = [[x - wide / 2, y - r - 7], [x - wide / 2, y + r + 8], [x + r, y], [x - r - wide, y], [x + r * 0.6, y - r - 4], [x + r * 0.6, y + r + 4], [x - wide - r * 0.6, y - r - 4], [x - wide - r * 0.6, y + r + 4]];
      const free = places.find(([left, middle]) => left > 2 && left + wide < this.width - 2 && middle > 9 && middle < this.height - 9 && !taken.some(([a, b, c, d]) => left < c && left + wide > a && middle - 8 < d && middle + 8 > b));
      if (!free) continue;
      taken.push([free[0] - 2, free[1] - 9, free[0] + wide + 2, free[1] + 9]);
      context.strokeStyle = "#ffffffee"; context.lineWidth = 4; context.strokeText(text, ...free);
      context.fillStyle = "#161c26"; context.fillText(text, ...free);
    }
  }

  find(x, y) {
    const { data } = this, near = (points, i, r) => Math.hypot(this.px(points.x[i]) - x, this.py(points.y[i]) - y) <= r;
    for (let j = 0; j < data.sites.x.length; j++) if (this.isOpen(j) && near(data.sites, j, this.siteRadius(j) + 2)) return { kind: "site", i: j };
    if (this.state.rivals) for (let i = 0; i < data.rivals.x.length; i++) if (data.rivals.open[i][this.state.period] && near(data.rivals, i, 6)) return { kind: "rival", i };
    if (this.state.candidates) for (let j = 0; j < data.sites.x.length; j++) if (!this.isOpen(j) && near(data.sites, j, 6)) return { kind: "candidate", i: j };
    const served = data.served[this.state.period];
    for (let i = 0; i < served.site.length; i++) if (near(data.markets, i, this.marketRadius(served.parcels[i]) + 2)) return { kind: "market", i };
    return null;
  }

  listen() {
    const canvas = this.canvas, at = event => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
    let drag = null;
    canvas.addEventListener("pointerdown", event => { drag = { from: at(event), moved: false }; canvas.setPointerCapture(event.pointerId); });
    canvas.addEventListener("pointerup", event => {
      const found = drag && !drag.moved ? this.find(...at(event)) : null;
      if (drag && !drag.moved) this.onSelect(found && found.kind === "site" ? found.i : -1);
      drag = null;
    });
    canvas.addEventListener("pointermove", event => {
      const [x, y] = at(event);
      if (!drag) { this.explain(this.find(x, y), x, y); return; }
      if (Math.hypot(x - drag.from[0], y - drag.from[1]) > 3) drag.moved = true;
      if (!drag.moved) return;
      this.dx += x - drag.from[0]; this.dy += y - drag.from[1]; drag.from = [x, y]; this.isFitted = false; this.draw();
    });
    canvas.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    canvas.addEventListener("wheel", event => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault(); this.zoom(Math.exp(-event.deltaY / 200), ...at(event));
    }, { passive: false });
  }

  explain(found, x, y) {
    this.tip.hidden = !found;
    if (!found) return;
    this.tip.textContent = this.describe(found);
    this.tip.style.left = Math.min(x + 14, this.width - 240) + "px"; this.tip.style.top = Math.min(y + 14, this.height - 70) + "px";
  }
}
