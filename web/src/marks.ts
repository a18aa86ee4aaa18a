// Marks that the chart library does not have, drawn on its canvas: bars, points of several shapes, intervals, reference
// lines and names beside points.

import type uPlot from "uplot";

import {inRoom} from "./axes";
import {barEnds, shown} from "./chart_data";
import type {Chart, Series} from "./figure";
import type {Inks} from "./theme";
import {oneLine, shortened} from "./words";

export interface Brush {
  plot: uPlot;
  chart: Chart;
  inks: Inks;
  ratio: number;  // of the canvas' pixels to the page's
  colours: string[];  // by series
  seen(series: number): boolean;
}

export const SHAPES = ["circle", "square", "triangle", "diamond"] as const;

// The shape of a series of points, by its place among those.
export function shapeOf(chart: Chart, series: number): (typeof SHAPES)[number] {
  const before = chart.series.slice(0, series).filter((one) => one.mark === "points" || one.mark === "interval").length;
  return SHAPES[before % SHAPES.length]!;
}

const xAt = (brush: Brush, value: number) => brush.plot.valToPos(value, "x", true);
const yAt = (brush: Brush, value: number) => brush.plot.valToPos(value, "y", true);

export function within(brush: Brush, room: number, draw: (context: CanvasRenderingContext2D) => void): void {
  const {ctx, bbox} = brush.plot;
  const more = room * brush.ratio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left - more, bbox.top - more, bbox.width + 2 * more, bbox.height + 2 * more);
  ctx.clip();
  draw(ctx);
  ctx.restore();
}

// Which of the series of bars this is, and how many there are: they stand beside each other in a category.
function slotOf(brush: Brush, index: number): {place: number; count: number} {
  const bars = brush.chart.series.flatMap((series, i) => (series.mark === "bars" ? [i] : []));
  return {place: bars.indexOf(index), count: bars.length};
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

function boxOf(brush: Brush, index: number, i: number, ends: (number | null)[]): Box | null {
  const {chart} = brush;
  const series = chart.series[index]!;
  const [x, y] = [series.x[i], series.y[i]];
  if (!shown(x, false) || !shown(y, false)) return null;
  const {place, count} = slotOf(brush, index);
  const thick = Math.min(0.68 / count, chart.x.categories ? (64 * brush.ratio) / Math.abs(xAt(brush, 1) - xAt(brush, 0)) : 1);
  const offset = (place - (count - 1) / 2) * thick;
  const base = (log: boolean, from: number) => (log ? from : Math.max(0, from));
  if (chart.y.categories) {
    const left = xAt(brush, base(chart.x.log, brush.plot.scales.x!.min!));
    const [top, bottom] = [yAt(brush, y + offset - thick / 2), yAt(brush, y + offset + thick / 2)];
    return {x: left, y: Math.min(top, bottom), width: xAt(brush, x) - left, height: Math.abs(bottom - top)};
  }
  const bottom = yAt(brush, base(chart.y.log, brush.plot.scales.y!.min!));
  const end = ends[i] ?? x;
  const least = brush.plot.scales.x!.min!;
  const [from, to] = chart.x.categories ? [x + offset - thick / 2, x + offset + thick / 2]
    : [chart.x.log ? Math.max(x, least) : x, Math.max(end, chart.x.log ? least : end)];
  const left = xAt(brush, from);
  const top = yAt(brush, y);
  const wide = xAt(brush, to) - left;
  const gap = chart.x.categories ? 0 : Math.min(brush.ratio, wide * 0.15);
  return {x: left, y: top, width: Math.max(brush.ratio * 0.5, wide - gap), height: bottom - top};
}

export function paintBars(brush: Brush, index: number): void {
  const series = brush.chart.series[index]!;
  const ends = barEnds(series);
  within(brush, 0, (context) => {
    context.fillStyle = brush.colours[index]!;
    context.globalAlpha = series.predicted ? 0.55 : 0.9;
    for (let i = 0; i < series.x.length; ++i) {
      const box = boxOf(brush, index, i, ends);
      if (box) context.fillRect(box.x, box.y, box.width, box.height);
    }
  });
  if (series.low && series.high) paintWhiskers(brush, index, brush.inks.ink);
}

// From the low to the high end of every point, with feet.
export function paintWhiskers(brush: Brush, index: number, colour: string): void {
  const {chart, ratio} = brush;
  const series = chart.series[index]!;
  const across = chart.y.categories !== undefined;
  const {place, count} = slotOf(brush, index);
  const offset = place < 0 ? 0 : ((place - (count - 1) / 2) * 0.68) / count;
  const foot = 4 * ratio;
  within(brush, 6, (context) => {
    context.strokeStyle = colour;
    context.lineWidth = 1.5 * ratio;
    context.beginPath();
    for (let i = 0; i < series.x.length; ++i) {
      const [x, y, low, high] = [series.x[i], series.y[i], series.low?.[i], series.high?.[i]];
      if (!shown(across ? y : x, !across && chart.x.log) || low == null || high == null) continue;
      const at = across ? yAt(brush, y! + offset) : xAt(brush, x! + (chart.x.categories ? offset : 0));
      const bar = series.mark === "bars" && !chart.x.categories && !across;
      const middle = bar ? (at + xAt(brush, barEnds(series)[i] ?? x!)) / 2 : at;
      const [one, other] = across ? [xAt(brush, low), xAt(brush, high)] : [yAt(brush, low), yAt(brush, high)];
      for (const [fromX, fromY, toX, toY] of across
        ? [[one, middle, other, middle], [one, middle - foot, one, middle + foot], [other, middle - foot, other, middle + foot]]
        : [[middle, one, middle, other], [middle - foot, one, middle + foot, one], [middle - foot, other, middle + foot, other]]) {
        context.moveTo(fromX!, fromY!);
        context.lineTo(toX!, toY!);
      }
    }
    context.stroke();
  });
}

function trace(context: CanvasRenderingContext2D, shape: string, x: number, y: number, size: number): void {
  context.beginPath();
  if (shape === "circle") context.arc(x, y, size, 0, 2 * Math.PI);
  else if (shape === "square") context.rect(x - size * 0.9, y - size * 0.9, size * 1.8, size * 1.8);
  else {
    const corners = shape === "triangle" ? [[0, -1.15], [1.1, 0.85], [-1.1, 0.85]] : [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]];
    corners.forEach(([dx, dy], i) => context[i ? "lineTo" : "moveTo"](x + dx! * size, y + dy! * size));
    context.closePath();
  }
}

