// The table behind a figure: the same numbers, unrounded, with their units. Pure; rows are made when asked for, since a
// chart may have hundreds of thousands.

import {barEnds} from "./chart_data";
import type {Chart, Figure, Number, Timeline} from "./figure";
import {keyAxis} from "./spots";
import {inWords} from "./words";

export interface Head {
  label: string;
  unit: string;  // "" of words
}
export type TableCell = number | string | null;

export interface Table {
  heads: Head[];
  length: number;
  row(index: number): TableCell[];
}

interface Value {
  head: Head;
  of(index: number): TableCell;
}

function valuesOf(chart: Chart, place: number): Value[] {
  const series = chart.series[place]!;
  const across = keyAxis(chart) === "x" ? "y" : "x";
  const axis = chart[across];
  const label = series.label || axis.label || chart.title;
  const value = (name: string, list: Number[]): Value => ({head: {label: name, unit: axis.unit}, of: (i) => list[i] ?? null});
  const ends = series.low && series.high ? [value(`${label}, low`, series.low), value(`${label}, high`, series.high)] : [];
  return series.mark === "band" ? ends : [value(label, series[across]), ...ends];
}

const inCategory = (chart: Chart, axis: "x" | "y", value: Number): TableCell => {
  const categories = chart[axis].categories;
  return categories ? (value === null ? null : categories[value] ?? null) : value;
};

// One row for each x (of lying bars: each category), the series beside each other.
function wide(chart: Chart): Table | null {
  const along = keyAxis(chart);
  const rows = new Map<number, Map<number, number>>();
  for (const [place, series] of chart.series.entries()) {
    if (series.names) return null;
    for (const [i, key] of series[along].entries()) {
      if (key === null) continue;
      const row = rows.get(key) ?? new Map<number, number>();
      if (row.has(place)) return null;
      rows.set(key, row.set(place, i));
    }
  }
  const keys = [...rows.keys()].sort((a, b) => a - b);
  const values = chart.series.map((_, place) => valuesOf(chart, place));
  const bars = chart.x.categories || chart.y.categories ? -1 : chart.series.findIndex((series) => series.mark === "bars");
  const ends = bars < 0 ? null : barEnds(chart.series[bars]!);
  const axis = chart[along];
  const heads: Head[] = [{label: axis.label || "name", unit: axis.categories ? "" : axis.unit}];
  if (ends) heads[0] = {label: `${axis.label}, from`, unit: axis.unit};
  if (ends) heads.push({label: `${axis.label}, to`, unit: axis.unit});
  heads.push(...values.flat().map((value) => value.head));
  return {
    heads,
    length: keys.length,
    row(index) {
      const key = keys[index]!;
      const row = rows.get(key)!;
      const at = ends ? row.get(bars) : undefined;
      return [
        inCategory(chart, along, key), ...(ends ? [at === undefined ? null : ends[at] ?? null] : []),
        ...values.flatMap((list, place) => list.map((value) => (row.has(place) ? value.of(row.get(place)!) : null))),
      ];
    },
  };
}

// One row for each point, where points have names or share an x.
function long(chart: Chart): Table {
  const starts: number[] = [];
  let length = 0;
  for (const series of chart.series) {
    starts.push(length);
    length += series.x.length;
  }
  const several = chart.series.length > 1;
  const named = chart.series.some((series) => series.names);
  const ended = chart.series.some((series) => series.low && series.high);
  const head = (axis: "x" | "y", more = ""): Head => ({
    label: (chart[axis].label || axis) + more, unit: chart[axis].categories ? "" : chart[axis].unit,
  });
  const across = keyAxis(chart) === "x" ? "y" : "x";
  return {
    heads: [
      ...(several ? [{label: "series", unit: ""}] : []), ...(named ? [{label: "name", unit: ""}] : []), head("x"), head("y"),
      ...(ended ? [head(across, ", low"), head(across, ", high")] : []),
    ],
    length,
    row(index) {
      let place = starts.length - 1;
      while (starts[place]! > index) --place;
      const series = chart.series[place]!;
      const i = index - starts[place]!;
      return [
        ...(several ? [series.label] : []), ...(named ? [series.names?.[i] ?? null] : []),
        inCategory(chart, "x", series.x[i] ?? null),
        series.mark === "band" ? null : inCategory(chart, "y", series.y[i] ?? null),
        ...(ended ? [series.low?.[i] ?? null, series.high?.[i] ?? null] : []),
      ];
    },
  };
}

// A row for each bin of each row.
export function timelineBins(timeline: Timeline): Table {
  const {begin, end, bins, rows, states, shares} = timeline;
  const edge = (bin: number) => begin + ((end - begin) * bin) / bins;
  return {
    heads: [
      {label: "rank", unit: ""}, {label: "from", unit: timeline.x.unit}, {label: "to", unit: timeline.x.unit},
      ...states.map((state) => ({label: state.label, unit: "fraction"})),
    ],
    length: rows.length * bins,
    row(index) {
      const bin = index % bins;
      const at = index * states.length;
      return [
        rows[Math.floor(index / bins)] ?? null, edge(bin), edge(bin + 1), ...states.map((_, i) => shares[at + i]! / 255),
      ];
    },
  };
}

// A row for each row of the picture, over its whole time: what a person can read.
export function timelineSums(timeline: Timeline): Table {
  const {bins, rows, states, shares} = timeline;
  const of = (row: number, state: number) => {
    let sum = 0;
    for (let bin = 0; bin < bins; ++bin) sum += shares[(row * bins + bin) * states.length + state]!;
    return sum / 255 / bins;
  };
  return {
    heads: [{label: "rank", unit: ""}, ...states.map((state) => ({label: state.label, unit: "fraction"}))],
    length: rows.length,
    row: (index) => [rows[index]!, ...states.map((_, state) => of(index, state))],
  };
}

export interface Tables {
  read: Table;   // on the page
  saved: Table;  // as a file
}

export function tablesOf(figure: Figure): Tables {
  if (figure.kind === "timeline") return {read: timelineSums(figure), saved: timelineBins(figure)};
  const table = wide(figure) ?? long(figure);
  return {read: table, saved: table};
}

export const cellText = (cell: TableCell, unit: string): string =>
  cell === null ? "" : typeof cell === "string" ? cell : inWords(cell, unit);
