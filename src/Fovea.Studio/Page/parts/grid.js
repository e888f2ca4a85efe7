// The picture under a grid of cells, as one control: the pointer previews, a click pins, shift and drag marks a region; arrows move, Enter pins,
// shift and arrows mark a region, Escape lets go.

import { el, say } from "../dom.js";

/** @typedef {import("../state.js").Place} Place */

/** @typedef {{rows: number, columns: number, picture: string, label: string, hover?: (place: Place|null) => void, pin: (place: Place|null) => void}} GridOptions */

export class CellGrid {
  /** @type {Place|null} */ #pinned = null;
  /** @type {Place|null} */ #hovered = null;
  /** @type {Place|null} */ #drag = null;
  #cursor = { y: 0, x: 0 };
  #options;

  /** @param {GridOptions} options */
  constructor(options) {
    this.#options = options;
    this.#cursor = { y: options.rows >> 1, x: options.columns >> 1 };
    this.marks = /** @type {HTMLCanvasElement} */ (/** @type {unknown} */ (el("canvas", { class: "marks", "aria-hidden": "true" })));
    this.cover = /** @type {HTMLCanvasElement} */ (/** @type {unknown} */ (el("canvas", { class: "cover", hidden: true, "aria-hidden": "true" })));
    this.element = el("div", {
      class: "grid", tabIndex: 0, role: "application", "aria-label": options.label, "aria-roledescription": "grid of cells",
      "aria-keyshortcuts": "ArrowUp ArrowDown ArrowLeft ArrowRight Enter Escape",
      onpointermove: (/** @type {PointerEvent} */ e) => this.#move(e),
      onpointerleave: () => this.#hover(null),
      onpointerdown: (/** @type {PointerEvent} */ e) => this.#down(e),
      onpointerup: (/** @type {PointerEvent} */ e) => this.#up(e),
      onkeydown: (/** @type {KeyboardEvent} */ e) => this.#key(e),
      onfocus: () => this.#draw(),
      onblur: () => this.#draw(),
    }, el("img", { src: options.picture, alt: "" }), this.cover, this.marks);
    new ResizeObserver(() => this.#draw()).observe(this.element);
  }

  /** @param {Place|null} place Shows what is pinned. */
  show(place) {
    this.#pinned = place;
    if (place && place.token === undefined) {
      this.#cursor = { y: place.y, x: place.x };
    }
    this.#draw();
  }

  /** @param {Place|null} place Shows what another grid hovers over. */
  point(place) {
    this.#hovered = place;
    this.#draw();
  }

  /** @param {PointerEvent} e @returns {Place} */
  #cell(e) {
    const box = this.element.getBoundingClientRect();
    const at = (/** @type {number} */ v, /** @type {number} */ n) => Math.min(n - 1, Math.max(0, Math.floor(v * n)));
    return { y: at((e.clientY - box.top) / box.height, this.#options.rows), x: at((e.clientX - box.left) / box.width, this.#options.columns) };
  }

  /** @param {PointerEvent} e */
  #move(e) {
    const cell = this.#cell(e);
    if (this.#drag) {
      this.#hovered = between(this.#drag, cell);
      this.#draw();
    } else if (e.pointerType === "mouse") {
      this.#hover(cell);
    }
  }

  /** @param {PointerEvent} e */
  #down(e) {
    if (e.shiftKey) {
      e.preventDefault();
      this.element.focus();
      this.element.setPointerCapture(e.pointerId);
      this.#drag = this.#cell(e);
    }
  }

