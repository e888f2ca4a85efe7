// Network: the model as a tree of modules, folded; a click shows what a module gives for the picture.

import { at, get, map } from "../api.js";
import { count, el, toast } from "../dom.js";
import { thumbnails } from "../parts/channels.js";
import { siteList } from "../parts/sites.js";
import { openSite, state } from "../state.js";

/** @returns {HTMLElement} */
export function network() {
  const model = state.model, session = state.session;
  if (!model || !session) {
    return el("div", { class: "screen" });
  }
  const tree = el("div", { class: "card tree", "aria-busy": "true" }, el("p", { class: "fine" }, "Running the model once to count and time its ops …"));
  const detail = el("aside", { class: "card detail" }, el("h2", {}, "A module"), el("p", { class: "fine" }, "Choose one to see its feature maps for this picture."));
  const total = el("p", { class: "fine" });

  /** @param {any} part @param {number} all @param {number} depth @returns {HTMLElement} */
  const node = (part, all, depth) => {
    const share = el("span", { class: "bar" });
    share.style.width = `${Math.max(1, (100 * part.milliseconds) / all)}%`;
    const name = part.name || model.title.split(",")[0];
    const inside = el("div", { class: "inside", hidden: depth > 0 });
    const fold = el("button", { type: "button", class: "fold", "aria-expanded": String(depth < 1), "aria-label": `Parts of ${name}`, onclick: () => {
      inside.hidden = !inside.hidden;
      fold.setAttribute("aria-expanded", String(!inside.hidden));
    } });
    const line = [el("span", { class: "names" }, part.parts.length > 0 ? fold : null, el("button", { type: "button", class: "name", onclick: () => look(part) }, name)), el("span", { class: "type" }, part.type), el("span", { class: "shape" }, part.output),
      el("span", { class: "right" }, part.parameters ? count(part.parameters) : "–"), el("span", { class: "right" }, part.multiplyAdds ? count(part.multiplyAdds) : "–"),
      el("span", { class: "right" }, `${part.milliseconds.toFixed(2)} ms`), el("span", { class: "meter" }, share)];
    if (part.parts.length === 0) {
      return el("div", { class: "leaf line" }, ...line);
    }
    inside.append(...part.parts.map((/** @type {any} */ p) => node(p, all, depth + 1)));
    return el("div", {}, el("div", { class: "line" }, ...line), inside);
  };

  /** @param {any} part */
  const look = async (part) => {
    const sites = session.sites.filter((s) => s.module === part.path || s.module.startsWith(`${part.path}.`) || part.path === "");
    detail.replaceChildren(el("h2", {}, part.path || "the model"), el("p", { class: "fine" }, [part.type, part.output, ...part.ops.slice(0, 6)].filter(Boolean).join(" · ")));
    try {
      const data = await map(at(session, "activations", { module: part.path, count: 16 }));
      detail.append(el("h3", {}, data.head.count === data.head.depth ? "Feature maps" : `The ${data.head.count} strongest of ${data.head.depth} feature maps`), thumbnails(data, { label: "Feature maps" }));
    } catch (error) {
      detail.append(el("p", { class: "fine" }, /** @type {Error} */ (error).message));
    }
    if (sites.length > 0 && part.path !== "") {
      detail.append(siteList(sites, null, (site) => {
        openSite(site);
        location.hash = "#explore";
      }));
    }
  };

  get(`/api/models/${model.id}/graph`).then((graph) => {
    total.textContent = `${count(graph.parameters)} parameters · ${count(graph.multiplyAdds)} multiply-adds · ${graph.milliseconds.toFixed(1)} ms op by op`;
    tree.replaceChildren(el("div", { class: "line heading", "aria-hidden": "true" }, el("span", {}, "module"), el("span", {}, "type"), el("span", {}, "output"), el("span", { class: "right" }, "parameters"), el("span", { class: "right" }, "multiply-adds"), el("span", { class: "right" }, "time"), el("span", {})),
      node(graph.root, graph.milliseconds, 0));
    tree.removeAttribute("aria-busy");
  }).catch((error) => toast(error.message));
  return el("div", { class: "screen" }, el("div", { class: "title" }, el("h2", {}, "Network"), total), el("div", { class: "split" }, tree, detail));
}
