// What is open and what is looked at, in one place. Screens read it and are told when it changes.

import { expect, get, post, upload } from "./api.js";
import { first } from "./first.js";
import { take } from "./palette.js";

/** @typedef {import("./api.js").SessionInfo} SessionInfo @typedef {import("./api.js").ModelInfo} ModelInfo @typedef {import("./api.js").SiteInfo} SiteInfo */

/** @typedef {{y: number, x: number, y2?: number, x2?: number, token?: number}} Place A cell, a region, or a token before the grid. */

export const state = {
  /** @type {ModelInfo|null} */ model: null,
  /** @type {SessionInfo|null} */ session: null,
  /** @type {string} */ image: "",
  /** @type {{file: File, page: number, pages: number}|null} The file of several pictures that the open one is of. */ stack: null,
  /** @type {SiteInfo|null} */ site: null,
  /** @type {Place|null} */ pin: null,
  /** @type {"to"|"by"} */ direction: "to",
  /** @type {number|null} */ head: null,
  /** @type {any} */ pictures: null,
};

const listeners = new Set();

/** @param {() => void} listener */
export const onChange = (listener) => listeners.add(listener);

const losing = new Set();

/** @param {() => void} listener Told that a session was found closed; others may be too. */
export const onLost = (listener) => losing.add(listener);

/** Says that a session was found closed. */
export const lost = () => losing.forEach((l) => l());

const changed = () => listeners.forEach((l) => l());

/** @param {unknown} request Which model; see POST /api/models. */
export async function openModel(request) {
  state.model = await post("/api/models", request);
  await look();
}

/** @param {string} image */
export async function openImage(image) {
  Object.assign(state, { image, stack: null });
  await look();
}

/** @param {File} file @param {number} [page] Of a file of several pictures, which. */
export async function openFile(file, page = 1) {
  const info = await upload(file, page);
  Object.assign(state, { image: info.id, stack: info.pages > 1 ? { file, page: info.page, pages: info.pages } : null });
  await look();
}

/** Has the open model look at the open picture, and keeps the site that is looked at, where the new one has it too. */
export async function look() {
  if (!state.model || !state.image) {
    return;
  }
  enter(await post("/api/sessions", { model: state.model.id, image: state.image }));
}

/** @param {SessionInfo} session */
function enter(session) {
  const site = session.sites.find((s) => s.name === state.site?.name) ?? session.sites.find((s) => s.kind === "relation") ?? session.sites.find((s) => s.kind === "positions") ?? session.sites[0] ?? null;
  if (site?.name !== state.site?.name) {
    state.pin = null;
    state.head = null;
  }
  Object.assign(state, { session, site });
  changed();
}

/** @param {SiteInfo} site */
export function openSite(site) {
  const before = state.site;
  state.site = site;
  state.head = null;
  if (!before || before.height !== site.height || before.width !== site.width || before.kind !== site.kind) {
    state.pin = null;
  }
}

/** What the page begins with. Where the first model cannot be opened, there are others to choose from. */
export async function begin() {
  try {
    const { session, palettes, pictures, firstMap } = await first;
    take(palettes);
    expect(firstMap);
    Object.assign(state, { pictures, model: session.model, image: pictures.first });
    enter(session);
  } catch (error) {
    const [palettes, pictures] = await Promise.all([get("/api/palettes"), get("/api/images")]);
    take(palettes);
    Object.assign(state, { pictures, image: pictures.first });
    throw error;
  }
}

/** @returns {Promise<any>} What models there are to open, as of now: the folder is searched for them. */
export const offers = () => get("/api/models");
