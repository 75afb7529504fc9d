"use strict";
// Small charts as inline SVG. Every function returns markup; text is escaped here.
const escapeText = text => String(text).replace(/[&<>"]/g, c => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;" })[c]);
const svg = (width, height, body, label) => `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeText(label)}">${body}</svg>`;
const text = (x, y, words, extra = "") => `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${extra}>${escapeText(words)}</text>`;
const rect = (x, y, w, h, fill, extra = "") => `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${Math.max(0, w).toFixed(1)}" height="${Math.max(0, h).toFixed(1)}" fill="${fill}" ${extra}/>`;
const line = (x0, y0, x1, y1, stroke = "#dfe3e8", extra = "") => `<line x1="${x0.toFixed(1)}" y1="${y0.toFixed(1)}" x2="${x1.toFixed(1)}" y2="${y1.toFixed(1)}" stroke="${stroke}" ${extra}/>`;
const key = entries => `<div class="key">${entries.map(([name, colour, kind = ""]) => `<span class="${kind}" style="--c:${colour}">${escapeText(name)}</span>`).join("")}</div>`;

function short(value, digits = 3) {
  const size = Math.abs(value);
  if (size >= 10 ** digits) return Math.round(value).toLocaleString("en-GB").replace("-", "−");
  const places = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 1 : 2;
  return (Math.abs(value) < 0.005 ? 0 : value).toFixed(Math.abs(value) < 0.005 ? 0 : places).replace("-", "−");
}
const percent = (fraction, places = 0) => `${(100 * fraction).toFixed(places)} %`;

function ticks(low, high, count = 4) {
  const raw = (high - low) / count || 1, power = 10 ** Math.floor(Math.log10(raw)), step = [1, 2, 2.5, 5, 10].map(m => m * power).find(s => s >= raw * 0.999);
  const found = [];
  for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + step * 1e-6; value += step) found.push(Math.abs(value) < step * 1e-9 ? 0 : value);
  return found;
}

