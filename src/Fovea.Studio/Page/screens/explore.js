// Explore: a picture with a grid, the sites where the model attends, and what a cell attends to.

import { at, atSite, Latest, map } from "../api.js";
import { bits, choice, el, field, num, say, select } from "../dom.js";
import { Faithfulness } from "../parts/faithful.js";
import { CellGrid, wordsOf } from "../parts/grid.js";
import { MapView, strongest, topTable } from "../parts/mapview.js";
import { bars, thumbnails } from "../parts/channels.js";
import { siteList } from "../parts/sites.js";
import { openSite, state } from "../state.js";

/** @typedef {import("../state.js").Place} Place @typedef {import("../api.js").MapData} MapData @typedef {import("../api.js").SiteInfo} SiteInfo */

const hints = /** @type {Record<string, string>} */ ({
  relation: "Hover to preview, click to pin a cell, shift-drag to average a region. With the keyboard: arrows, Enter, Escape.",
  "channel-relation": "Each thumbnail is a channel: choose one to see which channels it attends to.",
  channels: "One weight for each channel: above one it is let through, near zero it is shut.",
  positions: "One weight for each position: the same for every channel.",
  elements: "One weight for each channel at each position; shown is the mean over channels, or one of them.",
});

/** Why there are no figures of faithfulness beside weights of channels. */
export const noPlace = "Weights of channels have no place in the picture, so there is nothing to blur away by them, and no deletion or insertion. "
  + "What the answers owe to such a gate says fovea explain --data, which takes it out of the model.";

/** @returns {HTMLElement} */
export function explore() {
  const session = state.session;
  if (!session) {
    return el("div", { class: "screen" });
  }
  const stage = el("div", { class: "stage" });
  const show = () => stage.replaceChildren(state.site ? view(state.site) : nothing());
  const screen = el("div", { class: "screen explore" }, siteList(session.sites, state.site, (site) => {
    openSite(site);
    show();
  }), stage);
  show();
  return screen;
}

const nothing = () => el("div", { class: "empty card" }, el("h2", {}, "This model has no attention to look at"),
  el("p", {}, "Its mechanisms give no maps. ", el("a", { href: "#maps" }, "Class activation maps"), " work for every network, and ", el("a", { href: "#load" }, "other models"), " have attention in them."));

/** @param {SiteInfo} site */
function view(site) {
  const title = el("div", { class: "title" }, el("h2", {}, site.module || "model"), el("span", { class: `tag ${site.kind}` }, site.map), el("p", { class: "fine" }, hints[site.kind]));
  const content = site.kind === "relation" ? relation(site) : site.kind === "channel-relation" ? channelRelation(site) : site.kind === "channels" ? channels(site) : gate(site);
  return el("div", { class: "view" }, title, ...content);
}

