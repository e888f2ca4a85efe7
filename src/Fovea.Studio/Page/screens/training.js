// Training: a run as its folder tells of it, while it trains.

import { get } from "../api.js";
import { el, field, fill, num, percent, select, toast } from "../dom.js";
import { chart } from "../parts/chart.js";
import { Watched } from "../parts/watched.js";
import { openModel } from "../state.js";

const every = 2000;

/** @returns {HTMLElement} */
export function training() {
  const content = el("div", { class: "run" }), watched = new Watched(), picker = el("div", { class: "picker" });
  const screen = el("div", { class: "screen" }, el("div", { class: "title" }, el("h2", {}, "Training"), el("p", { class: "fine" }, "Runs below the studio's folder. A run that is under way is read again every two seconds.")), picker, content, watched.element);
  let path = "";
  let shown = "";
  const refresh = async () => {
    if (!screen.isConnected && shown) {
      return;
    }
    try {
      const run = await get(`/api/runs/progress?path=${encodeURIComponent(path)}`);
      const now = JSON.stringify(run);
      if (now !== shown) {
        shown = now;
        draw(run);
      }
      void watched.show(run);
      if (run.state === "running") {
        setTimeout(refresh, every);
      }
    } catch (error) {
      toast(/** @type {Error} */ (error).message);
    }
  };
  /** @param {any} run */
  const draw = (run) => {
    const rows = run.rows, last = rows.at(-1) ?? {};
    const series = (/** @type {string} */ name) => rows.filter((/** @type {any} */ r) => typeof r[name] === "number").map((/** @type {any} */ r) => [r.epoch, r[name]]);
    const metric = run.metric ?? "top1", isShare = metric !== "loss";
    const tile = (/** @type {string} */ value, /** @type {string} */ name) => el("div", { class: "stat" }, el("strong", {}, value), el("span", {}, name));
    const names = rows.length ? Object.keys(rows[0]).filter((k) => k.startsWith("train_") && k !== "train_loss") : [];
    fill(content,
      el("div", { class: "stats" }, el("div", { class: "stat" }, el("strong", { class: `state ${run.state}` }, run.state), el("span", {}, "state")), tile(`${run.epoch} of ${run.epochs}`, "epochs"),
        run.best !== undefined ? tile(isShare ? percent(run.best) : num(run.best), `best ${metric}`) : null, last.images_per_second ? tile(num(Math.round(last.images_per_second)), "images a second") : null),
      rows.length === 0 ? el("p", { class: "fine" }, "No epoch is done yet.") : el("div", { class: "charts" },
        chart({ title: "Loss", x: "epochs", lines: [{ name: "training", points: series("train_loss"), color: 1 }, { name: "validation", points: series("val_loss"), color: 2 }].filter((l) => l.points.length) }),
        chart({ title: metric, x: "epochs", from: 0, to: isShare ? 1 : undefined, lines: [...names.map((n) => ({ name: "training", points: series(n), color: 1 })), { name: "validation", points: series(`val_${metric}`), color: 2 }].filter((l) => l.points.length) }),
        chart({ title: "Learning rate", x: "epochs", lines: [{ name: "at the end of the epoch", points: series("learning_rate"), color: 1 }] }),
        chart({ title: "Gradient norm", x: "epochs", lines: [{ name: "mean before clipping", points: series("gradient_norm"), color: 3 }] })),
      run.weights ? el("button", { type: "button", class: "primary", onclick: async () => {
        try {
          await openModel({ path: run.path });
          location.hash = "#explore";
        } catch (error) {
          toast(/** @type {Error} */ (error).message);
        }
      } }, "Look into its best weights so far") : null);
  };
  get("/api/runs").then((runs) => {
    if (runs.length === 0) {
      content.replaceChildren(el("div", { class: "empty card" }, el("h2", {}, "No runs below this folder"), el("p", {}, "Start one with ", el("code", {}, "fovea train"), " and it shows here, or start the studio with ", el("code", {}, "--folder"), " to look elsewhere.")));
      return;
    }
    path = runs[0].path;
    picker.replaceChildren(field("Run", select(runs.map((/** @type {any} */ r) => ({ value: r.path, text: `${r.path} · ${r.state}` })), path, (v) => {
      path = v;
      shown = "";
      void refresh();
    })));
    void refresh();
  }).catch((error) => toast(error.message));
  return screen;
}
