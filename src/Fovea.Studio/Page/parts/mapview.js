// A map with its scale and its numbers.

import { bits, el, num } from "../dom.js";
import { paint, paintScale, scaleOf } from "../palette.js";

/** @typedef {import("../api.js").MapData} MapData */

export class MapView {
  /** @param {{title: string, picture?: string, compact?: boolean}} options */
  constructor(options) {
    this.canvas = /** @type {HTMLCanvasElement} */ (/** @type {unknown} */ (el("canvas", { class: "cells", role: "img", "aria-label": options.title, width: 1, height: 1 })));
    this.bar = /** @type {HTMLCanvasElement} */ (/** @type {unknown} */ (el("canvas", { class: "scale", "aria-hidden": "true", width: 255, height: 1 })));
    this.low = el("span", { class: "low" });
    this.high = el("span", { class: "high" });
    this.numbers = el("dl", { class: "numbers" });
    this.note = el("p", { class: "fine", hidden: true });
    this.frame = el("div", { class: "frame" }, options.picture ? el("img", { src: options.picture, alt: "", class: "under" }) : null, this.canvas);
    this.element = el("figure", { class: options.compact ? "map compact" : "map" },
      this.frame, el("div", { class: "key" }, this.low, this.bar, this.high), this.numbers, this.note);
    /** @type {MapData|null} */
    this.data = null;
  }

  /** @param {boolean} over Lays the map half transparent over the picture. */
  set over(over) {
    this.frame.classList.toggle("over", over);
  }

  /** @param {MapData|null} data @param {import("../palette.js").Scale} [scale] A scale shared with others; by default the map's own. */
  show(data, scale) {
    this.data = data;
    this.element.classList.toggle("empty", !data);
    if (!data) {
      return;
    }
    const { head, values } = data, used = scale ?? scaleOf(head);
    paint(this.canvas, values, head.height, head.width, used);
    this.frame.style.aspectRatio = `${head.width} / ${head.height}`;
    paintScale(this.bar, used);
    this.low.textContent = num(used.low);
    this.high.textContent = num(used.high);
    this.numbers.replaceChildren(...[["minimum", num(head.minimum)], ["maximum", num(head.maximum)], ["entropy", bits(head.entropy, head.height * head.width * head.averagedBy ** 2)]]
      .map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
    this.note.hidden = head.averagedBy === 1;
    this.note.textContent = `Each cell shown is the mean of ${head.averagedBy} × ${head.averagedBy}; the export has them all.`;
  }
}

/** @param {MapData} data @param {number} most @returns {Array<{y: number, x: number, value: number}>} The largest values, the first of equals first. */
export function strongest(data, most) {
  const order = Array.from(data.values.keys()).sort((a, b) => data.values[b] - data.values[a] || a - b).slice(0, most);
  return order.map((i) => ({ y: Math.floor(i / data.head.width), x: i % data.head.width, value: data.values[i] }));
}

/** @param {string} caption @param {(place: {y: number, x: number}) => string} name */
export function topTable(caption, name) {
  const body = el("tbody");
  const element = el("table", { class: "top" }, el("caption", {}, caption),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "#"), el("th", { scope: "col" }, "cell"), el("th", { scope: "col", class: "right" }, "value"), el("th", { scope: "col" }, el("span", { class: "unseen" }, "share of the largest")))), body);
  return {
    element,
    /** @param {MapData} data */
    show(data) {
      const rows = strongest(data, 10), most = Math.max(...rows.map((r) => Math.abs(r.value)), Number.MIN_VALUE);
      body.replaceChildren(...rows.map((r, i) => {
        const meter = el("span", { class: "bar" });
        meter.style.width = `${(100 * Math.abs(r.value)) / most}%`;
        return el("tr", {}, el("td", {}, i + 1), el("td", {}, name(r)), el("td", { class: "right" }, num(r.value)), el("td", { class: "meter" }, meter));
      }));
    },
  };
}
