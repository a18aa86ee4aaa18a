// From a chart's series to what is drawn: lines on one common x, the ends of the scales, and the points that a cursor
// can stand on. Pure.

import type {Axis, Chart, Number, Series} from "./figure";
import type {Range} from "./view";

// null is a hole in the line; undefined an x that only other series have, which the line passes over.
export type Cell = Number | undefined;

export interface Column {
  series: number;  // its place in the chart
  part: "y" | "high";
  values: Cell[];
}

export interface Lines {
  xs: number[];
  columns: Column[];
}

export const isLine = (series: Series) => series.mark === "line" || series.mark === "step" || series.mark === "band";

export const shown = (value: Cell, log: boolean): value is number => value != null && (!log || value > 0);

const clean = (value: Cell, log: boolean): Number => (shown(value, log) ? value : null);

interface Curve {
  series: number;
  xs: number[];
  parts: {part: "y" | "high"; values: Cell[]}[];
}

function curveOf(chart: Chart, index: number): Curve {
  const series = chart.series[index]!;
  const order: number[] = [];
  series.x.forEach((x, i) => shown(x, chart.x.log) && order.push(i));
  const x = (i: number) => series.x[i] as number;
  if (order.some((place, i) => i > 0 && x(place) < x(order[i - 1]!))) order.sort((a, b) => x(a) - x(b));
  const take = (values: Number[]) => order.map((i) => clean(values[i], chart.y.log));
  return {
    series: index,
    xs: order.map(x),
    parts: [{part: "y", values: take(series.y)}, ...(series.mark === "band" ? [{part: "high" as const, values: take(series.high!)}] : [])],
  };
}

const alike = (one: number[], other: number[]) => one.length === other.length && one.every((x, i) => x === other[i]);

// The values of a curve at the places of `xs`, which holds all of its own.
function spread(curve: Curve, values: Cell[], xs: number[]): Cell[] {
  const out: Cell[] = new Array(xs.length);
  let place = 0;
  curve.xs.forEach((x, i) => {
    while (xs[place]! < x) ++place;
    out[place] = values[i];
  });
  return out;
}

export function linesOf(chart: Chart): Lines {
  const curves = chart.series.flatMap((series, i) => (isLine(series) ? [curveOf(chart, i)] : []));
  const first = curves[0];
  if (!first) return {xs: [], columns: []};
  const same = curves.every((curve) => alike(curve.xs, first.xs));
  const xs = same ? first.xs : [...new Set(curves.flatMap((curve) => curve.xs))].sort((a, b) => a - b);
  return {
    xs,
    columns: curves.flatMap((curve) => curve.parts.map(({part, values}) => ({
      series: curve.series, part, values: same ? values : spread(curve, values, xs),
    }))),
  };
}

// Where a bar ends that does not say how wide it is: at the next one's beginning.
export function barEnds(series: Series): Number[] {
  if (series.width) return series.x.map((x, i) => (x === null || series.width![i] == null ? null : x + series.width![i]!));
  let last = 1;
  return series.x.map((x, i) => {
    const next = series.x[i + 1];
    if (x !== null && next != null) last = next - x;
    return x === null ? null : x + last;
  });
}

function extent(lists: Cell[][], log: boolean): Range | null {
  let from = Infinity;
  let to = -Infinity;
  for (const list of lists) {
    for (const value of list) {
      if (!shown(value, log)) continue;
      if (value < from) from = value;
      if (value > to) to = value;
    }
  }
  return from <= to ? {from, to} : null;
}

// Room around what is drawn, so that no mark lies on the frame; fixed ends are kept as they are.
function padded(axis: Axis, found: Range | null, pad: number, zero: boolean): Range {
  if (axis.categories) return {from: -0.5, to: Math.max(1, axis.categories.length) - 0.5};
  let {from, to} = found ?? (axis.log ? {from: 1, to: 10} : {from: 0, to: 1});
  if (axis.log) {
    const room = from === to ? 2 : (to / from) ** pad;
    from /= room;
    to *= room;
  } else {
    if (zero) {
      from = Math.min(0, from);
      to = Math.max(0, to);
    }
    const span = from === to ? Math.max(1, Math.abs(to)) : to - from;
    const below = span * Math.min(pad, 0.06);
    from = from >= 0 ? Math.max(0, from - below) : from - below;  // what is never below 0 has no room there
    to += span * pad;
  }
  if (axis.from !== undefined && (!axis.log || axis.from > 0)) from = axis.from;
  if (axis.to !== undefined && (!axis.log || axis.to > 0)) to = axis.to;
  return to > from ? {from, to} : {from, to: axis.log ? from * 10 : from + 1};
}

export function scalesOf(chart: Chart): {x: Range; y: Range} {
  const across = chart.y.categories !== undefined;  // bars lie
  const reference = (axis: "x" | "y") => chart.lines.filter((line) => line.axis === axis).map((line) => line.at);
  const xs = chart.series.flatMap((one) => [
    one.x, ...(one.mark === "bars" && !across && !chart.x.categories ? [barEnds(one)] : []),
    ...(across ? [one.low ?? [], one.high ?? []] : []),
  ]);
  const ys = chart.series.flatMap((one) => [one.y, ...(across ? [] : [one.low ?? [], one.high ?? []])]);
  const marked = chart.series.some((one) => one.mark === "points" || one.mark === "interval");
  // Heights and curves are measured from 0; points that are held against each other need no 0.
  const scattered = chart.series.some((one) => one.mark === "points") && !chart.series.some((one) => one.mark === "bars");
  const labelled = !chart.y.log && chart.lines.some((line) => line.axis === "x");  // at the top
  return {
    x: padded(chart.x, extent([...xs, reference("x")], chart.x.log), across || marked ? 0.04 : 0, across),
    y: padded(chart.y, extent([...ys, reference("y")], chart.y.log), labelled ? 0.16 : 0.06, !scattered),
  };
}

// Powers of two on an axis of counts (1, 2, 4, 8 accelerators) have powers of two for ticks.
export function baseOf(chart: Chart): 2 | 10 {
  if (!chart.x.log || chart.x.unit !== "count") return 10;
  const lines = chart.series.filter(isLine);
  const values = (lines.length > 0 ? lines : chart.series).flatMap((series) => series.x).filter((x) => x !== null);
  return values.length > 0 && values.every((x) => x > 0 && Number.isInteger(Math.log2(x))) ? 2 : 10;
}