function isDark(colour) {
  const [r, g, b] = [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
  return 0.3 * r + 0.59 * g + 0.11 * b < 140;
}

function waterfall(steps) {
  const W = 640, rowHeight = 17.5, left = 150, right = 66;
  let total = 0;
  const bars = steps.map(step => {
    const from = step.isTotal ? 0 : total;
    total = step.isTotal ? step.value : total + step.value;
    return { ...step, from, to: total };
  });
  const low = Math.min(0, ...bars.flatMap(bar => [bar.from, bar.to])), high = Math.max(1e-9, ...bars.flatMap(bar => [bar.from, bar.to]));
  const x = value => left + (W - left - right) * (value - low) / (high - low);
  const body = bars.map((bar, n) => {
    const y = n * rowHeight + 4, a = x(Math.min(bar.from, bar.to)), b = x(Math.max(bar.from, bar.to));
    const fill = bar.isTotal ? "#0b6b63" : bar.value < 0 ? "#b4a08c" : "#7fb3a8";
    return text(left - 10, y + 11, bar.name, `text-anchor="end" ${bar.isTotal ? "class=\"strong\"" : ""}`) + rect(a, y, Math.max(b - a, 1), rowHeight - 5, fill, "rx=\"2\"") +
      text(b + 5, y + 11, short(bar.value), bar.isTotal ? "class=\"strong\"" : "class=\"soft\"") + (n + 1 < bars.length ? line(x(bar.to), y + rowHeight - 5, x(bar.to), y + rowHeight, "#9aa3af") : "");
  }).join("");
  return svg(W, bars.length * rowHeight + 6, line(x(0), 0, x(0), bars.length * rowHeight, "#9aa3af") + body, "Waterfall of present values");
}

function frame(W, H, box, yTicks, y, format) {
  return yTicks.map(value => line(box.left, y(value), W - box.right, y(value)) + text(box.left - 6, y(value) + 4, format(value), "text-anchor=\"end\" class=\"soft\"")).join("");
}

function serviceCurve(curves, hours, now) {
  const W = 300, H = 260, box = { left: 34, right: 16, top: 8, bottom: 34 };
  const x = k => box.left + (W - box.left - box.right) * k / Math.max(1, hours.length - 1), y = v => box.top + (H - box.top - box.bottom) * (1 - v);
  let body = frame(W, H, box, [0, 0.25, 0.5, 0.75, 1], y, v => String(100 * v));
  body += hours.map((h, k) => text(x(k), H - 18, h === null ? "more" : String(h), "text-anchor=\"middle\" class=\"soft\"")).join("");
  body += text((box.left + W - box.right) / 2, H - 3, "hours from order to door", "text-anchor=\"middle\" class=\"soft\"");
  const order = curves.map((_, t) => t).filter(t => t !== now).concat(now);
  for (const t of order) {
    const colour = t === now ? "#0b6b63" : "#b9c3cd", points = curves[t].values.map((v, k) => `${x(k).toFixed(1)},${y(v).toFixed(1)}`).join(" ");
    body += `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="${t === now ? 2.6 : 1.4}"/>`;
  }
  body += curves[now].values.map((v, k) => `<circle cx="${x(k)}" cy="${y(v)}" r="3" fill="#0b6b63"/>` + (k < hours.length - 1 && v > 0.02 && v < 0.995 ? text(x(k) + (v > 0.85 ? 0 : -4), y(v) + (v > 0.85 ? 14 : -7), percent(v), "text-anchor=\"middle\" class=\"strong\"") : "")).join("");
  return svg(W, H, body, "Cumulative share of parcels by promised hours");
}

function columns(labels, stacks, colours, now, marks = [], H = 190) {
  const W = 300, box = { left: 36, right: 8, top: 10, bottom: 20 };
  const high = Math.max(1e-9, ...stacks.map(stack => stack.reduce((a, b) => a + Math.max(0, b), 0)), ...marks.filter(mark => mark !== null));
  const low = Math.min(0, ...stacks.flat());
  const y = v => box.top + (H - box.top - box.bottom) * (1 - (v - low) / (high - low)), slot = (W - box.left - box.right) / labels.length, wide = Math.min(40, slot * 0.62);
  let body = frame(W, H, box, ticks(low, high), y, short);
  stacks.forEach((stack, t) => {
    let base = 0;
    const left = box.left + slot * (t + 0.5) - wide / 2;
    stack.forEach((value, s) => {
      body += rect(left, y(Math.max(base + value, base)), wide, Math.abs(y(base) - y(base + value)), colours[s], `opacity="${now === null || t === now ? 1 : 0.55}"`);
      base += value;
    });
    if (marks[t] !== null && marks[t] !== undefined) body += line(left - 5, y(marks[t]), left + wide + 5, y(marks[t]), "#161c26", "stroke-width=\"2.5\"");
    body += text(left + wide / 2, H - 4, labels[t], `text-anchor="middle" class="${t === now ? "strong" : "soft"}"`);
  });
  return svg(W, H, body + line(box.left, y(0), W - box.right, y(0), "#9aa3af"), "Columns by period");
}

function gantt(rows, labels, now) {
  const W = 640, left = 150, rowHeight = 32, top = 20, slot = (W - left - 10) / labels.length;
  let body = labels.map((label, t) => text(left + slot * (t + 0.5), 12, label, `text-anchor="middle" class="${t === now ? "strong" : "soft"}"`)).join("");
  body += rect(left + slot * now, top - 3, slot, rows.length * rowHeight + 4, "#eef3f5");
  rows.forEach((row, n) => {
    const y = top + n * rowHeight;
    body += text(left - 10, y + 17, row.label, "text-anchor=\"end\"") + line(left, y + rowHeight - 3, W - 10, y + rowHeight - 3, "#edf0f3");
    row.sizes.forEach((size, t) => {
      if (!size) return;
      const isStart = t === 0 || !row.sizes[t - 1], isEnd = t === labels.length - 1 || !row.sizes[t + 1], x0 = left + slot * t + (isStart ? 2 : 0), w = slot - (isStart ? 2 : 0) - (isEnd ? 2 : 0);
      const high = (rowHeight - 8) * Math.min(1, row.use[t]);
      body += rect(x0, y + 2, w, rowHeight - 8, row.colour, "opacity=\"0.22\"") + rect(x0, y + 2 + rowHeight - 8 - high, w, high, row.colour, "opacity=\"0.55\"");
      if (isStart || size !== row.sizes[t - 1]) body += line(x0, y + 2, x0, y + rowHeight - 6, row.colour, "stroke-width=\"3\"") + text(x0 + 7, y + 16, size, "class=\"strong\"");
      if (w > 130 || size === row.sizes[t - 1] && !isStart) body += text(x0 + w - 5, y + 16, percent(row.use[t]), "text-anchor=\"end\"");
      if (isEnd && t < labels.length - 1) body += text(x0 + w + 6, y + 16, "closes", "class=\"soft\"");
    });
  });
  return svg(W, top + rows.length * rowHeight + 4, body, "Openings, expansions and closings");
}

function shareBars(rows, colours) {
  const half = Math.ceil(rows.length / 2), W = 1300, column = 640, left = 120, rowHeight = 19;
  const body = rows.map((row, n) => {
    const x0 = n < half ? 0 : W - column, y = (n % half) * rowHeight + 2, wide = column - left - 20;
    let at = x0 + left;
    const bars = row.shares.map((share, s) => {
      const bar = rect(at, y, wide * share - 0.8, rowHeight - 5, colours[s]), words = share > 0.05 ? text(at + 4, y + 11, percent(share), isDark(colours[s]) ? "style=\"fill:#fff\"" : "") : "";
      at += wide * share;
      return bar + words;
    }).join("");
    return text(x0 + left - 8, y + 11, row.label, "text-anchor=\"end\"") + bars;
  }).join("");
  return svg(W, half * rowHeight + 4, body, "Share of purchases by country and firm");
}

function traceChart(trace) {
  const W = 300, H = 190, box = { left: 46, right: 10, top: 10, bottom: 30 };
  const known = trace.filter(step => step[1] !== null || step[2] !== null);
  const values = known.map(step => step[1]).filter(v => v !== null), bounds = known.map(step => step[2]).filter(v => v !== null);
  if (!values.length || !bounds.length) return "<p class=\"empty\">No progress was recorded.</p>";
  const last = values[values.length - 1], reach = Math.max(bounds[bounds.length - 1] - last, Math.abs(last) * 0.001, 1) * 12;
  const inView = v => v !== null && v <= last + reach && v >= last - reach;
  const shown = known.flatMap(step => [step[1], step[2]]).filter(inView), low = Math.min(...shown), high = Math.max(...shown) + 1e-9;
  const end = Math.max(1e-9, known[known.length - 1][0]), pad = (high - low) * 0.08 || 1;
  const x = s => box.left + (W - box.left - box.right) * s / end, y = v => box.top + (H - box.top - box.bottom) * (1 - (v - low + pad) / (high - low + 2 * pad));
  let body = frame(W, H, box, ticks(low, high, 3), y, v => short(v / 1e6, 5));
  const path = column => known.filter(step => inView(step[column])).map((step, k, all) => `${k ? `L${x(step[0]).toFixed(1)},${y(all[k - 1][column]).toFixed(1)}L` : "M"}${x(step[0]).toFixed(1)},${y(step[column]).toFixed(1)}`).join("");
  body += `<path d="${path(2)}" fill="none" stroke="#D55E00" stroke-width="2" stroke-dasharray="5 3"/><path d="${path(1)}" fill="none" stroke="#0b6b63" stroke-width="2.4"/>`;
  body += text(box.left, H - 14, "0", "class=\"soft\"") + text(W - box.right, H - 14, `${short(end)} s`, "text-anchor=\"end\" class=\"soft\"");
  return svg(W, H, body, "Value and bound over time");
}

function table(columns, rows) {
  if (!rows.length) return "<p class=\"empty\">None in this period.</p>";
  const head = columns.map(([name, , kind]) => `<th scope="col" class="${kind === "n" ? "n" : ""}">${escapeText(name)}</th>`).join("");
  const body = rows.map(row => `<tr>${columns.map(([, value, kind = ""]) => `<td class="${kind}">${kind === "html" ? value(row) : escapeText(value(row))}</td>`).join("")}</tr>`).join("");
  return `<table class="data"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}
