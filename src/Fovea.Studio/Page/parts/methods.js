// The methods that make a map of the whole model, and what they are asked for.

import { at, get, map } from "../api.js";
import { el, field, select } from "../dom.js";
import { state } from "../state.js";

/** @typedef {{key: string, title: string, formula: string, source: string, isForTarget: boolean, isForTransformers: boolean}} Method */

/** @type {Promise<Method[]>|null} */
let methods = null;

/** @returns {Promise<Method[]>} */
export const allMethods = () => (methods ??= get("/api/methods"));

/** @param {import("../api.js").SessionInfo} session @returns {Promise<{best: string|null, layers: Array<{name: string, text: string}>}>} */
export const layersOf = (session) => get(at(session, "layers"));

/** @param {import("../api.js").SessionInfo} session @param {unknown} request @param {AbortSignal} [signal] */
export const camOf = (session, request, signal) => map(at(session, "cam"), signal, request);

/** @param {import("../api.js").SessionInfo} session Whether it has a transformer's relations of tokens. */
export const isTransformer = (session) => session.sites.some((s) => s.kind === "relation" && s.prefix > 0);

/**
 * The controls for a method, a layer and a class.
 * @param {Method[]} known @param {{best: string|null, layers: Array<{name: string, text: string}>}} layers @param {any} wish @param {() => void} change
 */
export function methodControls(known, layers, wish, change) {
  const session = /** @type {import("../api.js").SessionInfo} */ (state.session);
  const usable = known.filter((m) => isTransformer(session) || !m.isForTransformers);
  wish.method = usable.some((m) => m.key === wish.method) ? wish.method : (usable[0]?.key ?? "");
  const classes = session.model.classes.map((name, i) => ({ value: String(i), text: name }));
  const order = new Map(session.top.map((c, i) => [c.index, i]));
  classes.sort((a, b) => (order.get(Number(a.value)) ?? 999) - (order.get(Number(b.value)) ?? 999));
  return el("div", { class: "controls" },
    field("Method", select(usable.map((m) => ({ value: m.key, text: m.title })), wish.method, (v) => { wish.method = v; change(); })),
    field("Layer", select([{ value: "", text: layers.best ? `found: ${layers.best}` : "none" }, ...layers.layers.map((l) => ({ value: l.name, text: l.text }))], "", (v) => { wish.layer = v || undefined; change(); })),
    classes.length > 0 ? field("Speaks for", select([{ value: "", text: `the answer: ${session.top[0].name}` }, ...classes.slice(0, 200)], "", (v) => { wish.class = v === "" ? undefined : Number(v); change(); })) : null,
    classes.length > 1 ? field("and against", select([{ value: "", text: "nothing" }, ...classes.slice(0, 200)], "", (v) => { wish.against = v === "" ? undefined : Number(v); change(); })) : null);
}
