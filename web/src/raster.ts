// A timeline as pixels: every row is a strip in which the shares of each moment stand on one another. Pure.

import type {Timeline} from "./figure";
import type {Range} from "./view";

export interface Strips {
  top(row: number): number;  // in pixels; row may be as many as there are, for the end
  gap: number;               // left empty below each strip
}

// Rows of a height that can be told apart, within `height` pixels.
export function strips(height: number, rows: number, gap: number): Strips {
  return {top: (row) => Math.round((row * height) / rows), gap};
}

// The shares of one row's states between two moments, weighed by the time that each bin has there; `sums` is filled.
export function sharesBetween(timeline: Timeline, row: number, from: number, to: number, sums: Float64Array): void {
  const {begin, end, bins, states, shares} = timeline;
  const scale = bins / (end - begin);
  const low = Math.max(0, Math.min(bins, (from - begin) * scale));
  const high = Math.max(low, Math.min(bins, (to - begin) * scale));
  sums.fill(0);
  const last = Math.min(bins - 1, Math.ceil(high) - 1);
  const first = Math.min(Math.floor(low), Math.max(0, last));
  for (let bin = first; bin <= Math.max(first, last); ++bin) {
    const weight = Math.max(1e-9, Math.min(bin + 1, high) - Math.max(bin, low));
    const at = (row * bins + bin) * states.length;
    for (let state = 0; state < states.length; ++state) sums[state]! += weight * shares[at + state]!;
  }
  const weight = 255 * Math.max(1e-9 * Math.max(1, last - first + 1), high - low);
  for (let state = 0; state < states.length; ++state) sums[state]! /= weight;
}

// Fills `pixels` (rows of `width`, as a canvas takes them) with `colours`, one a state, the first state lowest.
export function paint(timeline: Timeline, view: Range, width: number, layout: Strips,
                      colours: Uint32Array, ground: number, pixels: Uint32Array): void {
  pixels.fill(ground);
  const sums = new Float64Array(timeline.states.length);
  const step = (view.to - view.from) / width;
  for (let row = 0; row < timeline.rows.length; ++row) {
    const top = layout.top(row);
    const bottom = Math.max(top + 1, layout.top(row + 1) - layout.gap);
    for (let x = 0; x < width; ++x) {
      sharesBetween(timeline, row, view.from + x * step, view.from + (x + 1) * step, sums);
      let filled = 0;
      let y = bottom;
      for (let state = 0; state < sums.length; ++state) {
        filled += sums[state]!;
        const end = bottom - Math.round(Math.min(1, filled) * (bottom - top));
        while (y > end && y > 0) pixels[--y * width + x] = colours[state]!;
      }
    }
  }
}

// "#rrggbb" or "rgb(r, g, b)" as a pixel of a little-endian canvas.
export function pixelOf(colour: string): number {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour.trim());
  const parts = hex ? hex.slice(1).map((one) => parseInt(one, 16)) : (colour.match(/[\d.]+/g) ?? ["0", "0", "0"]).map(Number);
  const [r = 0, g = 0, b = 0] = parts;
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}
