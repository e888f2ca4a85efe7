// Export: what is shown, to keep: as a picture, as numbers, and as what is known about it.

import { at, atSite } from "../api.js";
import { el } from "../dom.js";
import { wordsOf } from "../parts/grid.js";
import { state } from "../state.js";

/** @returns {HTMLElement} */
export function exporting() {
  const session = state.session;
  if (!session) {
    return el("div", { class: "screen" });
  }
  const rows = session.sites.map((site) => {
    const isRelation = site.kind.includes("relation");
    const place = site.name === state.site?.name && state.pin ? state.pin : { y: site.height >> 1, x: site.kind === "channel-relation" ? 0 : site.width >> 1 };
    const query = isRelation ? { ...place, direction: state.direction, head: site.name === state.site?.name ? state.head : null } : {};
    return el("tr", {}, el("td", {}, el("strong", {}, site.module || "model"), " ", el("span", { class: `tag ${site.kind}` }, site.map)),
      el("td", {}, isRelation ? `${state.direction === "to" ? "attends to" : "attended by"}, ${site.kind === "channel-relation" ? `channel ${place.x}` : wordsOf(place)}` : "the gate"),
      el("td", { class: "right" }, `${site.height} × ${site.width}`),
      el("td", { class: "right" }, el("a", { class: "download", href: atSite(session, site, "export", query), download: "" }, "ZIP", el("span", { class: "unseen" }, ` of ${site.name}`))));
  });
  return el("div", { class: "screen" }, el("div", { class: "title" }, el("h2", {}, "Export"),
    el("p", { class: "fine" }, "Each ZIP holds the map over the picture and alone (PNG), every value before any resize (float32 .npy), and minimum, maximum, entropy and names (JSON). Relations are exported from the pinned cell.")),
    el("div", { class: "card scroll" }, el("table", { class: "top wide" }, el("caption", { class: "unseen" }, "Maps to export"), el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "site"), el("th", { scope: "col" }, "what"), el("th", { scope: "col", class: "right" }, "cells"), el("th", { scope: "col", class: "right" }, "file"))), el("tbody", {}, ...rows))),
    el("div", { class: "card" }, el("h3", {}, "From the command line"), el("p", {}, "The same from a script, for whole folders: ", el("code", {}, "fovea explain --weights FILE --image DIR --output maps"))),
    el("p", { class: "fine" }, el("a", { href: at(session, "picture"), download: "picture.png" }, "The picture as the model sees it (PNG)"), " · ", el("a", { href: "/openapi.json" }, "The interface (OpenAPI)")));
}
