// What the best weights of a run see in a few validation pictures, and what they attend to: looked at anew whenever there are better ones.

import { at, map, post, remove } from "../api.js";
import { el, percent, say, toast } from "../dom.js";
import { MapView } from "./mapview.js";

/** @typedef {import("../api.js").SessionInfo} SessionInfo @typedef {{image: string, name: string, class?: string}} Picture */

export class Watched {
  #version = "";
  /** @type {string|null} */
  #model = null;

  constructor() {
    this.element = el("section", { class: "watched", "aria-label": "Samples" });
    const leave = () => {
      if (!this.element.isConnected) {
        window.removeEventListener("hashchange", leave);
        void this.#close();
      }
    };
    window.addEventListener("hashchange", leave);
  }

  /** @param {{path: string, epoch: number, weights?: string, watched: Picture[]}} run */
  async show(run) {
    const version = run.weights ? `${run.path} ${run.weights}` : "";
    if (version === this.#version) {
      return;
    }
    this.#version = version;
    if (!run.weights || run.watched.length === 0) {
      this.element.replaceChildren();
      return;
    }
    const isWanted = () => this.element.isConnected && this.#version === version;
    try {
      const model = await post("/api/models", { path: run.path }), tiles = [];
      for (const picture of run.watched) {
        const session = /** @type {SessionInfo} */ (await post("/api/sessions", { model: model.id, image: picture.image }));
        tiles.push(await tile(session, picture));
        if (!isWanted()) {
          await remove(`/api/models/${model.id}`);
          return;
        }
      }
      const looked = [...new Set(tiles.map((t) => t.looked))];
      this.element.replaceChildren(el("h3", {}, "Samples and attention"),
        el("p", { class: "fine" }, `Validation pictures as the best weights so far see them, under the map of ${looked.join(", ")}.`), el("div", { class: "tiles-map fit" }, ...tiles.map((t) => t.element)));
      say(`The best weights of ${run.path} looked at ${tiles.length} pictures`);
      const before = this.#model;
      this.#model = model.id;
      if (before) {
        await remove(`/api/models/${before}`);
      }
    } catch (error) {
      if (isWanted()) {
        toast(/** @type {Error} */ (error).message);
      }
    }
  }

  async #close() {
    const model = this.#model;
    this.#model = null;
    if (model) {
      await remove(`/api/models/${model}`).catch(() => {});
    }
  }
}

/** @param {SessionInfo} session @param {Picture} picture */
async function tile(session, picture) {
  const site = session.sites.filter((s) => !s.kind.startsWith("channel")).at(-1), best = session.top[0];
  const view = new MapView({ title: `What is attended to in ${picture.name}`, picture: at(session, "picture"), compact: true });
  view.over = true;
  view.show(await map(at(session, "cam"), undefined, site ? { site: site.name } : { method: "grad-cam" }).catch(() => null));
  const isClass = session.model.task.toLowerCase() === "classify", isRight = picture.class === best.name;
  const element = el("div", { title: picture.name },
    el("h3", {}, isClass ? `${best.name} ${percent(best.share)}` : picture.name), view.element,
    isClass && picture.class ? el("p", { class: isRight ? "verdict right-answer" : "verdict wrong-answer" }, isRight ? "right" : `wrong: it is ${picture.class}`) : null);
  return { element, looked: site ? site.name : "grad-cam" };
}