/** @param {SiteInfo} site @returns {HTMLElement[]} */
function relation(site) {
  const session = /** @type {import("../api.js").SessionInfo} */ (state.session), latest = new Latest(), picture = at(session, "picture");
  const result = new MapView({ title: "What the cell attends to", picture });
  const table = topTable("Ten strongest", (c) => `${c.y}, ${c.x}`);
  const about = el("p", { class: "about" }), faithful = new Faithfulness(session);
  const grid = new CellGrid({
    rows: site.height, columns: site.width, picture, label: `Picture in ${site.height} by ${site.width} cells`,
    hover: (place) => {
      if (place) {
        latest.want((signal) => fetchRow(place, false, signal));
      } else if (state.pin) {
        const pinned = state.pin;
        latest.want((signal) => fetchRow(pinned, true, signal));
      }
    },
    pin: (place) => {
      latest.drop();
      state.pin = place;
      if (place) {
        latest.want((signal) => fetchRow(place, true, signal));
      } else {
        about.textContent = "Nothing is pinned.";
        say("Nothing is pinned");
      }
    },
  });
  state.pin ??= middle(site);
  /** @param {Place} place @param {boolean} isPinned @param {AbortSignal} signal */
  const fetchRow = async (place, isPinned, signal) => {
    const data = await map(atSite(session, site, "row", { ...place, head: state.head, direction: state.direction }), signal);
    result.show(data);
    table.show(data);
    const verb = state.direction === "to" ? "attends to" : "is attended by", best = strongest(data, 1)[0];
    about.replaceChildren(el("strong", {}, capital(wordsOf(place))), ` ${verb} ${site.height * site.width} cells, most row ${best.y}, column ${best.x}: ${num(best.value)}.`, isPinned ? "" : " (preview)");
    say(`${capital(wordsOf(place))} ${verb} most row ${best.y}, column ${best.x}, ${num(best.value)}`);
    result.element.dataset.place = JSON.stringify(place);
  };
  const again = () => latest.want((signal) => fetchRow(state.pin ?? middle(site), Boolean(state.pin), signal));
  const heads = [{ value: "", text: "mean of all heads" }, ...Array.from({ length: site.heads }, (_, i) => ({ value: String(i), text: `head ${i}` }))];
  const hops = state.session?.sites.filter((s) => s.module === site.module && s.kind === "relation") ?? [];
  const controls = el("div", { class: "controls" },
    choice("Direction", [["to", "attends to"], ["by", "attended by"]], state.direction, (v) => {
      state.direction = /** @type {"to"|"by"} */ (v);
      again();
    }),
    site.heads > 1 ? field("Head", select(heads, state.head === null ? "" : String(state.head), (v) => {
      state.head = v === "" ? null : Number(v);
      again();
      measure();
    })) : null,
    hops.length > 1 ? choice("Hop", hops.map((s) => [s.name, s.map]), site.name, (v) => {
      const next = hops.find((s) => s.name === v);
      if (next) {
        openSite(next);
        window.dispatchEvent(new HashChangeEvent("hashchange"));
      }
    }) : null,
    site.prefix > 0 ? el("button", { type: "button", onclick: () => {
      state.pin = /** @type {Place} */ ({ token: 0 });
      grid.show(state.pin);
      again();
    } }, "Class token") : null,
    overSwitch(result));
  const measure = () => void faithful.show({ site: site.name, head: state.head ?? undefined },
    `${state.head === null ? "the relation" : "the head"} as a whole: how much each cell is looked at`);
  grid.show(state.pin);
  again();
  measure();
  return [controls, el("div", { class: "pair" },
    el("figure", { class: "pane" }, el("figcaption", {}, "The picture, as the model sees it"), grid.element),
    el("div", { class: "pane" }, el("p", { class: "figcaption" }, "The map"), result.element, faithful.element),
    el("aside", { class: "side" }, about, table.element))];
}

/** @param {MapView} view @param {string} [first] How it begins. */
export function overSwitch(view, first = "alone") {
  view.over = first === "over";
  return choice("Map", [["alone", "cells alone"], ["over", "over the picture"]], first, (v) => {
    view.over = v === "over";
  });
}

/** @param {SiteInfo} site @returns {Place} */
const middle = (site) => ({ y: site.height >> 1, x: site.width >> 1 });

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** @param {SiteInfo} site @returns {HTMLElement[]} */
function gate(site) {
  const session = /** @type {import("../api.js").SessionInfo} */ (state.session), picture = at(session, "picture"), latest = new Latest();
  const result = new MapView({ title: `The gate of ${site.name}`, picture });
  const table = topTable("Ten strongest", (c) => `${c.y}, ${c.x}`);
  const fetchGate = (/** @type {string} */ layer) => latest.want(async (signal) => {
    const data = await map(atSite(session, site, "gates", { layer }), signal);
    result.show(data);
    table.show(data);
    const best = strongest(data, 1)[0];
    say(`Strongest at row ${best.y}, column ${best.x}: ${num(best.value)}`);
  });
  fetchGate("");
  const faithful = new Faithfulness(session);
  void faithful.show({ site: site.name }, site.layers > 1 ? "the mean of all" : "");
  const layers = [{ value: "", text: `mean of ${site.layers}` }, ...Array.from({ length: site.layers }, (_, i) => ({ value: String(i), text: `${site.kind === "elements" ? "channel" : "group"} ${i}` }))];
  return [el("div", { class: "controls" }, site.layers > 1 ? field(site.kind === "elements" ? "Channel" : "Group", select(layers, "", fetchGate)) : null, overSwitch(result)),
    el("div", { class: "pair" },
      el("figure", { class: "pane" }, el("figcaption", {}, "The picture, as the model sees it"), el("div", { class: "plain" }, el("img", { src: picture, alt: "The picture, as the model sees it" }))),
      el("div", { class: "pane" }, el("p", { class: "figcaption" }, "The gate"), result.element, faithful.element),
      el("aside", { class: "side" }, table.element))];
}

