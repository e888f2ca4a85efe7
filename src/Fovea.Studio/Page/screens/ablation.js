// Ablation: take a part of the picture or of the model away, and see what the answer owes to it.

import { at, post } from "../api.js";
import { choice, el, field, fill, num, percent, say, select, toast } from "../dom.js";
import { CellGrid, wordsOf } from "../parts/grid.js";
import { state } from "../state.js";

const cells = 16;

/** @returns {HTMLElement} */
export function ablation() {
  const session = state.session;
  if (!session) {
    return el("div", { class: "screen" });
  }
  const result = el("div", { class: "card changes" }, el("p", { class: "fine" }, "Mark a part of the picture, or choose a relation, and what it changes shows here."));
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
  const relations = session.sites.filter((s) => s.kind === "relation");
  let name = relations[0]?.name ?? "", head = "", change = "off";
  const more = el("div", { class: "controls" });
  const draw = () => {
    const site = relations.find((s) => s.name === name);
    head = "";
    change = "off";
    fill(more, ...[
      field("Relation", select(relations.map((s) => ({ value: s.name, text: s.name })), name, (v) => { name = v; draw(); })),
      choice("Its place is taken by", [["off", "nothing"], ["identity", "each itself"], ["mean", "the mean"]], change, (v) => { change = v; }),
      site && site.heads > 1 ? field("Head", select([{ value: "", text: "all" }, ...Array.from({ length: site.heads }, (_, i) => ({ value: String(i), text: `head ${i}` }))], "", (v) => { head = v; })) : null,
      el("button", { type: "button", class: "primary", onclick: () => ask({ site: name, head: head === "" ? undefined : Number(head), change }) }, "Take it away"),
    ]);
  };
  if (relations.length > 0) {
    draw();
  }
  return el("div", { class: "screen" }, el("div", { class: "title" }, el("h2", {}, "Ablation"), el("p", { class: "fine" }, "What the answer owes to a part of the picture, or of the model: it is taken away, and the model asked again.")),
    more, el("div", { class: "two masked" }, el("figure", { class: "pane" }, el("figcaption", {}, "The picture, as the model sees it"), grid.element, about), result));
}

/** @param {number} share */
const percentWidth = (share) => `${Math.max(0.5, 100 * share)}%`;
