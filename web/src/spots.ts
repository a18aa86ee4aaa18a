// The points of a chart that a cursor can stand on, in the order of x, and what is said of each. Pure.

import {barEnds, shown} from "./chart_data";
import type {Chart} from "./figure";
import {inWords} from "./words";

export interface Spot {
  series: number;
  index: number;  // in the series
  x: number;
  y: number;
}

export interface Spots {
  series: number;
  order: number[];  // places in the series that are known, by x (of lying bars by y)
  keys: number[];   // what the order goes by
}

export const keyAxis = (chart: Chart): "x" | "y" => (chart.y.categories ? "y" : "x");

export function spotsOf(chart: Chart): Spots[] {
  const along = keyAxis(chart);
  return chart.series.map((series, index) => {
    const order: number[] = [];
    series.x.forEach((x, i) => {
      const high = series.high && series.mark === "band" ? series.high[i] : 0;
      if (shown(x, chart.x.log) && shown(series.y[i], chart.y.log) && high != null) order.push(i);
    });
    const key = (i: number) => series[along][i] as number;
    if (order.some((place, i) => i > 0 && key(place) < key(order[i - 1]!))) order.sort((a, b) => key(a) - key(b));
    return {series: index, order, keys: order.map(key)};
  });
}

// The place in `keys`, which rise, of what is nearest to `key`; -1 where there is none.
export function nearest(keys: number[], key: number): number {
  let low = 0;
  let high = keys.length - 1;
  if (high < 0) return -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (keys[middle]! <= key) low = middle;
    else high = middle;
  }
  return Math.abs(keys[low]! - key) <= Math.abs(keys[high]! - key) ? low : high;
}

export function spotAt(chart: Chart, spots: Spots, place: number): Spot {
  const index = spots.order[place]!;
  const series = chart.series[spots.series]!;
  let x = series.x[index]!;
  let y = series.y[index]!;
  if (series.mark === "bars" && !chart.x.categories && !chart.y.categories) x = (x + (barEnds(series)[index] ?? x)) / 2;
  if (series.mark === "band") y = (y + series.high![index]!) / 2;
  return {series: spots.series, index, x, y};
}

export interface Said {
  name: string;      // of the point, or what it belongs to
  x: string;
  y: string;
}

function onAxis(chart: Chart, axis: "x" | "y", value: number | null): string {
  const {categories, label, unit} = chart[axis];
  if (categories) return categories[value ?? -1] ?? "unknown";
  const words = inWords(value, unit);
  return label.includes("month") ? words.replace(/ a month$/, "") : words;  // said once
}

const between = (low: string, high: string) => `${low} – ${high}`;

export function said(chart: Chart, seriesIndex: number, index: number): Said {
  const series = chart.series[seriesIndex]!;
  const along = keyAxis(chart);
  const across = along === "x" ? "y" : "x";
  const ends = () => between(onAxis(chart, across, series.low![index]!), onAxis(chart, across, series.high![index]!));
  let value = onAxis(chart, across, series[across][index]!);
  if (series.mark === "band") value = ends();
  else if (series.low && series.high && series.low[index] != null) value = `${value} (${ends()})`;
  let key = onAxis(chart, along, series[along][index]!);
  if (series.mark === "bars" && !chart.x.categories && !chart.y.categories) {
    key = between(key, onAxis(chart, "x", barEnds(series)[index] ?? null));
  }
  const name = series.names?.[index] || series.label || chart[across].label || chart.title;
  return along === "x" ? {name, x: key, y: value} : {name, x: value, y: key};
}

// "all-flash servers: AU 93.1 %; storage $8,510 a month": for a reader that cannot see the picture.
export function sentence(chart: Chart, spot: Spot): string {
  const words = said(chart, spot.series, spot.index);
  const labelled = (label: string, value: string) => (label && label !== words.name ? `${label} ${value}` : value);
  const kind = chart.series[spot.series]!.label;
  if (chart.y.categories) return `${words.y}: ${chart.series.length > 1 && kind ? `${kind} ` : ""}${words.x}`;
  const whose = words.name !== kind && kind ? `${words.name} (${kind})` : words.name;
  return `${whose}: ${labelled(chart.x.label, words.x)}; ${labelled(chart.y.label, words.y)}`;
}
