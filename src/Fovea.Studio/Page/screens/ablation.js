// Ablation: take a part of the picture away, and see what the answer owes to it.

import { at, post } from "../api.js";
import { el, num, percent, say, toast } from "../dom.js";
import { CellGrid, wordsOf } from "../parts/grid.js";
import { state } from "../state.js";

const cells = 16;

/** @returns {HTMLElement} */
export function ablation() {
  const session = state.session;
  if (!session) {
    return el("div", { class: "screen" });
  }
  const result = el("div", { class: "card changes" }, el("p", { class: "fine" }, "Mark a part of the picture, and what it changes shows here."));
  const ask = async (/** @type {unknown} */ request) => {
    try {
      const answer = await post(at(session, "ablate"), request);
      const first = answer.classes.reduce((/** @type {any} */ a, /** @type {any} */ b) => (b.shareBefore > a.shareBefore ? b : a));
      result.replaceChildren(el("h3", {}, answer.what),
        el("table", { class: "top" }, el("caption", { class: "unseen" }, "Classes before and after"), el("thead", {}, el("tr", {}, ...["class", "before", "after", "logit"].map((t, i) => el("th", { scope: "col", class: i ? "right" : "" }, t)), el("th", { scope: "col" }, el("span", { class: "unseen" }, "share before and after")))),
          el("tbody", {}, ...answer.classes.map((/** @type {any} */ c) => {
            const was = el("span", { class: "bar was" }), now = el("span", { class: "bar" });
            was.style.width = percentWidth(c.shareBefore);
            now.style.width = percentWidth(c.shareAfter);
            return el("tr", {}, el("td", {}, c.name), el("td", { class: "right" }, percent(c.shareBefore)), el("td", { class: "right" }, percent(c.shareAfter)),
              el("td", { class: "right" }, `${c.after >= c.before ? "+" : "−"}${num(Math.abs(c.after - c.before))}`), el("td", { class: "both" }, was, now));
          }))));
      say(`${answer.what}: ${first.name} from ${percent(first.shareBefore)} to ${percent(first.shareAfter)}`);
    } catch (error) {
      toast(/** @type {Error} */ (error).message);
    }
  };
  const about = el("p", { class: "fine" }, "Click masks a cell, shift-drag a rectangle; what is masked becomes the mean colour.");
  const grid = new CellGrid({
    rows: cells, columns: cells, picture: at(session, "picture"), label: `Picture in ${cells} by ${cells} cells to mask`,
    pin: (place) => {
      if (place) {
        about.textContent = `Masked: ${wordsOf(place)}.`;
        void ask({ region: [place.y / cells, place.x / cells, ((place.y2 ?? place.y) + 1) / cells, ((place.x2 ?? place.x) + 1) / cells] });
      }
    },
  });
  return el("div", { class: "screen" }, el("div", { class: "title" }, el("h2", {}, "Ablation"), el("p", { class: "fine" }, "What the answer owes to a part of the picture: it is taken away, and the model asked again.")),
    el("div", { class: "two masked" }, el("figure", { class: "pane" }, el("figcaption", {}, "The picture, as the model sees it"), grid.element, about), result));
}

/** @param {number} share */
const percentWidth = (share) => `${Math.max(0.5, 100 * share)}%`;
