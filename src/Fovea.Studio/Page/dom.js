// Small helpers over the DOM. Text is always text: nothing from a file or a server becomes markup.

/**
 * Makes an element. Properties that begin with "on" listen, "class" and "aria-…" are attributes, others properties.
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...(Node|string|number|null|undefined|false|Array<Node|string>)} children
 * @returns {HTMLElement & Record<string, any>}
 */
export function el(tag, props = {}, ...children) {
  const element = /** @type {any} */ (document.createElement(tag));
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) {
      continue;
    }
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (name === "dataset") {
      Object.assign(element.dataset, value);
    } else if (name in element && !name.includes("-") && name !== "list" && name !== "role") {
      element[name] = value;
    } else {
      element.setAttribute(name === "class" ? "class" : name, value === true ? "" : String(value));
    }
  }
  element.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false).map((c) => (typeof c === "number" ? String(c) : c)));
  return element;
}

/** @param {string} tag @param {Record<string, string|number>} [attributes] @param {...(Node|string)} children @returns {SVGElement} */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/**
 * Puts children in the place of those of an element; what is absent is left out.
 * @param {HTMLElement} place @param {...(Node|string|null|undefined|false)} children
 */
export function fill(place, ...children) {
  place.replaceChildren(.../** @type {Array<Node|string>} */ (children.filter((c) => c !== null && c !== undefined && c !== false)));
}

/** @param {number|null|undefined} value @returns {string} A number of four figures, as people write it. */
export function num(value) {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return "not a number";
  }
  const size = Math.abs(value);
  return size === 0 ? "0" : size >= 10000 || size < 0.001 ? value.toExponential(2).replace("e+", "e") : String(Number(value.toPrecision(4)));
}

/** @param {number|null|undefined} entropy @param {number} cells @returns {string} How spread out a map of so many cells is; a dash where it is no number. */
export const bits = (entropy, cells) => `${typeof entropy === "number" ? entropy.toFixed(2) : "–"} of ${Math.log2(cells).toFixed(2)} bits`;

/** @param {number} value @returns {string} */
export const percent = (value) => `${(100 * value).toFixed(value >= 0.0995 || value === 0 ? 0 : 1)} %`;

/** @param {number} value @returns {string} 12.3 K, 4.5 M */
export function count(value) {
  return value >= 1e9 ? `${(value / 1e9).toPrecision(3)} G` : value >= 1e6 ? `${(value / 1e6).toPrecision(3)} M` : value >= 1e4 ? `${(value / 1e3).toPrecision(3)} K` : String(value);
}

/** Says something to those who listen rather than look. @param {string} text */
export function say(text) {
  const live = document.getElementById("live");
  if (live) {
    live.textContent = text;
  }
}

/** @param {string} text @param {"error"|"note"} [kind] Shows a message for a while. */
export function toast(text, kind = "error") {
  const place = document.getElementById("toast");
  if (!place) {
    return;
  }
  const message = el("div", { class: `toast ${kind}` }, el("span", {}, text), el("button", { class: "quiet", "aria-label": "Dismiss", onclick: () => message.remove() }, "×"));
  place.append(message);
  setTimeout(() => message.remove(), 9000);
}

/** @param {string} label @param {Node} control @returns {HTMLElement} A control with its name above it. */
export const field = (label, control) => el("label", { class: "field" }, el("span", {}, label), control);

/**
 * A drop-down.
 * @param {Array<{value: string, text: string, group?: string}>} options @param {string} value @param {(value: string) => void} change
 * @returns {HTMLSelectElement}
 */
export function select(options, value, change) {
  const box = /** @type {any} */ (el("select", { onchange: () => change(box.value) }));
  /** @type {Map<string, HTMLElement>} */
  const groups = new Map();
  for (const option of options) {
    const made = el("option", { value: option.value, selected: option.value === value }, option.text);
    if (option.group) {
      if (!groups.has(option.group)) {
        groups.set(option.group, el("optgroup", { label: option.group }));
        box.append(groups.get(option.group));
      }
      groups.get(option.group)?.append(made);
    } else {
      box.append(made);
    }
  }
  return box;
}

/**
 * Two or more choices of which one holds.
 * @param {string} label @param {Array<[string, string]>} choices @param {string} value @param {(value: string) => void} change
 */
export function choice(label, choices, value, change) {
  const group = el("div", { class: "choice", role: "group", "aria-label": label });
  for (const [key, text] of choices) {
    group.append(el("button", {
      type: "button", "aria-pressed": String(key === value), onclick: (/** @type {Event} */ e) => {
        for (const button of group.children) {
          button.setAttribute("aria-pressed", String(button === e.currentTarget));
        }
        change(key);
      },
    }, text));
  }
  return group;
}
