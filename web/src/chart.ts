// A chart: its lines by the library, its other marks by marks.ts, its cursor and view by itself.

import uPlot from "uplot";

import {axesOf} from "./axes";
import {linesOf, scalesOf} from "./chart_data";
import {Cursor} from "./cursor";
import type {Chart, Series} from "./figure";
import type {Picture, Step} from "./hands";
import {type Link, link} from "./link";
import {type Brush, paintBars, paintNames, paintPoints, paintReferences, paintWhiskers, shapeOf} from "./marks";
import {setStage, type Stage} from "./stage";
import {inkOf, type Inks, inksOf} from "./theme";
import {panned, type Range, same, showing, zoomed} from "./view";
import {axisText, inWords} from "./words";

export interface Drawn {
  redraw(): void;
  recolour(): void;
  resize(width: number): void;
  paper(width: number, on: boolean): void;  // for a printer, that wide on the page
}

export const SHARP = 3;  // pixels of a picture on paper for one of the page


const isPoints = (series: Series) => series.mark === "points" || series.mark === "interval";

function heightOf(chart: Chart, width: number, paper = false): number {
  if (!chart.y.categories) return paper ? 205 : width < 480 ? 220 : 280;
  const bars = Math.max(1, chart.series.filter((series) => series.mark === "bars").length);
  return 34 + chart.y.categories.length * (bars > 1 ? 14 * bars + 10 : 26);
}

// The line whose colour a band has: the one that it names, or the only one there is.
function ownerOf(chart: Chart, series: Series): number {
  if (series.mark !== "band" || series.tone) return -1;
  if (series.of) return chart.series.findIndex((other) => other.label === series.of);
  const lines = chart.series.flatMap((other, i) => (other.mark === "line" || other.mark === "step" ? [i] : []));
  return lines.length === 1 ? lines[0]! : -1;
}

export class ChartPicture implements Drawn, Picture {
  readonly zoomable: boolean;
  private readonly whole: {x: Range; y: Range};
  private view: {x: Range; y: Range};
  private readonly stage: Stage;
  private readonly link: Link;
  private readonly hidden = new Set<number>();
  private readonly cursorState: Cursor;
  private inks: Inks;
  private colours: string[] = [];
  private tints: string[] = [];
  private plot!: uPlot;
  private began = 0;
  private scale = 1;

  constructor(private readonly chart: Chart, private readonly host: HTMLElement, width: number) {
    this.whole = scalesOf(chart);
    this.view = {...this.whole};
    this.zoomable = !chart.x.categories && !chart.y.categories;
    this.stage = setStage(host, chart.title, "chart");
    this.stage.above.textContent = chart.y.categories ? "" : axisText(chart.y.label, chart.y.unit);
    this.stage.below.textContent = axisText(chart.x.label, chart.x.unit);
    this.inks = inksOf(host);
    this.ink();
    this.stage.legend(this.swatches());
    this.cursorState = new Cursor(chart, this.stage, this.tints, (series) => !this.hidden.has(series));
    this.link = link(host.closest("article"), chart.x, this.whole.x, (view) => this.show({...this.view, x: view ?? this.whole.x}));
    this.build(width);
    this.stage.take(this);
    this.listen();
  }

  private ink(): void {
    this.inks = inksOf(this.host);
    let place = 0;
    const owners = this.chart.series.map((series) => ownerOf(this.chart, series));
    const found = this.chart.series.map((series, i) => inkOf(this.inks, series.tone, series.tone || owners[i]! >= 0 ? 0 : place++));
    owners.forEach((owner, i) => { if (owner >= 0) found[i] = found[owner]!; });
    this.colours = found.map((one) => one.colour);
    this.tints = found.map((one) => one.className);
  }

  private swatches() {
    const {series} = this.chart;
    if (series.length < 2) return [];
    return series.map((one, i) => ({
      label: one.label, tint: this.tints[i]!,
      shape: one.mark === "band" ? "band" : one.mark === "bars" ? "box" : isPoints(one) ? shapeOf(this.chart, i) : one.predicted ? "dash" : "line",
      toggle: (on: boolean) => {
        if (on) this.hidden.delete(i);
        else this.hidden.add(i);
        this.rebuild();
      },
    }));
  }