export function paintPoints(brush: Brush, index: number): void {
  const {chart, ratio, inks} = brush;
  const series = chart.series[index]!;
  const shape = shapeOf(chart, index);
  const size = (series.x.length > 400 ? 2.5 : 4.5) * ratio;
  within(brush, 6, (context) => {
    context.lineWidth = 1.5 * ratio;
    for (let i = 0; i < series.x.length; ++i) {
      const [x, y] = [series.x[i], series.y[i]];
      if (!shown(x, chart.x.log) || !shown(y, chart.y.log)) continue;
      trace(context, shape, xAt(brush, x), yAt(brush, y), size);
      context.fillStyle = series.predicted ? inks.ground : brush.colours[index]!;
      context.fill();
      context.strokeStyle = series.predicted ? brush.colours[index]! : inks.ground;
      context.stroke();
    }
  });
}

// Text that can be read on whatever it crosses.
function haloed(brush: Brush, context: CanvasRenderingContext2D, text: string, x: number, y: number): void {
  context.lineJoin = "round";
  context.lineWidth = 3.5 * brush.ratio;
  context.strokeStyle = brush.inks.ground;
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

const fontOf = (brush: Brush, size: number) => `${size * brush.ratio}px ${brush.inks.font}`;

// Whether a line passes where a label at the top would stand.
function crowded(brush: Brush, from: number, to: number): boolean {
  const {chart, plot: {bbox}} = brush;
  return chart.series.some((series) => (series.mark === "line" || series.mark === "step") && series.x.length <= 2000 && series.x.some((x, i) => {
    const y = series.y[i];
    if (!shown(x, chart.x.log) || !shown(y, chart.y.log)) return false;
    const at = xAt(brush, x);
    return at >= from - 30 * brush.ratio && at <= to + 30 * brush.ratio && yAt(brush, y) < bbox.top + 24 * brush.ratio;
  }));
}

// Where the labels stand, for names to keep away from.
export function paintReferences(brush: Brush): Box[] {
  const {chart, ratio, plot: {bbox}} = brush;
  const boxes: Box[] = [];
  const taken = {x: 0, y: [] as number[]};
  for (const line of chart.lines) {
    const at = line.axis === "x" ? xAt(brush, line.at) : yAt(brush, line.at);
    const [start, size] = line.axis === "x" ? [bbox.left, bbox.width] : [bbox.top, bbox.height];
    if (!Number.isFinite(at) || at < start - 1 || at > start + size + 1) continue;
    within(brush, 1, (context) => {
      context.strokeStyle = brush.inks.ink;
      context.globalAlpha = 0.75;
      context.lineWidth = ratio;
      context.setLineDash([5 * ratio, 4 * ratio]);
      context.beginPath();
      context.moveTo(line.axis === "x" ? at : bbox.left, line.axis === "x" ? bbox.top : at);
      context.lineTo(line.axis === "x" ? at : bbox.left + bbox.width, line.axis === "x" ? bbox.top + bbox.height : at);
      context.stroke();
    });
    within(brush, 8, (context) => {
      context.font = fontOf(brush, 11.5);
      context.textBaseline = "alphabetic";
      context.fillStyle = brush.inks.ink;
      const whole = shortened(oneLine(line.label), 48);
      const [before, behind] = [at - bbox.left - 8 * ratio, bbox.left + bbox.width - at - 8 * ratio];
      const left = line.axis === "x" && context.measureText(whole).width > behind && before > behind;
      const text = inRoom(context, context.font, whole, line.axis === "x" ? (left ? before : behind) : bbox.width);
      const wide = context.measureText(text).width;
      if (line.axis === "x") {
        context.textAlign = left ? "right" : "left";
        const x = at + (left ? -5 : 5) * ratio;
        const down = (12 + 15 * taken.x++) * ratio;
        const y = crowded(brush, left ? x - wide : x, left ? x : x + wide) ? bbox.top + bbox.height - down : bbox.top + down;
        haloed(brush, context, text, x, y);
        boxes.push({x: left ? x - wide : x, y: y - 12 * ratio, width: wide, height: 15 * ratio});
        return;
      }
      const below = at - bbox.top < 14 * ratio || taken.y.some((other) => Math.abs(other - at) < 14 * ratio && other <= at);
      taken.y.push(at);
      context.textAlign = "right";
      const [x, y] = [bbox.left + bbox.width - 4 * ratio, at + (below ? 13 : -5) * ratio];
      haloed(brush, context, text, x, y);
      boxes.push({x: x - wide, y: y - 12 * ratio, width: wide, height: 15 * ratio});
    });
  }
  return boxes;
}

interface Name {
  x: number;
  y: number;
  text: string;
  colour: string;
}

function namesOf(brush: Brush): Name[] {
  const first = (series: Series) => (series.tone === "good" || series.tone === "strong" ? 0 : 1);
  const order = brush.chart.series.map((series, index) => ({series, index})).sort((a, b) => first(a.series) - first(b.series));
  return order.flatMap(({series, index}) => {
    if (!series.names || !brush.seen(index)) return [];
    return series.x.flatMap((x, i) => {
      const y = series.y[i];
      if (!shown(x, brush.chart.x.log) || !shown(y, brush.chart.y.log) || !series.names![i]) return [];
      return [{x: xAt(brush, x), y: yAt(brush, y), text: shortened(oneLine(series.names![i]!), 36), colour: brush.colours[index]!}];
    });
  });
}

// Thin boxes along the steps of a frontier, which no name is to cross.
function stepsOf(brush: Brush): Box[] {
  const thin = 3 * brush.ratio;
  return brush.chart.series.flatMap((series, index) => {
    if (series.mark !== "step" || series.x.length > 200 || !brush.seen(index)) return [];
    return series.x.slice(1).flatMap((x, i) => {
      const [before, low, high] = [series.x[i], series.y[i], series.y[i + 1]];
      if (x === null || before == null || low == null || high == null) return [];
      const [left, right, one, other] = [xAt(brush, before), xAt(brush, x), yAt(brush, low), yAt(brush, high)];
      return [{x: left, y: one - thin / 2, width: right - left, height: thin},
        {x: right - thin / 2, y: Math.min(one, other), width: thin, height: Math.abs(one - other)}];
    });
  });
}

const MOST_NAMES = 24;

// As many names beside their points as fit without touching each other; the others are told at the cursor.
export function paintNames(brush: Brush, labels: Box[]): void {
  const {ratio, plot: {bbox}} = brush;
  const names = namesOf(brush);
  if (names.length > MOST_NAMES) return;
  const taken: Box[] = [...labels, ...stepsOf(brush), ...names.map(({x, y}) => ({x: x - 5 * ratio, y: y - 5 * ratio, width: 10 * ratio, height: 10 * ratio}))];
  const free = (box: Box) => box.x >= bbox.left && box.x + box.width <= bbox.left + bbox.width && box.y >= bbox.top &&
    box.y + box.height <= bbox.top + bbox.height &&
    taken.every((one) => one.x >= box.x + box.width || one.x + one.width <= box.x || one.y >= box.y + box.height || one.y + one.height <= box.y);
  within(brush, 0, (context) => {
    context.font = fontOf(brush, 11.5);
    context.textAlign = "left";
    context.textBaseline = "middle";
    for (const {x, y, text, colour} of names) {
      const width = context.measureText(text).width;
      const height = 14 * ratio;
      const away = 9 * ratio;
      const beside = 0.7 * away;
      const boxes = [
        [x + beside, y - away], [x - beside - width, y - away], [x + beside, y + away], [x - beside - width, y + away],
        [x + away, y], [x - away - width, y], [x - width / 2, y - 1.5 * away], [x - width / 2, y + 1.5 * away],
      ]
        .map(([left, middle]) => ({x: left!, y: middle! - height / 2, width, height}));
      const box = boxes.find(free);
      if (!box) continue;
      taken.push(box);
      context.fillStyle = colour;
      haloed(brush, context, text, box.x, box.y + height / 2);
    }
  });
}
