// The chart library's axes, with our ticks.

import type uPlot from "uplot";

import {baseOf} from "./chart_data";
import type {Axis, Chart} from "./figure";
import type {Inks} from "./theme";
import {linearTicks, logTicks, type Tick} from "./ticks";
import {oneLine, shortened} from "./words";

const SIZE = 12;  // of letters, in pixels of the page

function ticksOf(axis: Axis, min: number, max: number, most: number, base: 2 | 10): Tick[] {
  if (axis.categories) return axis.categories.map((name, at) => ({at, text: oneLine(name)}));
  const ticks = axis.log ? logTicks(min, max, axis.unit, most, base) : linearTicks(min, max, axis.unit, most);
  return ticks.filter((tick) => tick.at >= min - (max - min) * 1e-9 && tick.at <= max + (max - min) * 1e-9);
}

// Names of categories in the room that they have.
export function inRoom(context: CanvasRenderingContext2D, font: string, text: string, room: number): string {
  context.save();
  context.font = font;
  let most = Array.from(text).length;
  let cut = text;
  while (most > 4 && context.measureText(cut).width > room) cut = shortened(text, --most);
  context.restore();
  return cut;
}

function widest(context: CanvasRenderingContext2D, font: string, texts: string[]): number {
  context.save();
  context.font = font;
  const width = Math.max(0, ...texts.map((text) => context.measureText(text).width));
  context.restore();
  return width;
}

export function axesOf(chart: Chart, inks: () => Inks, scale: number): uPlot.Axis[] {
  const base = baseOf(chart);
  const font = () => `${SIZE * scale}px ${inks().font}`;
  const lines = (axis: Axis) => ({show: !axis.categories, stroke: () => inks().grid, width: scale});
  let ticks: {x: Tick[]; y: Tick[]} = {x: [], y: []};
  const texts = (list: Tick[], splits: number[]) => splits.map((at) => list.find((tick) => tick.at === at)?.text ?? "");
  const common = {stroke: () => inks().faint, filter: (_: uPlot, splits: number[]) => splits, gap: 6 * scale, font: font()};
  return [{
    ...common, scale: "x", size: 30 * scale,
    grid: {...lines(chart.x), show: !chart.x.categories && chart.y.categories !== undefined},
    ticks: {show: !chart.x.categories, stroke: () => inks().grid, width: scale, size: 5 * scale},
    border: {show: !chart.y.categories, stroke: () => inks().faint, width: scale},
    splits: (plot, _axis, min, max) => {
      const room = plot.bbox.width > 0 ? plot.over.clientWidth || plot.width - 60 * scale : plot.width - 60 * scale;
      ticks = {...ticks, x: ticksOf(chart.x, min, max, Math.max(2, Math.floor(room / 88 / scale)), base)};
      return ticks.x.map((tick) => tick.at);
    },
    values: (plot, splits) => {
      const room = chart.x.categories ? (plot.width - 70 * scale) / chart.x.categories.length - 8 * scale : Infinity;
      return texts(ticks.x, splits).map((text) => (chart.x.categories ? inRoom(plot.ctx, font(), text, room) : text));
    },
  }, {
    ...common, scale: "y", grid: lines(chart.y), ticks: {show: false}, border: {show: false},
    splits: (plot, _axis, min, max) => {
      const height = plot.height / scale - 40;
      ticks = {...ticks, y: ticksOf(chart.y, min, max, Math.max(2, Math.floor(height / 32)), 10)};
      return ticks.y.map((tick) => tick.at);
    },
    values: (plot, splits) => {
      const room = Math.min(340 * scale, plot.width * 0.42);
      return texts(ticks.y, splits).map((text) => (chart.y.categories ? inRoom(plot.ctx, font(), text, room) : text));
    },
    size: (plot, values) => Math.ceil(widest(plot.ctx, font(), values ?? [])) + 16 * scale,
  }];
}
