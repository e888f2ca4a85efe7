// The list of places in a model where there is attention to look at, by module.

import { el } from "../dom.js";

/** @typedef {import("../api.js").SiteInfo} SiteInfo */

const units = /** @type {Record<string, string>} */ ({ relation: "positions", "channel-relation": "channels", channels: "channels", positions: "positions", elements: "positions" });

/** @param {SiteInfo[]} sites @param {SiteInfo|null} chosen @param {(site: SiteInfo) => void} pick @returns {HTMLElement} */
export function siteList(sites, chosen, pick) {
  const list = el("ul", { class: "sites" });
  for (const site of sites) {
    const button = el("button", {
      type: "button", "aria-current": String(site.name === chosen?.name), dataset: { site: site.name }, onclick: () => {
        for (const other of list.querySelectorAll("button")) {
          other.setAttribute("aria-current", String(other === button));
        }
        pick(site);
      },
    }, el("span", { class: "where" }, site.module || "the model"), el("span", { class: `tag ${site.kind}` }, site.map),
    el("span", { class: "fine" }, `${site.kind.startsWith("channel") ? site.width : `${site.height} × ${site.width}`} ${units[site.kind]}${site.heads > 1 ? `, ${site.heads} heads` : ""}`));
    list.append(el("li", {}, button));
  }
  return el("nav", { class: "sitebox", "aria-label": "Attention sites" }, el("h2", { class: "small" }, "Where it attends", el("span", { class: "count" }, sites.length)), list);
}
