// Compare: two models, sites or heads beside each other, with one cursor for both.

import { at, atSite, Latest, map, post } from "../api.js";
import { choice, el, field, select, toast } from "../dom.js";
import { Faithfulness } from "../parts/faithful.js";
import { CellGrid, wordsOf } from "../parts/grid.js";
import { MapView } from "../parts/mapview.js";
import { offers, onLost, state } from "../state.js";

/** @typedef {import("../api.js").SessionInfo} SessionInfo @typedef {import("../api.js").SiteInfo} SiteInfo */

/** @type {{session: SessionInfo, image: string}|null} The second model, kept while the picture is the same. */
let other = null;

onLost(() => {
  other = null;
});

/** @returns {HTMLElement} */
export function compare() {
  const session = state.session;
  if (!session) {
    return el("div", { class: "screen" });
  }
  if (other?.image !== state.image) {
    other = null;
  }
  const board = el("div", { class: "two wide" });
  /** @type {Side[]} */
  let sides = [];
  let isShared = false;
  const scale = () => {
    const heads = sides.map((s) => s.view.data?.head).filter((h) => h !== undefined);
    return isShared && heads.length === 2 ? { low: Math.min(...heads.map((h) => h.minimum ?? 0)), high: Math.max(...heads.map((h) => h.maximum ?? 0)), signed: false } : undefined;
  };
  const redraw = () => sides.forEach((s) => s.view.data && s.view.show(s.view.data, scale()));
  const build = () => {
    sides = [new Side(session, 0, share, redraw), new Side(other?.session ?? session, 1, share, redraw)];
    board.replaceChildren(...sides.map((s) => s.element));
    sides.forEach((s) => s.show());
  };
  /** @param {{fy: number, fx: number, pinned: boolean}} place As shares of the picture: grids differ. */
  const share = (place) => sides.forEach((s) => s.at(place));
  const second = (/** @type {any} */ all) => [{ value: "", text: "the same model" }, ...all.shipped.map((/** @type {string} */ n) => ({ value: `shipped:${n}`, text: n, group: "comes with the studio" })), ...all.files.map((/** @type {string} */ f) => ({ value: `path:${f}`, text: f, group: "files" })),
    ...all.catalogue.filter((/** @type {any} */ m) => m.imageSize <= 64).flatMap((/** @type {any} */ m) => [m.key, ...(m.key.startsWith("resnet8") ? ["pam", "criss_cross", "non_local"].map((a) => `${a}_${m.key}`) : [])].map((k) => ({ value: `catalogue:${k}`, text: k, group: "catalogue, drawn weights" })))];
  const pick = async (/** @type {string} */ value) => {
    try {
      if (value === "") {
        other = null;
      } else {
        const at = value.indexOf(":"), model = await post("/api/models", { [value.slice(0, at)]: value.slice(at + 1) });
        other = { session: await post("/api/sessions", { model: model.id, image: state.image }), image: state.image };
      }
      build();
    } catch (error) {
      toast(/** @type {Error} */ (error).message);
    }
  };
  build();
  const right = el("div");
  offers().then((all) => right.replaceChildren(field("On the right", select(second(all), "", pick)))).catch((error) => toast(error.message));
  return el("div", { class: "screen" }, el("div", { class: "title" }, el("h2", {}, "Compare"), el("p", { class: "fine" }, "Two models, sites or heads. The cursor is locked: what is pointed at on one side is on the other.")),
    el("div", { class: "controls" }, right, choice("Scale", [["own", "each its own"], ["one", "one for both"]], "own", (v) => { isShared = v === "one"; redraw(); })), board);
}

/** One of the two sides. */
class Side {
  #latest = new Latest();
  /** @type {SiteInfo|undefined} */ #site;
  /** @type {number|null} */ #head = null;
  #place = { fy: 0.5, fx: 0.5, pinned: false };

  /** @param {SessionInfo} session @param {number} index @param {(place: {fy: number, fx: number, pinned: boolean}) => void} share @param {() => void} changed */
  constructor(session, index, share, changed) {
    this.session = session;
    this.share = share;
    this.changed = changed;
    const sites = session.sites.filter((s) => s.kind !== "channels" && s.kind !== "channel-relation");
    this.#site = sites[Math.min(index, sites.length - 1)];
    this.view = new MapView({ title: `Map ${index + 1}`, picture: at(session, "picture") });
    this.about = el("p", { class: "fine" });
    this.faithful = new Faithfulness(session);
    this.place = el("div");
    this.heads = el("div");
    this.element = el("section", { class: "card compare", "aria-label": index === 0 ? "Left" : "Right" }, el("h3", {}, session.model.name),
      sites.length === 0 ? el("p", { class: "fine" }, "This model gives no maps over the picture.") : el("div", { class: "controls" }, field("Site", select(sites.map((s) => ({ value: s.name, text: s.name })), this.#site?.name ?? "", (v) => {
        this.#site = sites.find((s) => s.name === v);
        this.#head = null;
        this.show();
      })), this.heads), el("div", { class: "two" }, this.place, this.view.element), this.about, this.faithful.element);
  }

  show() {
    const site = this.#site;
    if (!site) {
      return;
    }
    const give = (/** @type {any} */ cell, /** @type {boolean} */ pinned) => cell && this.share({ fy: (cell.y + 0.5) / site.height, fx: (cell.x + 0.5) / site.width, pinned });
    this.grid = new CellGrid({ rows: site.height, columns: site.width, picture: at(this.session, "picture"), label: `Picture in ${site.height} by ${site.width} cells`, hover: (c) => give(c, false), pin: (c) => give(c, true) });
    this.place.replaceChildren(this.grid.element);
    this.heads.replaceChildren(...(site.heads > 1 ? [field("Head", select([{ value: "", text: "mean" }, ...Array.from({ length: site.heads }, (_, i) => ({ value: String(i), text: `head ${i}` }))], "", (v) => {
      this.#head = v === "" ? null : Number(v);
      this.at(this.#place);
      measure();
    }))] : []));
    const measure = () => void this.faithful.show({ site: site.name, head: this.#head ?? undefined }, site.kind !== "relation" ? "" : this.#head === null ? "the relation as a whole" : "the head as a whole");
    this.at(this.#place);
    measure();
  }

  /** @param {{fy: number, fx: number, pinned: boolean}} place */
  at(place) {
    const site = this.#site;
    this.#place = place;
    if (!site) {
      return;
    }
    const cell = { y: Math.min(site.height - 1, Math.floor(place.fy * site.height)), x: Math.min(site.width - 1, Math.floor(place.fx * site.width)) };
    if (place.pinned) {
      this.grid?.show(cell);
    } else {
      this.grid?.point(cell);
    }
    this.#latest.want(async (signal) => {
      const isRelation = site.kind === "relation";
      if (!isRelation && this.view.data?.head.site === site.name) {
        return;
      }
      this.view.show(await map(isRelation ? atSite(this.session, site, "row", { ...cell, head: this.#head, direction: state.direction }) : atSite(this.session, site, "gates"), signal));
      this.about.textContent = isRelation ? `From ${wordsOf(cell)}.` : "A gate: the same wherever the cursor is.";
      this.changed();
    });
  }
}
