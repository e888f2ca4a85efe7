// Lines over an axis, as SVG: curves of a run, curves of faithfulness.

import { el, num, svg } from "../dom.js";

/** @typedef {{name: string, points: Array<[number, number]>, color: number, dashed?: boolean}} Line */

/**
 * @param {{title: string, lines: Line[], x?: string, height?: number, from?: number, to?: number}} chart
 * @returns {HTMLElement}
 */
export function chart({ title, lines, x = "", height = 220, from, to }) {
  const width = 520, left = 46, right = 12, top = 12, bottom = 30;
  const all = lines.flatMap((l) => l.points).filter((p) => Number.isFinite(p[1]));
  const xs = all.map((p) => p[0]), ys = all.map((p) => p[1]);
  const low = from ?? Math.min(...ys, 0), high = to ?? Math.max(...ys, low + 1e-9), start = Math.min(...xs), end = Math.max(...xs, start + 1e-9);
  const px = (/** @type {number} */ v) => left + ((v - start) / (end - start)) * (width - left - right);
  const py = (/** @type {number} */ v) => height - bottom - ((v - low) / (high - low || 1)) * (height - top - bottom);
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}: ${lines.map((l) => `${l.name} ends at ${num(l.points.at(-1)?.[1])}`).join(", ")}` });
  for (const step of [0, 0.25, 0.5, 0.75, 1]) {
    const value = low + step * (high - low);
    drawing.append(svg("line", { x1: left, x2: width - right, y1: py(value), y2: py(value), class: "rule" }), svg("text", { x: left - 8, y: py(value) + 4, "text-anchor": "end" }, num(Number(value.toPrecision(3)))));
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
  return el("figure", { class: "chart" }, el("figcaption", {}, el("strong", {}, title),
    el("span", { class: "legend" }, ...lines.map((l) => el("span", { class: `entry c${l.color}` }, l.name)))), /** @type {any} */ (drawing));
}