/** @param {SiteInfo} site @returns {HTMLElement[]} */
export function channels(site) {
  const session = /** @type {import("../api.js").SessionInfo} */ (state.session), latest = new Latest();
  const place = el("div", { class: "gatebars" }), open = el("div"), shut = el("div");
  latest.want(async (signal) => {
    const data = await map(atSite(session, site, "gates"), signal);
    const order = Array.from(data.values.keys()).sort((a, b) => data.values[b] - data.values[a]);
    place.replaceChildren(bars(data.values, { label: `Weights of ${site.width} channels, from ${num(data.head.minimum)} to ${num(data.head.maximum)}; the largest is channel ${order[0]}` }),
      el("p", { class: "fine" }, `minimum ${num(data.head.minimum)} · maximum ${num(data.head.maximum)} · entropy ${bits(data.head.entropy, site.width)}`));
    const some = Math.min(8, site.width >> 1 || 1);
    const maps = async (/** @type {number[]} */ list) => thumbnails(
      await map(at(session, "activations", { module: site.module, of: "input", channels: list.join(",") }), signal),
      { label: "Feature maps", value: (c) => num(data.values[c]) });
    open.replaceChildren(el("h3", {}, "Most let through"), await maps(order.slice(0, some)));
    shut.replaceChildren(el("h3", {}, "Most held back"), await maps(order.slice(-some).reverse()));
  });
  return [place, el("div", { class: "two" }, open, shut), el("p", { class: "fine" }, noPlace)];
}

/** @param {SiteInfo} site @returns {HTMLElement[]} */
function channelRelation(site) {
  const session = /** @type {import("../api.js").SessionInfo} */ (state.session), latest = new Latest();
  const list = el("div"), result = el("div", { class: "gatebars" }), targets = el("div");
  let chosen = state.pin?.x ?? 0;
  const shown = Math.min(site.width, 64);
  /** @type {import("../api.js").MapData|null} */
  let maps = null;
  const fetchRow = () => latest.want(async (signal) => {
    maps ??= await map(at(session, "activations", { module: site.module, of: "input", channels: Array.from({ length: shown }, (_, i) => i).join(",") }), signal);
    list.replaceChildren(thumbnails(maps, { label: "Channels", chosen, pick }));
    const data = await map(atSite(session, site, "row", { y: 0, x: chosen, direction: state.direction }), signal);
    const best = strongest(data, 8);
    result.replaceChildren(bars(data.values, { label: `Weights of channel ${chosen} over ${site.width} channels`, pick }),
      el("p", { class: "fine" }, `minimum ${num(data.head.minimum)} · maximum ${num(data.head.maximum)} · entropy ${bits(data.head.entropy, site.width)}`));
    targets.replaceChildren(el("h3", {}, state.direction === "to" ? `Channel ${chosen} attends most to` : `Channel ${chosen} is attended most by`),
      thumbnails(await map(at(session, "activations", { module: site.module, of: "input", channels: best.map((b) => b.x).join(",") }), signal), { label: "Strongest channels", value: (c) => num(data.values[c]) }));
    say(`Channel ${chosen}: strongest channel ${best[0].x}, ${num(best[0].value)}`);
  });
  const pick = (/** @type {number} */ channel) => {
    chosen = channel;
    state.pin = { y: 0, x: channel };
    fetchRow();
  };
  fetchRow();
  return [el("div", { class: "controls" }, choice("Direction", [["to", "attends to"], ["by", "attended by"]], state.direction, (v) => {
    state.direction = /** @type {"to"|"by"} */ (v);
    fetchRow();
  })), el("div", { class: "two wide" }, el("div", {}, el("h3", {}, "Channels"), list), el("div", {}, result, targets))];
}