  private build(width: number): void {
    const {chart, scale} = this;
    const lines = linesOf(chart);
    const columns = lines.columns.filter((column) => !this.hidden.has(column.series));
    const bands: uPlot.Band[] = [];
    columns.forEach((column, i) => {
      if (column.part === "high") bands.push({series: [i + 1, i], fill: withAlpha(this.colours[column.series]!, 0.2)});
    });
    const xs = lines.xs.length > 0 ? lines.xs : [this.whole.x.from, this.whole.x.to];
    const empty = columns.length === 0;
    const values = empty ? [xs.map(() => null)] : columns.map((column) => column.values);
    const picture = this;
    this.plot = new uPlot({
      width: width * scale, height: heightOf(chart, width, scale > 1) * scale, ms: 1, legend: {show: false},
      padding: [10 * scale, 26 * scale, 0, 0], bands,
      pxAlign: 0,
      scales: {
        x: {time: false, distr: chart.x.log ? 3 : 1, range: () => [this.view.x.from, this.view.x.to]},
        y: {distr: chart.y.log ? 3 : 1, dir: chart.y.categories ? -1 : 1, range: () => [this.view.y.from, this.view.y.to]},
      },
      axes: axesOf(chart, () => this.inks, scale),
      series: [{}, ...(empty ? [{show: false}] : columns.map((column) => this.line(column.series)))],
      cursor: {
        x: false, y: false, points: {show: false}, focus: {prox: -1},
        drag: {x: this.zoomable, y: this.zoomable && chart.series.some(isPoints), uni: 24, dist: 6, setScale: false},
        bind: {dblclick: () => null},
      },
      hooks: {
        drawClear: [() => { this.began = performance.now(); }],
        drawAxes: [() => this.paint(chart.series, (series) => series.mark === "bars", (i) => paintBars(this.brush(), i))],
        draw: [() => this.overlay()],
        setSelect: [(plot) => picture.selected(plot)],
      },
    }, [xs, ...values] as uPlot.AlignedData, this.stage.surface);
    this.cursorState.attach(this.plot);
  }

  private rebuild(): void {
    const width = this.plot.width / this.scale;
    this.plot.destroy();
    this.build(width);
  }

  private line(index: number): uPlot.Series {
    const {scale} = this;
    const series = this.chart.series[index]!;
    if (series.mark === "band") return {width: 0, points: {show: false}};
    const few = series.x.length <= 40 && !series.predicted && series.mark === "line";
    return {
      stroke: () => this.colours[index]!, width: 2 * scale, ...(series.predicted ? {dash: [7 * scale, 4 * scale]} : {}),
      points: few ? {show: true, size: (series.x.length < 2 ? 9 : 7) * scale, fill: () => this.colours[index]!, stroke: () => this.inks.ground, width: scale} : {show: false},
      ...(series.mark === "step" ? {paths: uPlot.paths.stepped!({align: 1})} : {}),
    };
  }

  private brush = (): Brush => ({
    plot: this.plot, chart: this.chart, inks: this.inks, ratio: uPlot.pxRatio * this.scale, colours: this.colours,
    seen: (series) => !this.hidden.has(series),
  });

  private paint(list: Series[], which: (series: Series) => boolean, draw: (index: number) => void): void {
    list.forEach((series, i) => { if (which(series) && !this.hidden.has(i)) draw(i); });
  }

  private overlay(): void {
    const {series} = this.chart;
    const labels = paintReferences(this.brush());
    this.paint(series, (one) => isPoints(one) && one.low !== undefined, (i) => paintWhiskers(this.brush(), i, this.colours[i]!));
    this.paint(series, isPoints, (i) => paintPoints(this.brush(), i));
    paintNames(this.brush(), labels);
    const {dataset} = this.host;
    dataset.from = String(this.view.x.from);
    dataset.to = String(this.view.x.to);
    dataset.drawn = (performance.now() - this.began).toFixed(1);
    this.cursorState.place();
    if (this.scale > 1) this.shrink();
  }

  // Many pixels on little paper.
  private shrink(): void {
    const {style} = this.plot.root.querySelector<HTMLElement>(".u-wrap")!;
    style.width = `${this.plot.width / this.scale}px`;
    style.height = `${this.plot.height / this.scale}px`;
  }

