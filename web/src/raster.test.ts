import {describe, expect, it} from "vitest";

import type {Timeline} from "./figure";
import {paint, pixelOf, sharesBetween, strips} from "./raster";

const timeline: Timeline = {
  kind: "timeline", title: "", name: "", x: {label: "", unit: "s", log: false}, begin: 10, end: 14, rows: ["0", "1"], bins: 4,
  states: [{label: "compute", tone: "good"}, {label: "wait", tone: "bad"}],
  shares: Uint8Array.from([255, 0, 255, 0, 0, 255, 0, 255, /* rank 1 */ 0, 255, 0, 255, 0, 255, 0, 255]),
};

describe("a timeline", () => {
  const sums = new Float64Array(2);
  it("weighs bins by the time they have", () => {
    sharesBetween(timeline, 0, 11, 13, sums);
    expect([...sums]).toEqual([0.5, 0.5]);
    sharesBetween(timeline, 0, 11.5, 12.5, sums);
    expect([...sums]).toEqual([0.5, 0.5]);
    sharesBetween(timeline, 0, 10, 14, sums);
    expect([...sums]).toEqual([0.5, 0.5]);
    sharesBetween(timeline, 1, 13.9, 14, sums);
    expect(sums[1]).toBeCloseTo(1, 9);
  });
  it("stands shares on one another, row below row", () => {
    const pixels = new Uint32Array(4 * 8);
    paint(timeline, {from: 10, to: 14}, 4, strips(8, 2, 1), Uint32Array.from([7, 9]), 1, pixels);
    const at = (x: number, y: number) => pixels[y * 4 + x];
    expect([at(0, 0), at(0, 2), at(0, 3), at(3, 0)]).toEqual([7, 7, 1, 9]);  // the gap is the ground
    expect([at(0, 4), at(3, 6), at(0, 7)]).toEqual([9, 9, 1]);
  });
  it("takes a colour as a canvas has it", () => {
    expect(pixelOf("#0102ff")).toBe(0xffff0201);
    expect(pixelOf("rgb(1, 2, 255)")).toBe(0xffff0201);
  });
});
