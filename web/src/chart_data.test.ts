import {describe, expect, it} from "vitest";

import {barEnds, baseOf, linesOf, scalesOf} from "./chart_data";
import {type Chart, readFigure} from "./figure";

function chart(series: object[], more: object = {}): Chart {
  return readFigure(JSON.stringify({
    kind: "chart", title: "t", name: "t", x: {label: "x", unit: "s", log: false}, y: {label: "y", unit: "s", log: false}, series, lines: [], ...more,
  })) as Chart;
}

describe("lines on one x", () => {
  it("shares the x of alike series", () => {
    const {xs, columns} = linesOf(chart([{label: "a", mark: "line", x: [1, 2], y: [3, null]}, {label: "b", mark: "band", x: [1, 2], low: [1, 2], high: [5, 6]}]));
    expect(xs).toEqual([1, 2]);
    expect(columns.map((column) => [column.part, column.values])).toEqual([["y", [3, null]], ["y", [1, 2]], ["high", [5, 6]]]);
  });
  it("joins others; a hole is null, an x of others only is passed over", () => {
    const {xs, columns} = linesOf(chart([{label: "a", mark: "line", x: [1, 3], y: [10, null]}, {label: "b", mark: "step", x: [3, 2], y: [30, 20]}]));
    expect(xs).toEqual([1, 2, 3]);
    expect(columns[0]!.values).toEqual([10, undefined, null]);
    expect(columns[1]!.values).toEqual([undefined, 20, 30]);
  });
  it("has no place for 0 on a logarithm", () => {
    const log = {x: {label: "", unit: "s", log: true}, y: {label: "", unit: "s", log: true}};
    const {xs, columns} = linesOf(chart([{label: "a", mark: "line", x: [0, 1, 2], y: [1, 0, 2]}], log));
    expect(xs).toEqual([1, 2]);
    expect(columns[0]!.values).toEqual([null, 2]);
  });
});

describe("scales", () => {
  it("begin at 0 and leave room above", () => {
    const {x, y} = scalesOf(chart([{label: "a", mark: "line", x: [5, 10], y: [3, 4]}]));
    expect(x).toEqual({from: 5, to: 10});
    expect(y.from).toBe(0);
    expect(y.to).toBeGreaterThan(4);
  });
  it("hold reference lines, and fixed ends as they are", () => {
    const fixed = {y: {label: "", unit: "fraction", log: false, from: 0, to: 1}, lines: [{axis: "x", at: 20, label: "knee"}]};
    const {x, y} = scalesOf(chart([{label: "a", mark: "line", x: [5, 10], y: [0.3, 0.4]}], fixed));
    expect(x.to).toBe(20);
    expect(y).toEqual({from: 0, to: 1});
  });
  it("stand with nothing known, and with one point", () => {
    const none = scalesOf(chart([{label: "a", mark: "points", x: [null], y: [null]}]));
    expect(none.x.to).toBeGreaterThan(none.x.from);
    const one = scalesOf(chart([{label: "a", mark: "line", x: [5], y: [7]}]));
    expect(one.x.to).toBeGreaterThan(one.x.from);
  });
  it("have a place for every category", () => {
    const lying = {y: {label: "", categories: ["a", "b", "c"]}};
    expect(scalesOf(chart([{label: "", mark: "bars", x: [1, 2, 3], y: [0, 1, 2]}], lying)).y).toEqual({from: -0.5, to: 2.5});
  });
});

describe("bars", () => {
  it("end where they say, or where the next begins", () => {
    const [wide, narrow] = chart([{label: "", mark: "bars", x: [1, 2], y: [1, 1], width: [0.5, 3]}, {label: "", mark: "bars", x: [1, 2, 4], y: [1, 1, 1]}]).series;
    expect(barEnds(wide!)).toEqual([1.5, 5]);
    expect(barEnds(narrow!)).toEqual([2, 4, 6]);
  });
});

describe("powers of two", () => {
  it("are the ticks of an axis of such counts", () => {
    const x = {x: {label: "", unit: "count", log: true}};
    expect(baseOf(chart([{label: "", mark: "line", x: [1, 2, 64], y: [1, 1, 1]}], x))).toBe(2);
    expect(baseOf(chart([{label: "", mark: "line", x: [1, 3], y: [1, 1]}], x))).toBe(10);
  });
});

describe("reading a figure", () => {
  it("says what it expected", () => {
    expect(() => chart([{label: "a", mark: "pie", x: [], y: []}])).toThrow(/expected one of line, .* as the mark of 'a'/);
    expect(() => chart([{label: "a", mark: "line", x: [1, 2], y: [1]}])).toThrow("expected 2 values of y of 'a', found 1");
    expect(() => readFigure("[]")).toThrow("expected a figure");
    expect(() => readFigure('{"kind":"timeline","rows":["0"],"states":[{}],"bins":2,"begin":0,"end":1,"shares":"AA=="}')).toThrow("found 1");
  });
});
