// Channels as small pictures: the cells of a channel relation, the strongest of a gate, the activations of a module.

import { el, num } from "../dom.js";
import { paint, scaleOf } from "../palette.js";

/**
 * @param {import("../api.js").MapData} data Maps of several channels. @param {{label: string, pick?: (channel: number) => void, chosen?: number|null, value?: (channel: number) => string}} options
 * @returns {HTMLElement}
 */
export function thumbnails(data, { label, pick, chosen = null, value }) {
  const { head, values } = data, each = head.height * head.width;
  const list = el("ul", { class: "thumbs", "aria-label": label });
  (head.channels ?? []).forEach((channel, i) => {
    const part = values.subarray(i * each, (i + 1) * each);
    let low = Infinity, high = -Infinity;
    for (const v of part) {
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
    const canvas = /** @type {HTMLCanvasElement} */ (/** @type {unknown} */ (el("canvas", { "aria-hidden": "true" })));
    paint(canvas, part, head.height, head.width, scaleOf({ minimum: low, maximum: high }));
    const content = [/** @type {any} */ (canvas), el("span", {}, `${channel}`), value ? el("small", {}, value(channel)) : null];
    list.append(el("li", {}, pick
      ? el("button", { type: "button", "aria-pressed": String(channel === chosen), "aria-label": `channel ${channel}`, onclick: () => pick(channel), title: `channel ${channel}: ${num(low)} to ${num(high)}` }, ...content)
      : el("div", { title: `channel ${channel}: ${num(low)} to ${num(high)}` }, ...content)));
  });
  return list;
}

/**
 * Bars of a number for each channel.
 * @param {ArrayLike<number>} values @param {{label: string, pick?: (channel: number) => void}} options
 * @returns {HTMLElement}
 */
export function bars(values, { label, pick }) {
  const canvas = /** @type {HTMLCanvasElement} */ (/** @type {unknown} */ (el("canvas", { class: "bars", role: "img", "aria-label": label })));
  const all = Array.from(values), low = Math.min(0, ...all), high = Math.max(...all, low + 1e-9);
  const draw = () => {
    const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
    if (!width) {
      return;
    }
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")), style = getComputedStyle(canvas);
    context.scale(ratio, ratio);
    context.fillStyle = style.getPropertyValue("--series-1");
    const step = width / all.length, zero = height * (high / (high - low));
    all.forEach((v, i) => context.fillRect(i * step, Math.min(zero, height * ((high - v) / (high - low))), Math.max(1, step - (step > 4 ? 1.5 : 0)), Math.max(1, (Math.abs(v) / (high - low)) * height)));
  };
  new ResizeObserver(draw).observe(canvas);
  if (pick) {
    canvas.addEventListener("click", (e) => pick(Math.min(all.length - 1, Math.floor((e.offsetX / canvas.clientWidth) * all.length))));
  }
  return el("div", { class: "barbox" }, /** @type {any} */ (canvas), el("div", { class: "barkey" }, el("span", {}, "channel 0"), el("span", {}, `${num(Math.min(...all))} to ${num(Math.max(...all))}`), el("span", {}, `${all.length - 1}`)));
}
