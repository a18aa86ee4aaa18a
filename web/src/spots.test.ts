import {describe, expect, it} from "vitest";

import {type Chart, readFigure} from "./figure";
import {nearest, said, sentence, spotAt, spotsOf} from "./spots";

const figure = (more: object) => readFigure(JSON.stringify({
  kind: "chart", title: "T", name: "t", x: {label: "AU", unit: "fraction"}, y: {label: "cost", unit: "USD/month"}, lines: [], ...more,
})) as Chart;

describe("points of a chart", () => {
  const chart = figure({series: [{label: "flash", mark: "points", x: [0.9, null, 0.5], y: [8510, 1, 4000], names: ["big", "gone", "small"]}]});
  it("come in the order of x, without what is unknown", () => {
    expect(spotsOf(chart)[0]!.order).toEqual([2, 0]);
  });
  it("are told in one sentence", () => {
    const spot = spotAt(chart, spotsOf(chart)[0]!, 1);
    expect(sentence(chart, spot)).toBe("big (flash): AU 90.0 %; cost $8,510 a month");
  });
  it("say their interval", () => {
    const measured = figure({series: [{label: "run", mark: "interval", x: [0.5], y: [10], low: [9], high: [11]}]});
    expect(said(measured, 0, 0).y).toBe("$10.00 a month ($9.00 a month – $11.00 a month)");
  });
  it("go by categories where bars lie", () => {
    const bars = figure({y: {label: "", categories: ["a", "b"]}, series: [{label: "v2", mark: "bars", x: [0.25, 0.5], y: [1, 0]}]});
    expect(spotsOf(bars)[0]!.order).toEqual([1, 0]);
    expect(said(bars, 0, 0)).toEqual({name: "v2", x: "25.0 %", y: "b"});
    expect(sentence(bars, {series: 0, index: 0, x: 0.25, y: 1})).toBe("b: 25.0 %");
  });
});

describe("the nearest of rising numbers", () => {
  it("is found", () => {
    expect([-1, 1.4, 1.6, 9].map((key) => nearest([0, 1, 2, 3], key))).toEqual([0, 1, 2, 3]);
    expect(nearest([], 1)).toBe(-1);
    expect(nearest([5], 1)).toBe(0);
  });
});