  /** @param {PointerEvent} e */
  #up(e) {
    const cell = this.#cell(e), from = this.#drag;
    this.#drag = null;
    this.#cursor = { y: cell.y, x: cell.x };
    this.#pin(from ? between(from, cell) : cell);
  }

  /** @param {Place|null} cell */
  #hover(cell) {
    if (cell?.y !== this.#hovered?.y || cell?.x !== this.#hovered?.x || !cell !== !this.#hovered) {
      this.#hovered = cell;
      this.#draw();
      this.#options.hover?.(cell);
    }
  }

  /** @param {Place|null} place */
  #pin(place) {
    this.#pinned = place;
    this.#hovered = null;
    this.#draw();
    this.#options.pin(place);
  }

  /** @param {KeyboardEvent} e */
  #key(e) {
    const { rows, columns } = this.#options;
    const steps = /** @type {Record<string, [number, number]>} */ ({ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -columns], End: [0, columns], PageUp: [-rows, 0], PageDown: [rows, 0] });
    const step = steps[e.key];
    if (step) {
      e.preventDefault();
      const from = this.#cursor;
      this.#cursor = { y: Math.min(rows - 1, Math.max(0, from.y + step[0])), x: Math.min(columns - 1, Math.max(0, from.x + step[1])) };
      if (e.shiftKey) {
        this.#drag ??= from;
        this.#hovered = between(this.#drag, this.#cursor);
        this.#draw();
        say(`Region of ${size(this.#hovered)} cells; Enter pins it`);
      } else {
        this.#drag = null;
        this.#hovered = null;
        this.#hover({ ...this.#cursor });
      }
    } else if (e.key === "Enter" || e.key === " ") {
      e.preventDefault();
      const from = this.#drag;
      this.#drag = null;
      this.#pin(from ? between(from, this.#cursor) : { ...this.#cursor });
    } else if (e.key === "Escape") {
      this.#drag = null;
      this.#pin(null);
    }
  }

  #draw() {
    const { rows, columns } = this.#options, ratio = window.devicePixelRatio || 1, canvas = this.marks;
    const width = this.element.clientWidth, height = this.element.clientHeight;
    if (!width || !height) {
      return;
    }
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.scale(ratio, ratio);
    const cell = { w: width / columns, h: height / rows };
    if (Math.min(cell.w, cell.h) >= 6) {
      context.strokeStyle = "rgb(255 255 255 / 0.14)";
      context.lineWidth = 1;
      context.beginPath();
      for (let x = 1; x < columns; x++) {
        context.moveTo(x * cell.w, 0);
        context.lineTo(x * cell.w, height);
      }
      for (let y = 1; y < rows; y++) {
        context.moveTo(0, y * cell.h);
        context.lineTo(width, y * cell.h);
      }
      context.stroke();
    }
    // Dark around light: one of the two stands out from any picture by more than 3:1.
    const frame = (/** @type {Place} */ place, /** @type {string} */ color, /** @type {number} */ line) => {
      if (place.token !== undefined) {
        return;
      }
      const box = [place.x * cell.w, place.y * cell.h, ((place.x2 ?? place.x) - place.x + 1) * cell.w, ((place.y2 ?? place.y) - place.y + 1) * cell.h];
      for (const [style, thick] of /** @type {Array<[string, number]>} */ ([["#100c18", line + 2.5], [color, line]])) {
        context.strokeStyle = style;
        context.lineWidth = thick;
        context.strokeRect(box[0], box[1], box[2], box[3]);
      }
    };
    if (this.#pinned) {
      frame(this.#pinned, "#ffffff", 2.5);
    }
    const marked = this.#hovered ?? (document.activeElement === this.element ? this.#cursor : null);
    if (marked) {
      frame(marked, "#ffd166", 1.5);
    }
  }
}

/** @param {Place} a @param {Place} b @returns {Place} */
const between = (a, b) => ({ y: Math.min(a.y, b.y), x: Math.min(a.x, b.x), y2: Math.max(a.y, b.y), x2: Math.max(a.x, b.x) });

/** @param {Place} place */
const size = (place) => `${(place.y2 ?? place.y) - place.y + 1} × ${(place.x2 ?? place.x) - place.x + 1}`;

/** @param {Place|null} place @returns {string} A place in words, counted from 0 as the interface does. */
export const wordsOf = (place) => (!place ? "no cell" : place.token !== undefined ? (place.token === 0 ? "the class token" : `token ${place.token}`)
  : place.y2 !== undefined ? `region of ${size(place)} cells at row ${place.y}, column ${place.x}` : `row ${place.y}, column ${place.x}`);
