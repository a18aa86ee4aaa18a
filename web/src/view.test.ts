import {describe, expect, it} from "vitest";

import {panned, showing, zoomed} from "./view";

const whole = {from: 0, to: 100};

describe("what is seen of an axis", () => {
  it("keeps in place what it zooms around", () => {
    expect(zoomed(whole, whole, 0.5, 0.5)).toEqual({from: 25, to: 75});
    expect(zoomed(whole, whole, 0.5, 0)).toEqual({from: 0, to: 50});
  });
  it("never leaves the whole", () => {
    expect(zoomed({from: 25, to: 75}, whole, 4, 0.5)).toEqual(whole);
    expect(zoomed({from: 80, to: 100}, whole, 2, 0)).toEqual({from: 60, to: 100});
    expect(panned({from: 80, to: 100}, whole, 3)).toEqual({from: 80, to: 100});
  });
  it("has an end", () => {
    let view = whole;
    for (let i = 0; i < 200; ++i) view = zoomed(view, whole, 0.5, 0.5);
    expect(view.to - view.from).toBeCloseTo(1e-4, 6);
  });
  it("zooms a logarithm by its powers", () => {
    const {from, to} = zoomed({from: 1, to: 10000}, {from: 1, to: 10000}, 0.5, 0.5, true);
    expect(from).toBeCloseTo(10, 6);
    expect(to).toBeCloseTo(1000, 6);
  });
  it("moves to show a point", () => {
    expect(showing({from: 0, to: 10}, whole, 5)).toEqual({from: 0, to: 10});
    expect(showing({from: 0, to: 10}, whole, 50)).toEqual({from: 45, to: 55});
  });
});
