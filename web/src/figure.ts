// A figure as the page holds it: the JSON beside each picture, read and checked before anything is drawn.
//
// Numbers are SI; null is unknown. Names and labels come from outside (files, hosts, people), so that they only ever
// become text nodes or strokes on a canvas, never markup.

export type Number = number | null;
export type Mark = "line" | "step" | "band" | "points" | "interval" | "bars";
const MARKS: readonly string[] = ["line", "step", "band", "points", "interval", "bars"];

export interface Axis {
  label: string;
  unit: string;
  log: boolean;
  from?: number;  // fixed ends of the scale
  to?: number;
  categories?: string[];  // values are places in this list
}

export interface Series {
  label: string;
  mark: Mark;
  x: Number[];
  y: Number[];      // of a band its low end
  low?: Number[];
  high?: Number[];
  width?: Number[];  // of bars, from x on
  names?: string[];
  of?: string;       // a band's line
  tone?: string;
  predicted: boolean;
}

export interface Reference {
  axis: "x" | "y";
  at: number;
  label: string;
}

export interface Chart {
  kind: "chart";
  title: string;
  name: string;
  x: Axis;
  y: Axis;
  series: Series[];
  lines: Reference[];
}

export interface State {
  label: string;
  tone: string;
}

export interface Timeline {
  kind: "timeline";
  title: string;
  name: string;
  x: Axis;
  begin: number;
  end: number;
  rows: string[];
  states: State[];
  bins: number;
  shares: Uint8Array;  // rows x bins x states
}

export type Figure = Chart | Timeline;

type Json = Record<string, unknown>;

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const finite = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

function object(value: unknown, what: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`expected ${what}`);
  return value as Json;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function numbers(value: unknown, length: number, what: string): Number[] {
  const found = list(value);
  if (found.length !== length) throw new Error(`expected ${length} values of ${what}, found ${found.length}`);
  return found.map((one) => (finite(one) ? one : null));
}

function axis(value: unknown, what: string): Axis {
  const from = object(value, `an axis ${what}`);
  const categories = Array.isArray(from.categories) ? from.categories.map(text) : undefined;
  return {
    label: text(from.label),
    unit: text(from.unit),
    log: from.log === true && !categories,
    ...(finite(from.from) ? {from: from.from} : {}),
    ...(finite(from.to) ? {to: from.to} : {}),
    ...(categories ? {categories} : {}),
  };
}

function series(value: unknown): Series {
  const from = object(value, "a series");
  const label = text(from.label);
  const mark = text(from.mark);
  if (!MARKS.includes(mark)) throw new Error(`expected one of ${MARKS.join(", ")} as the mark of '${label}'`);
  const length = list(from.x).length;
  const optional = (key: string) => (from[key] === undefined ? undefined : numbers(from[key], length, `${key} of '${label}'`));
  const low = optional("low");
  const high = optional("high");
  if (mark === "band" && !(low && high)) throw new Error(`expected both ends of the band '${label}'`);
  const width = optional("width");
  const y = mark === "band" ? low! : numbers(from.y, length, `y of '${label}'`);
  return {
    label,
    mark: mark as Mark,
    x: numbers(from.x, length, `x of '${label}'`),
    y,
    ...(low ? {low} : {}),
    ...(high ? {high} : {}),
    ...(width ? {width} : {}),
    ...(Array.isArray(from.names) ? {names: from.names.map(text)} : {}),
    ...(text(from.of) ? {of: text(from.of)} : {}),
    ...(text(from.tone) ? {tone: text(from.tone)} : {}),
    predicted: text(from.class) === "predicted" || /^predicted\b/.test(label),
  };
}

function reference(value: unknown): Reference[] {
  const from = object(value, "a reference line");
  if (!finite(from.at)) return [];
  return [{axis: from.axis === "x" ? "x" : "y", at: from.at, label: text(from.label)}];
}

function bytesOf(base64: string): Uint8Array {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; ++i) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

function timeline(from: Json): Timeline {
  const rows = list(from.rows).map(text);
  const states = list(from.states).map((one) => {
    const state = object(one, "a state");
    return {label: text(state.label), tone: text(state.tone)};
  });
  const bins = finite(from.bins) ? from.bins : 0;
  const shares = bytesOf(text(from.shares));
  if (shares.length !== rows.length * bins * states.length) {
    throw new Error(`expected ${rows.length} x ${bins} x ${states.length} shares, found ${shares.length}`);
  }
  if (!finite(from.begin) || !finite(from.end) || from.end <= from.begin) throw new Error("expected an end after the begin");
  return {
    kind: "timeline", title: text(from.title), name: text(from.name), x: axis(from.x, "x"),
    begin: from.begin, end: from.end, rows, states, bins, shares,
  };
}

// Throws an Error with half a sentence where the text is not what the page promises.
export function readFigure(source: string): Figure {
  const from = object(JSON.parse(source), "a figure");
  if (from.kind === "timeline") return timeline(from);
  if (from.kind !== "chart") throw new Error("expected a chart or a timeline");
  return {
    kind: "chart", title: text(from.title), name: text(from.name), x: axis(from.x, "x"), y: axis(from.y, "y"),
    series: list(from.series).map(series), lines: list(from.lines).flatMap(reference),
  };
}
