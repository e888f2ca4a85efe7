// How faithful the map beside it is: deletion and insertion on this picture, next to maps that know nothing of the model.

import { at, events } from "../api.js";
import { el } from "../dom.js";

/** @typedef {import("../api.js").SessionInfo} SessionInfo @typedef {{name: string, deletionArea: number, insertionArea: number}} Curve */

const steps = 8;

// Whoever looks on gets to the next map before the model is asked a hundred times.
const patience = 400;

/** What was measured of a session, by what was asked. @type {WeakMap<SessionInfo, Map<string, Curve[]>>} */
const measured = new WeakMap();

export class Faithfulness {
  /** @type {AbortController|null} */
  #running = null;
  #isCompact;

  /** @param {SessionInfo} session @param {{compact?: boolean}} [options] A compact one has the map's own figures alone. */
  constructor(session, { compact = false } = {}) {
    this.session = session;
    this.#isCompact = compact;
    this.numbers = el("dl", { class: "numbers" });
    this.note = el("p", { class: "fine" });
    this.element = el("div", { class: compact ? "faithful brief" : "faithful", hidden: session.model.task.toLowerCase() !== "classify" }, this.numbers, this.note);
  }

  /** What maps that know nothing of the model reach on this picture, in words; empty where nothing was measured. */
  get beside() {
    const curves = measured.get(this.session)?.get("beside ") ?? [];
    return curves.map((c) => `${c.name} ${c.deletionArea.toFixed(3)} ↓ ${c.insertionArea.toFixed(3)} ↑`).join(" · ");
  }

  /** Takes the figures away: they are of another map than the one that is shown now. */
  clear() {
    this.#running?.abort();
    this.numbers.replaceChildren();
    this.note.replaceChildren();
    delete this.element.dataset.done;
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
    const known = measured.get(this.session) ?? new Map(), key = JSON.stringify(wish), besideKey = `beside ${wish.class ?? ""}`;
    measured.set(this.session, known);
    /** @type {Curve|undefined} */
    let own = known.get(key)?.[0];
    // Maps that know nothing of the model are the same beside every map of a picture.
    /** @type {Curve[]} */
    const beside = [...(known.get(besideKey) ?? [])], isAlone = beside.length > 0;
    const draw = (/** @type {boolean} */ isDone) => {
      const entry = (/** @type {string} */ name, /** @type {"deletionArea"|"insertionArea"} */ area) => el("div", {}, el("dt", {}, name), el("dd", {}, own ? own[area].toFixed(3) : "…"),
        this.#isCompact ? null : el("dd", { class: "beside" }, beside.map((c) => `${c.name} ${c[area].toFixed(3)}`).join(" · ")));
      this.numbers.replaceChildren(entry("deletion ↓", "deletionArea"), entry("insertion ↑", "insertionArea"));
      this.note.replaceChildren(...(this.#isCompact ? [] : isDone ? [`On this picture alone${of ? `, of ${of}` : ""}. `, el("a", { href: "#faithfulness" }, "The curves")] : ["Measuring how far the answer follows it …"]));
      this.element.dataset.done = String(isDone);
    };
    draw(own !== undefined);
    if (own) {
      return;
    }
    const running = this.#running = new AbortController();
    await new Promise((done) => setTimeout(done, patience));
    try {
      if (!running.signal.aborted && this.element.isConnected) {
        await events(at(this.session, "faithfulness"), { ...wish, steps, alone: isAlone || undefined }, (event, data) => {
          if (event === "problem") {
            throw new Error(data.detail);
          } else if (!this.element.isConnected) {
            running.abort();
          } else if (event === "curve") {
            if (own) {
              beside.push(data);
            } else {
              own = data;
            }
            draw(false);
          }
        }, running.signal);
        // Figures that came after the abort were not taken, so what is here may lack some.
        running.signal.throwIfAborted();
        known.set(key, own ? [own] : []).set(besideKey, beside);
        draw(true);
      }
    } catch (error) {
      if (/** @type {Error} */ (error).name !== "AbortError") {
        this.note.textContent = /** @type {Error} */ (error).message;
      }
    }
  }
}
