// Transformer: what each head of a block looks at from one place, and what rolls through all blocks together.

import { at, atSite, Latest, map } from "../api.js";
import { choice, el, field, select, toast } from "../dom.js";
import { Faithfulness } from "../parts/faithful.js";
import { CellGrid, wordsOf } from "../parts/grid.js";
import { MapView } from "../parts/mapview.js";
import { isTransformer } from "../parts/methods.js";
import { openModel, state } from "../state.js";

/** @returns {HTMLElement} */
export function transformer() {
  const session = state.session;
  const sites = session?.sites.filter((s) => s.kind === "relation" && s.heads > 1) ?? [];
  if (!session || sites.length === 0) {
    return el("div", { class: "screen" }, el("div", { class: "empty card" }, el("h2", {}, "This model has no heads"), el("p", {}, "Open a transformer to see its heads side by side, and its rollout."),
      el("button", { type: "button", class: "primary", onclick: () => openModel({ catalogue: "vit_mini_patch8" }).catch((e) => toast(e.message)) }, "Build vit_mini_patch8 with drawn weights")));
  }
  let site = sites.find((s) => s.name === state.site?.name) ?? sites[sites.length - 1], from = /** @type {import("../state.js").Place} */ (state.pin ?? (site.prefix > 0 ? { token: 0 } : { y: site.height >> 1, x: site.width >> 1 }));
  const picture = at(session, "picture"), latest = new Latest(), board = el("div", { class: "tiles-map" }), about = el("p", { class: "about" });
  const views = Array.from({ length: site.heads }, (_, i) => new MapView({ title: `Head ${i}`, picture, compact: true }));
  const figures = views.map(() => new Faithfulness(session, { compact: true })), whole = new Faithfulness(session);
  board.append(...views.map((v, i) => el("div", {}, el("h3", {}, `Head ${i}`), v.element, figures[i].element)));

  // The row of a cell says what that cell attends to; what the answer owes to a head is asked of the class token's row, else of the head as a whole.
  const wish = (/** @type {number|undefined} */ head) => ({ site: site.name, head, token: from.token });
  const measuredOf = () => (from.token === undefined ? "how much each cell is looked at, not of the row of one cell" : `the row of ${wordsOf(from)}`);
  const measure = async () => {
    const asked = JSON.stringify(wish(undefined));
    for (let head = 0; head < site.heads && JSON.stringify(wish(undefined)) === asked; head++) {
      await figures[head].show(wish(head));
    }
  };
  let shown = "";
  const show = () => latest.want(async (signal) => {
    const all = await Promise.all(views.map((_, head) => map(atSite(session, site, "row", { ...from, head, direction: state.direction }), signal)));
    all.forEach((data, i) => views[i].show(data));
    const now = JSON.stringify(wish(undefined));
    if (now !== shown) {
      shown = now;
      figures.forEach((f) => f.clear());
      void whole.show(wish(undefined), `all heads, ${measuredOf()}`);
    }
    about.textContent = `${state.direction === "to" ? "What is attended to from" : "What attends to"} ${wordsOf(from)}, each head by its own scale.`;
  });
  const grid = new CellGrid({ rows: site.height, columns: site.width, picture, label: `Picture in ${site.height} by ${site.width} tokens`,
    hover: (place) => { if (place) { from = place; show(); } }, pin: (place) => { if (place) { from = place; state.pin = place; show(); } } });
  grid.show(from.token === undefined ? from : null);
  const rollout = new MapView({ title: "Rollout", picture });
  const rollAbout = el("p", { class: "fine" }), faithful = new Faithfulness(session);
  const roll = async (/** @type {string} */ method) => {
    try {
      rollout.show(await map(at(session, "rollout", { method })));
      void faithful.show({ method });
      rollAbout.textContent = method === "attention-rollout" ? "Which tokens the class token is mixed from, over all blocks. It asks for no class." : "The same, weighted by what raises the answer's score.";
    } catch (error) {
      toast(/** @type {Error} */ (error).message);
    }
  };
  show();
  if (isTransformer(session)) {
    void roll("attention-rollout");
  }
  rollout.over = true;
  return el("div", { class: "screen" }, el("div", { class: "title" }, el("h2", {}, "Transformer"), el("p", { class: "fine" }, "The heads of one block side by side. Hover over the picture, click to pin, or ask for the class token.")),
    el("div", { class: "controls" }, field("Block", select(sites.map((s) => ({ value: s.name, text: s.module })), site.name, (v) => { site = sites.find((s) => s.name === v) ?? site; show(); })),
      choice("Direction", [["to", "attends to"], ["by", "attended by"]], state.direction, (v) => { state.direction = /** @type {"to"|"by"} */ (v); show(); }),
      site.prefix > 0 ? el("button", { type: "button", onclick: () => { from = { token: 0 }; grid.show(null); show(); } }, "Class token") : null),
    el("div", { class: "heads" },
      el("figure", { class: "pane" }, el("figcaption", {}, "The picture, as the model sees it"), grid.element, about, whole.element),
      el("div", { class: "board-of-heads" }, board, whole.element.hidden ? null : el("button", { type: "button", class: "quiet", onclick: () => measure() }, "Measure how faithful each head is")),
      isTransformer(session) ? el("div", { class: "pane" }, el("p", { class: "figcaption" }, "Rollout over all blocks"), rollout.element, faithful.element, rollAbout,
        choice("Rollout", [["attention-rollout", "attention"], ["gradient-rollout", "gradient-weighted"]], "attention-rollout", roll)) : null));
}
