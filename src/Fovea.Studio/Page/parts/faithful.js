// How faithful the map beside it is: deletion and insertion on this picture, next to maps that know nothing of the model.

import { at, events } from "../api.js";
import { el, num } from "../dom.js";

/** @typedef {import("../api.js").SessionInfo} SessionInfo @typedef {{name: string, deletionArea: number, insertionArea: number}} Curve */

const steps = 8;

// Whoever looks on gets to the next map before the model is asked a hundred times.
const patience = 400;

/** What was measured of a session, by what was asked. @type {WeakMap<SessionInfo, Map<string, Curve[]>>} */
const measured = new WeakMap();

export class Faithfulness {
  /** @type {AbortController|null} */
  #running = null;

  /** @param {SessionInfo} session */
  constructor(session) {
    this.session = session;
    this.numbers = el("dl", { class: "numbers" });
    this.note = el("p", { class: "fine" });
    this.element = el("div", { class: "faithful", hidden: session.model.task.toLowerCase() !== "classify" }, this.numbers, this.note);
  }

  /**
   * Measures a map, or shows what was measured of it before.
   * @param {Record<string, unknown>} wish What POST …/cam takes. @param {string} [of] What the figures are of, where that is not the map as it is shown.
   */
  async show(wish, of = "") {
    this.#running?.abort();
    if (this.element.hidden) {
      return;
    }
    const known = measured.get(this.session) ?? new Map(), key = JSON.stringify(wish);
    measured.set(this.session, known);
    /** @type {Curve[]} */
    const curves = known.get(key) ?? [];
    const draw = (/** @type {boolean} */ isDone) => {
      const [own, ...others] = curves;
      const entry = (/** @type {string} */ name, /** @type {"deletionArea"|"insertionArea"} */ area) => el("div", {}, el("dt", {}, name), el("dd", {}, own ? num(own[area]) : "…"),
        el("dd", { class: "beside" }, others.map((c) => `${c.name} ${num(c[area])}`).join(" · ")));
      this.numbers.replaceChildren(entry("deletion ↓", "deletionArea"), entry("insertion ↑", "insertionArea"));
      this.note.replaceChildren(...(isDone ? [`On this picture alone${of ? `, of ${of}` : ""}. `, el("a", { href: "#faithfulness" }, "The curves")] : ["Measuring how far the answer follows it …"]));
      this.element.dataset.done = String(isDone);
    };
    draw(curves.length > 0);
    if (curves.length > 0) {
      return;
    }
    const running = this.#running = new AbortController();
    await new Promise((done) => setTimeout(done, patience));
    try {
      if (!running.signal.aborted && this.element.isConnected) {
        await events(at(this.session, "faithfulness"), { ...wish, steps }, (event, data) => {
          if (event === "problem") {
            throw new Error(data.detail);
          } else if (!this.element.isConnected) {
            running.abort();
          } else if (event === "curve") {
            curves.push(data);
            draw(false);
          }
        }, running.signal);
        known.set(key, curves);
        draw(true);
      }
    } catch (error) {
      if (/** @type {Error} */ (error).name !== "AbortError") {
        this.note.textContent = /** @type {Error} */ (error).message;
      }
    }
  }
}
