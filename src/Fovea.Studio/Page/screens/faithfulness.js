// Faithfulness: does the answer fall when the places that a map points at are taken away?

import { at, events } from "../api.js";
import { el, num, say, toast } from "../dom.js";
import { chart } from "../parts/chart.js";
import { allMethods, layersOf, methodControls } from "../parts/methods.js";
import { state } from "../state.js";

/** @returns {HTMLElement} */
export function faithfulness() {
  const session = state.session;
  if (!session) {
    return el("div", { class: "screen" });
  }
  const screen = el("div", { class: "screen" }, el("div", { class: "title" }, el("h2", {}, "Faithfulness"),
    el("p", { class: "fine" }, "Pixels are blurred away in the order that the map says, and brought back in it. A faithful map's deletion falls at once and its insertion rises at once, beside maps that know nothing of the model.")));
  const charts = el("div", { class: "charts" }), table = el("div"), progress = /** @type {any} */ (el("progress", { max: 1, value: 0, hidden: true, "aria-label": "Progress" }));
  const wish = /** @type {any} */ ({ method: "grad-cam" });
  /** @type {AbortController|null} */
  let running = null;
  const start = el("button", { type: "button", class: "primary", onclick: () => (running ? running.abort() : run()) }, "Measure");
  const run = async () => {
    /** @type {Array<{name: string, deletion: number[], insertion: number[], deletionArea: number, insertionArea: number}>} */
    const curves = [];
    running = new AbortController();
    start.textContent = "Cancel";
    progress.hidden = false;
    try {
      await events(at(session, "faithfulness"), wish, (event, data) => {
        if (event === "progress") {
          progress.value = data.done / data.total;
        } else if (event === "curve") {
          curves.push(data);
          draw(curves);
        } else if (event === "problem") {
          toast(data.detail);
        }
      }, running.signal);
      say("Faithfulness is measured");
    } catch (error) {
      if (/** @type {Error} */ (error).name !== "AbortError") {
        toast(/** @type {Error} */ (error).message);
      }
    }
    running = null;
    start.textContent = "Measure";
    progress.hidden = true;
  };
  /** @param {any[]} curves */
  const draw = (curves) => {
    const points = (/** @type {number[]} */ scores) => scores.map((s, i) => /** @type {[number, number]} */ ([i / (scores.length - 1), s]));
    const lines = (/** @type {"deletion"|"insertion"} */ kind) => curves.map((c, i) => ({ name: c.name, points: points(c[kind]), color: Math.min(4, i + 1), dashed: i > 0 }));
    charts.replaceChildren(chart({ title: "Deletion: lower is better", x: "of the pixels", lines: lines("deletion"), from: 0, to: 1 }), chart({ title: "Insertion: higher is better", x: "of the pixels", lines: lines("insertion"), from: 0, to: 1 }));
    table.replaceChildren(el("table", { class: "top wide" }, el("caption", {}, "Areas under the curves, for this picture alone; fovea explain --data measures many, with intervals"),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "map"), el("th", { scope: "col", class: "right" }, "deletion ↓"), el("th", { scope: "col", class: "right" }, "insertion ↑"))),
      el("tbody", {}, ...curves.map((c) => el("tr", {}, el("td", {}, c.name), el("td", { class: "right" }, num(c.deletionArea)), el("td", { class: "right" }, num(c.insertionArea)))))));
  };
  (async () => {
    const [known, layers] = await Promise.all([allMethods(), layersOf(session)]);
    const controls = methodControls(known, layers, wish, () => {});
    controls.append(start, progress);
    screen.append(controls, charts, table);
  })().catch((error) => toast(error.message));
  return screen;
}
