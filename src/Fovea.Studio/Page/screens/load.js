// Load: which model, which picture.

import { el, field, select, toast } from "../dom.js";
import { offers, openFile, openImage, openModel, state } from "../state.js";

/** @returns {HTMLElement} */
export function load() {
  const screen = el("div", { class: "screen load" });
  if (!state.pictures) {
    return screen;
  }
  offers().then((all) => screen.append(models(all), pictures())).catch((error) => toast(error.message));
  return screen;
}

/** @param {() => Promise<unknown>} work @param {HTMLElement} place Does something that takes time, and says so. */
async function busy(work, place) {
  place.setAttribute("aria-busy", "true");
  try {
    await work();
    location.hash = "#explore";
  } catch (error) {
    toast(/** @type {Error} */ (error).message);
  } finally {
    place.removeAttribute("aria-busy");
  }
}

/** @param {any} all What there is to open. */
function models(all) {
  const place = el("section", { class: "card", "aria-labelledby": "models" });
  let key = "resnet18", mechanism = "", file = all.files[0] ?? "", of = "";
  const catalogue = all.catalogue.map((/** @type {any} */ m) => ({ value: m.key, text: `${m.key} · ${m.imageSize} px` }));
  place.append(
    el("h2", { id: "models" }, "Model"),
    el("div", { class: "tiles" }, ...all.shipped.map((/** @type {string} */ name) => el("button", { type: "button", class: "tile", onclick: () => busy(() => openModel({ shipped: name }), place) },
      el("strong", {}, name), el("span", { class: "fine" }, "comes with the studio, trained on Clutter")))),
    el("h3", {}, "A file below the studio's folder"),
    all.files.length === 0 ? el("p", { class: "fine" }, "There are no weights below the folder; start the studio with --folder to look elsewhere.") : el("div", { class: "row" },
      field("Weights", select(all.files.map((/** @type {string} */ f) => ({ value: f, text: f })), file, (v) => { file = v; })),
      field("Their model, when they don't say", select([{ value: "", text: "as the file says" }, ...catalogue], "", (v) => { of = v; })),
      el("button", { type: "button", class: "primary", onclick: () => busy(() => openModel({ path: file, model: of || undefined }), place) }, "Open file")),
    el("h3", {}, "The catalogue, with drawn weights"),
    el("div", { class: "row" },
      field("Network", select(catalogue, key, (v) => { key = v; })),
      field("Mechanism", select([{ value: "", text: "none" }, ...all.mechanisms.map((/** @type {any} */ m) => ({ value: m.key, text: `${m.key} · ${m.name}` }))], "", (v) => { mechanism = v; })),
      el("button", { type: "button", class: "primary", onclick: () => busy(() => openModel({ catalogue: mechanism ? `${mechanism}_${key}` : key }), place) }, "Build")));
  return place;
}

function pictures() {
  const place = el("section", { class: "card", "aria-labelledby": "pictures" });
  const take = (/** @type {File|undefined} */ file) => file && (file.size > state.pictures.maxBytes ? toast(`A picture may have ${state.pictures.maxBytes >> 20} MB; make it smaller first.`) : busy(() => openFile(file), place));
  const formats = /** @type {Array<{name: string, endings: string[]}>} */ (state.pictures.formats);
  const input = /** @type {any} */ (el("input", { type: "file", accept: formats.flatMap((f) => f.endings).join(","), class: "unseen", id: "file", onchange: () => take(input.files[0]) }));
  const drop = el("label", {
    class: "drop", htmlFor: "file",
    ondragover: (/** @type {DragEvent} */ e) => { e.preventDefault(); drop.classList.add("over"); },
    ondragleave: () => drop.classList.remove("over"),
    ondrop: (/** @type {DragEvent} */ e) => { e.preventDefault(); drop.classList.remove("over"); take(e.dataTransfer?.files[0]); },
  }, el("strong", {}, "Drop a picture here, or choose a file"), el("span", { class: "fine" }, `${formats.map((f) => f.name).join(", ")}, up to 20 MB and 40 megapixels; of a file of several pictures, page after page. It stays on this machine.`));
  place.append(el("h2", { id: "pictures" }, "Picture"), input, drop, el("h3", {}, "Samples"),
    el("div", { class: "samples" }, ...state.pictures.samples.map((/** @type {string} */ name) => el("button", {
      type: "button", "aria-pressed": String(state.image === name), "aria-label": name, title: name, onclick: () => busy(() => openImage(name), place),
    }, el("img", { src: `/api/images/${name}`, alt: "", width: 64, height: 64, loading: "lazy" }), el("span", {}, name.split("-")[2])))));
  return place;
}
