// The page: which screen is shown, what is open, and what begins.

import { at, get, Latest, Refusal } from "./api.js";
import { el, fill, percent, toast } from "./dom.js";
import { begin, look, lost, onChange, openFile, state } from "./state.js";
import { explore } from "./screens/explore.js";

/** @typedef {() => HTMLElement} Build */

// The screen that the page begins with is there at once, the others come while somebody looks at it.
/** @type {Array<[string, string, () => Promise<Build>|Build]>} */
const screens = [
  ["load", "Load", async () => (await import("./screens/load.js")).load],
  ["explore", "Explore", () => explore],
  ["compare", "Compare", async () => (await import("./screens/compare.js")).compare],
  ["gates", "Gates", async () => (await import("./screens/gates.js")).gates],
  ["transformer", "Transformer", async () => (await import("./screens/transformer.js")).transformer],
  ["maps", "Class maps", async () => (await import("./screens/maps.js")).maps],
  ["ablation", "Ablation", async () => (await import("./screens/ablation.js")).ablation],
  ["faithfulness", "Faithfulness", async () => (await import("./screens/faithfulness.js")).faithfulness],
  ["network", "Network", async () => (await import("./screens/network.js")).network],
  ["training", "Training", async () => (await import("./screens/training.js")).training],
  ["export", "Export", async () => (await import("./screens/exporting.js")).exporting],
];

const main = /** @type {HTMLElement} */ (document.getElementById("screen"));
const tabs = /** @type {HTMLElement} */ (document.querySelector(".tabs"));
const context = /** @type {HTMLElement} */ (document.querySelector(".context"));

for (const [key, title] of screens) {
  tabs.append(el("a", { href: `#${key}` }, title));
}

async function show() {
  const key = location.hash.slice(1), [name, title, find] = screens.find((s) => s[0] === key) ?? screens[1];
  for (const tab of tabs.children) {
    if (tab.getAttribute("href") === `#${name}`) {
      tab.setAttribute("aria-current", "page");
      tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else {
      tab.removeAttribute("aria-current");
    }
  }
  document.title = `${title} · Fovea studio`;
  const found = find(), build = found instanceof Promise ? await found : found;
  if (found instanceof Promise && key !== location.hash.slice(1)) {
    return;
  }
  main.replaceChildren(build());
  main.dataset.screen = name;
}

/** @type {Record<string, string>} What a model says, where that is no class for the picture. */
const answers = { segment: "A class for each pixel.", detect: "A class and a box for each object.", retrieve: "An embedding of the picture." };

/** Turns the pages of a file of several pictures. */
function pager() {
  if (!state.stack) {
    return null;
  }
  const { file, page, pages } = state.stack;
  const turn = (/** @type {number} */ to) => openFile(file, to).catch((error) => toast(error.message));
  return el("div", { class: "pager", role: "group", "aria-label": `Pages of ${file.name}` },
    el("button", { type: "button", class: "quiet", "aria-label": "Page before", disabled: page === 1, onclick: () => turn(page - 1) }, "‹"),
    el("span", {}, `page ${page} of ${pages}`),
    el("button", { type: "button", class: "quiet", "aria-label": "Page after", disabled: page === pages, onclick: () => turn(page + 1) }, "›"));
}

function showContext() {
  const { model, session } = state;
  if (!model || !session) {
    return;
  }
  const known = session.top.slice(0, 3);
  fill(context,
    el("a", { class: "chip", href: "#load", title: "Open another model" }, el("small", {}, "Model"), el("strong", {}, model.name), el("span", { class: "fine" }, model.title)),
    el("a", { class: "chip picture", href: "#load", title: "Open another picture" }, el("img", { src: `/api/sessions/${session.id}/picture`, alt: "", width: 36, height: 36 }), el("span", {}, el("small", {}, "Picture"), el("strong", {}, state.image.startsWith("clutter-") ? state.image : state.stack?.file.name ?? "your picture"))),
    pager(),
    model.task.toLowerCase() === "classify" ? el("ol", { class: "scores", "aria-label": "What the model says" }, ...known.map((c) => {
      const bar = el("span", { class: "bar" });
      bar.style.width = `${Math.max(1, 100 * c.share)}%`;
      return el("li", {}, el("span", { class: "name" }, c.name), el("span", { class: "meter" }, bar), el("span", { class: "right" }, percent(c.share)));
    })) : el("p", { class: "fine" }, answers[model.task.toLowerCase()] ?? model.task),
    ...model.notes.slice(0, 2).map((n) => el("p", { class: "notice" }, n)));
}

// A session that made room for others, or lay idle, is opened again: the model and the picture are still there.
Latest.failed = (error) => {
  if (error instanceof Refusal && error.title === "No such session") {
    lost();
    look().catch((e) => toast(e.message));
  } else {
    toast(error.message);
  }
};

// A session that nobody uses is closed after a while: that of an open page is used.
setInterval(() => state.session && get(at(state.session, "sites")).catch((error) => error instanceof Refusal && Latest.failed(error)), 300_000);

onChange(() => {
  showContext();
  show();
});
window.addEventListener("hashchange", show);
try {
  await begin();
} catch (error) {
  toast(/** @type {Error} */ (error).message);
  show();
}

// What was not needed to begin is there before it is asked for, and does not stand in the way of what was.
setTimeout(() => requestIdleCallback(() => Promise.all(screens.map(([, , find]) => find())).catch(() => {})), 1000);