  private selected(plot: uPlot): void {
    const {left, top, width, height} = plot.select;
    if (width < 4 && height < 4) return;
    plot.setSelect({left: 0, top: 0, width: 0, height: 0}, false);
    const all = plot.over.getBoundingClientRect();
    const x = {from: plot.posToVal(left, "x"), to: plot.posToVal(left + width, "x")};
    const y = {from: plot.posToVal(top + height, "y"), to: plot.posToVal(top, "y")};
    this.change({
      x: width < all.width - 1 ? zoomed(x, this.whole.x, 1, 0.5, this.chart.x.log) : this.view.x,
      y: height < all.height - 1 ? zoomed(y, this.whole.y, 1, 0.5, this.chart.y.log) : this.view.y,
    });
  }

  private listen(): void {
    const {surface} = this.stage;
    surface.addEventListener("mousemove", (event) => {
      const box = this.plot.over.getBoundingClientRect();
      this.cursorState.hover(event.clientX - box.left, event.clientY - box.top);
    });
    surface.addEventListener("mouseleave", () => this.cursorState.hide());
    surface.addEventListener("blur", () => this.cursorState.hide());
  }

  private show(view: {x: Range; y: Range}): void {
    if (same(view.x, this.view.x) && same(view.y, this.view.y)) return;
    this.view = view;
    const all = same(view.x, this.whole.x) && same(view.y, this.whole.y);
    this.stage.range(all ? "" : this.seen());
    this.plot.batch(() => {
      this.plot.setScale("x", {min: view.x.from, max: view.x.to});
      this.plot.setScale("y", {min: view.y.from, max: view.y.to});
    });
  }

  private seen = () => `${inWords(this.view.x.from, this.chart.x.unit)} – ${inWords(this.view.x.to, this.chart.x.unit)}`;

  private change(view: {x: Range; y: Range}): void {
    if (!this.zoomable) return;
    this.show(view);
    const all = same(view.x, this.whole.x);
    this.link.tell(all ? null : view.x);
    this.stage.say(all ? "Shows all." : `Shows ${this.seen()}.`);
  }

  zoom(factor: number, around: number): void {
    this.change({...this.view, x: zoomed(this.view.x, this.whole.x, factor, around, this.chart.x.log)});
  }

  pan(share: number): void {
    this.change({...this.view, x: panned(this.view.x, this.whole.x, share, this.chart.x.log)});
  }

  reset(): void {
    this.change({...this.whole});
  }

  move(by: number, step: Step): void {
    const spot = this.cursorState.move(by, step, this.view.x);
    if (spot && this.zoomable) this.show({...this.view, x: showing(this.view.x, this.whole.x, spot.x, this.chart.x.log)});
    this.cursorState.tell();
  }

  turn(by: number): void {
    if (this.chart.y.categories) this.move(by, "one");
    else this.cursorState.turn(by);
  }

  leave(): void {
    this.cursorState.hide();
    this.stage.surface.blur();
  }

  cursor(): number {
    const x = this.cursorState.at()?.x;
    if (x === undefined) return 0.5;
    const share = this.plot.valToPos(x, "x") / this.plot.over.clientWidth;
    return share >= 0 && share <= 1 ? share : 0.5;
  }

  share(clientX: number): number {
    const box = this.plot.over.getBoundingClientRect();
    return Math.max(0, Math.min(1, (clientX - box.left) / box.width));
  }

  redraw(): void {
    this.plot.redraw(false, true);
  }

  recolour(): void {
    this.ink();
    this.rebuild();
  }

  paper(width: number, on: boolean): void {
    this.scale = on ? SHARP : 1;
    this.ink();
    this.plot.destroy();
    this.build(width);
  }

  resize(width: number): void {
    if (width > 0 && width !== this.plot.width) this.plot.setSize({width, height: heightOf(this.chart, width)});
  }
}

function withAlpha(colour: string, alpha: number): string {
  const digits = Math.round(alpha * 255).toString(16).padStart(2, "0");
  return /^#[0-9a-f]{6}$/i.test(colour) ? colour + digits : colour;
}
