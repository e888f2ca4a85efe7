// Gates: every gate of the model at a glance, channels as bars and positions as maps; one of them in full.

import { at, atSite, map } from "../api.js";
import { el, num, toast } from "../dom.js";
import { bars } from "../parts/channels.js";
import { Faithfulness } from "../parts/faithful.js";
import { MapView } from "../parts/mapview.js";
import { channels, noPlace } from "./explore.js";
import { openSite, state } from "../state.js";

/** @returns {HTMLElement} */
export function gates() {
  const session = state.session, sites = session?.sites.filter((s) => !s.kind.includes("relation")) ?? [];
  if (!session || sites.length === 0) {
    return el("div", { class: "screen" }, el("div", { class: "empty card" }, el("h2", {}, "No gates in this model"), el("p", {}, "Its attention is a relation, or none. ", el("a", { href: "#explore" }, "Explore"), " shows it; ", el("a", { href: "#load" }, "other models"), " have gates.")));
  }
  const detail = el("div", { class: "card", hidden: true });
  const board = el("div", { class: "board" });

  const beside = el("p", { class: "fine" });

  // One gate after the other: each asks the model a hundred times.
  let turn = Promise.resolve();
  for (const site of sites) {
    const place = el("div", { class: "mini" });
    const saturated = el("span", { class: "fine" });
    const box = el("section", { class: "card gate" }, el("header", {}, el("h3", {}, site.module || "model"), el("span", { class: `tag ${site.kind}` }, site.map)), place, saturated,
      el("button", { type: "button", class: "quiet", onclick: () => {
        openSite(site);
        if (site.kind === "channels") {
          detail.hidden = false;
          detail.replaceChildren(el("h2", {}, `${site.module}, ${site.map}`), ...channels(site));
          detail.scrollIntoView({ block: "nearest" });
        } else {
          location.hash = "#explore";
        }
      } }, "Look into it", el("span", { class: "unseen" }, `: ${site.name}`)));
    board.append(box);
    map(atSite(session, site, "gates")).then((data) => {
      const shut = data.values.filter((v) => v < 0.05).length, open = data.values.filter((v) => v > 0.95).length;
      saturated.textContent = `${num(data.head.minimum)} to ${num(data.head.maximum)} · below 0.05: ${shut}, above 0.95: ${open} of ${data.values.length}`;
      if (site.kind === "channels") {
        place.append(bars(data.values, { label: `Weights of ${site.width} channels of ${site.name}` }));
      } else {
        const view = new MapView({ title: `The gate of ${site.name}`, picture: at(session, "picture"), compact: true });
        const faithful = new Faithfulness(session, { compact: true });
        view.show(data);
        place.append(view.element, faithful.element);
        turn = turn.then(async () => {
          await faithful.show({ site: site.name });
          beside.textContent = faithful.beside ? `Deletion and insertion are of this picture alone; maps that know nothing of the model reach: ${faithful.beside}.` : "";
        });
      }
    }).catch((error) => toast(error.message));
  }
  return el("div", { class: "screen" }, el("div", { class: "title" }, el("h2", {}, "Gates"), el("p", { class: "fine" }, "What each gate lets through for this picture. One that is always open or always shut does nothing.")), board, beside,
    sites.some((s) => s.kind === "channels") ? el("p", { class: "fine" }, noPlace) : null, detail);
}
