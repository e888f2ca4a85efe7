// Class maps: where a layer found what speaks for a class.

import { at } from "../api.js";
import { el, num, say, toast } from "../dom.js";
import { Faithfulness } from "../parts/faithful.js";
import { MapView, strongest, topTable } from "../parts/mapview.js";
import { allMethods, camOf, layersOf, methodControls } from "../parts/methods.js";
import { overSwitch } from "./explore.js";
import { state } from "../state.js";

/** @returns {HTMLElement} */
export function maps() {
  const session = state.session;
  if (!session) {
    return el("div", { class: "screen" });
  }
  const screen = el("div", { class: "screen" }, el("div", { class: "title" }, el("h2", {}, "Class maps"), el("p", { class: "fine" }, "Where a layer found what speaks for a class. Works for every network, with attention or without.")));
  const view = new MapView({ title: "The class map", picture: at(session, "picture") }), table = topTable("Ten strongest", (c) => `${c.y}, ${c.x}`);
  const faithful = new Faithfulness(session), about = el("p", { class: "about" }), wish = /** @type {any} */ ({ method: "grad-cam" });
  /** @type {AbortController|null} */
  let running = null;
  (async () => {
    const [known, layers] = await Promise.all([allMethods(), layersOf(session)]);
    const show = async () => {
      running?.abort();
      running = new AbortController();
      const method = known.find((m) => m.key === wish.method);
      view.element.setAttribute("aria-busy", "true");
      try {
        const data = await camOf(session, wish, running.signal);
        view.show(data);
        table.show(data);
        const best = strongest(data, 1)[0];
        about.replaceChildren(el("strong", {}, method?.title ?? wish.method), ` at ${data.head.site}: ${method?.formula ?? ""}`, el("br"), el("span", { class: "fine" }, method?.source ?? ""));
        void faithful.show(wish);
        say(`${method?.title}: strongest at row ${best.y}, column ${best.x}, ${num(best.value)}`);
      } catch (error) {
        if (/** @type {Error} */ (error).name !== "AbortError") {
          toast(/** @type {Error} */ (error).message);
        }
      }
      view.element.removeAttribute("aria-busy");
    };
    const controls = methodControls(known, layers, wish, show);
    controls.append(overSwitch(view, "over"));
    screen.append(controls, el("div", { class: "pair" },
      el("figure", { class: "pane" }, el("figcaption", {}, "The picture, as the model sees it"), el("div", { class: "plain" }, el("img", { src: at(session, "picture"), alt: "The picture, as the model sees it" }))),
      el("div", { class: "pane" }, el("p", { class: "figcaption" }, "The map"), view.element, faithful.element),
      el("aside", { class: "side" }, about, table.element)));
    await show();
  })().catch((error) => toast(error.message));
  return screen;
}
