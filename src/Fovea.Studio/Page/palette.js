// From a value to a colour, by the rule of every drawing that Fovea makes: values from low to high go evenly from one end of the palette to the
// other; a map with a value below 0 is drawn from −m to m in the diverging palette. The colours themselves come from the server.

/** @typedef {{low: number, high: number, signed: boolean}} Scale */

/** @type {{sequential: number[][], diverging: number[][], notANumber: number[]}} */
let palettes;

/** @param {{sequential: string[], diverging: string[], notANumber: string}} answer Takes the server's colours. */
export function take(answer) {
  const bytes = (/** @type {string} */ hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
  palettes = { sequential: answer.sequential.map(bytes), diverging: answer.diverging.map(bytes), notANumber: bytes(answer.notANumber) };
}

/** @param {{minimum: number|null, maximum: number|null}} head @returns {Scale} */
export function scaleOf(head) {
  const low = head.minimum ?? 0, high = head.maximum ?? 0, most = Math.max(-low, high);
  return low < 0 ? { low: -most, high: most, signed: true } : { low, high, signed: false };
}

/** @param {Scale} scale @param {number} value @returns {number[]} red, green, blue */
export function colorOf(scale, value) {
  const colors = scale.signed ? palettes.diverging : palettes.sequential;
  if (Number.isNaN(value)) {
    return palettes.notANumber;
  }
  const place = scale.high > scale.low ? Math.min(1, Math.max(0, (value - scale.low) / (scale.high - scale.low))) : value > scale.high ? 1 : 0;
  return colors[Math.floor((colors.length - 1) * place + 0.5)];
}

/**
 * Paints a map: one pixel of the canvas for each cell, which the style sheet enlarges without smoothing.
 * @param {HTMLCanvasElement} canvas @param {ArrayLike<number>} values @param {number} height @param {number} width @param {Scale} scale
 */
export function paint(canvas, values, height, width, scale) {
  canvas.width = width;
  canvas.height = height;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const pixels = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const [r, g, b] = colorOf(scale, values[i]);
    pixels.data.set([r, g, b, 255], 4 * i);
  }
  context.putImageData(pixels, 0, 0);
}

/** @param {HTMLCanvasElement} canvas @param {Scale} scale The scale itself, from low to high. */
export function paintScale(canvas, scale) {
  const steps = 255, values = Array.from({ length: steps }, (_, i) => scale.low + ((scale.high - scale.low) * i) / (steps - 1));
  paint(canvas, values, 1, steps, scale);
}
