// Lines over an axis, as SVG: curves of a run, curves of faithfulness.

import { el, num, svg } from "../dom.js";

/** @typedef {{name: string, points: Array<[number, number]>, color: number, dashed?: boolean}} Line */

const spaces = 4, usual = 520, left = 50, right = 14, top = 12, bottom = 30;

/**
 * @param {{title: string, lines: Line[], x?: string, height?: number, from?: number, to?: number}} chart
 * @returns {HTMLElement}
 */
export function chart(chart) {
  const place = el("div");
  const figure = el("figure", { class: "chart" }, el("figcaption", {}, el("strong", {}, chart.title),
    el("span", { class: "legend" }, ...chart.lines.map((l) => el("span", { class: `entry c${l.color}` }, l.name)))), place);

  // Drawn as wide as there is room: letters stay as large as those around.
  let drawn = usual;
  place.append(draw(chart, drawn));
  new ResizeObserver(() => {
    const width = Math.round(place.clientWidth);
    if (width > 0 && width !== drawn) {
      drawn = width;
      place.replaceChildren(draw(chart, width));
    }
  }).observe(place);
  return figure;
}

/** @param {{title: string, lines: Line[], x?: string, height?: number, from?: number, to?: number}} chart @param {number} width @returns {SVGElement} */
function draw({ title, lines, x = "", height = 220, from, to }, width) {
  const all = lines.flatMap((l) => l.points).filter((p) => Number.isFinite(p[1]));
  const xs = all.map((p) => p[0]), ys = all.map((p) => p[1]);
  const ticks = round(from ?? Math.min(...ys, 0), to ?? Math.max(...ys, 0)), low = ticks[0], high = ticks[ticks.length - 1];
  const start = Math.min(...xs), end = Math.max(...xs, start + 1e-9);
  const px = (/** @type {number} */ v) => left + ((v - start) / (end - start)) * (width - left - right);
  const py = (/** @type {number} */ v) => height - bottom - ((v - low) / (high - low)) * (height - top - bottom);
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}: ${lines.map((l) => `${l.name} ends at ${num(l.points.at(-1)?.[1])}`).join(", ")}` });
  for (const value of ticks) {
    drawing.append(svg("line", { x1: left, x2: width - right, y1: py(value), y2: py(value), class: "rule" }), svg("text", { x: left - 8, y: py(value) + 4, "text-anchor": "end" }, num(value)));
  }
  if (all.length > 0) {
    drawing.append(svg("text", { x: left, y: height - 8 }, num(start)), svg("text", { x: width - right, y: height - 8, "text-anchor": "end" }, `${num(end)} ${x}`));
  }
  for (const line of lines) {
    const points = line.points.filter((p) => Number.isFinite(p[1])).map((p) => `${px(p[0]).toFixed(1)},${py(p[1]).toFixed(1)}`).join(" ");
    drawing.append(svg("polyline", { points, class: `line c${line.color}${line.dashed ? " dashed" : ""}` }));
    if (line.points.length === 1) {
      drawing.append(svg("circle", { cx: px(line.points[0][0]), cy: py(line.points[0][1]), r: 3, class: `dot c${line.color}` }));
    }
  }
  return drawing;
}

/** @param {number} low @param {number} high @returns {number[]} Round numbers around a range, evenly apart. */
function round(low, high) {
  const span = high > low ? high - low : Math.abs(high) || 1, size = 10 ** Math.floor(Math.log10(span / spaces));
  const step = size * ([1, 2, 2.5, 5, 10].find((s) => s * size >= span / spaces - 1e-12) ?? 10);
  const first = Math.floor(low / step + 1e-9), last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(6)));
}
