// The cursor of a chart: on which point it stands, its ring on the picture, and what is said of it.

import type uPlot from "uplot";

import {isLine} from "./chart_data";
import {make, name} from "./dom";
import type {Chart} from "./figure";
import type {Step} from "./hands";
import {keyAxis, nearest, said, sentence, type Spot, spotAt, type Spots, spotsOf} from "./spots";
import type {Stage} from "./stage";
import {swatch} from "./stage";
import type {Range} from "./view";

const NEAR = 28;  // pixels from a point within which the mouse means it

export class Cursor {
  private readonly spots: Spots[];
  private readonly ring = make("div", {class: "ring"});
  private readonly rule = make("div", {class: "rule"});
  private plot: uPlot | undefined;
  private series = -1;
  private placeInSeries = -1;

  constructor(private readonly chart: Chart, private readonly stage: Stage, private readonly tints: string[],
              private readonly seen: (series: number) => boolean) {
    this.spots = spotsOf(chart);
  }

  attach(plot: uPlot): void {
    this.plot = plot;
    this.ring.hidden = this.rule.hidden = true;
    plot.over.append(this.rule, this.ring);
  }

  at(): Spot | undefined {
    const spots = this.spots[this.series];
    return spots && this.placeInSeries >= 0 ? spotAt(this.chart, spots, this.placeInSeries) : undefined;
  }

  private usable(): number[] {
    return this.spots.filter((one) => one.order.length > 0 && this.seen(one.series)).map((one) => one.series);
  }

  // The point next to the one where it stands; the first that is seen where it stood nowhere.
  move(by: number, step: Step, view: Range): Spot | undefined {
    const usable = this.usable();
    if (usable.length === 0) return undefined;
    const fresh = !usable.includes(this.series) || this.placeInSeries < 0;
    if (!usable.includes(this.series)) this.series = usable[0]!;
    const {keys} = this.spots[this.series]!;
    const last = keys.length - 1;
    if (step === "end") this.placeInSeries = by > 0 ? last : 0;
    else if (fresh) this.placeInSeries = keyAxis(this.chart) === "x" ? this.firstSeen(keys, view) : 0;
    else this.placeInSeries += by * (step === "one" ? 1 : Math.max(1, this.inView(keys, view) / 10 | 0));
    this.placeInSeries = Math.max(0, Math.min(last, this.placeInSeries));
    return this.at();
  }

  private firstSeen(keys: number[], view: Range): number {
    const place = nearest(keys, view.from);
    return keys[place]! < view.from && place < keys.length - 1 ? place + 1 : place;
  }

  private inView(keys: number[], view: Range): number {
    return keyAxis(this.chart) === "x" ? nearest(keys, view.to) - nearest(keys, view.from) : keys.length;
  }

  turn(by: number): void {
    const usable = this.usable();
    if (usable.length === 0) return;
    const key = this.at() ? this.spots[this.series]!.keys[this.placeInSeries]! : undefined;
    const place = usable.indexOf(this.series);
    this.series = usable[(place + by + usable.length) % usable.length]!;
    const {keys} = this.spots[this.series]!;
    this.placeInSeries = key === undefined ? 0 : nearest(keys, key);
    this.tell();
  }

  tell(): void {
    const spot = this.at();
    if (!spot) return;
    this.stage.say(sentence(this.chart, spot));
    this.place();
  }

  hide(): void {
    this.placeInSeries = -1;
    this.place();
  }

  // What is meant by a place under the mouse: a point near it, or all lines at its x.
  hover(left: number, top: number): void {
    if (!this.plot) return;
    const found = this.under(left, top);
    this.series = found?.series ?? -1;
    this.placeInSeries = found ? found.place : -1;
    this.place();
  }

  private under(left: number, top: number): {series: number; place: number} | undefined {
    const plot = this.plot!;
    const along = keyAxis(this.chart);
    const key = along === "x" ? plot.posToVal(left, "x") : plot.posToVal(top, "y");
    let best: {series: number; place: number} | undefined;
    let least = Infinity;
    for (const index of this.usable()) {
      const spots = this.spots[index]!;
      const line = isLine(this.chart.series[index]!) || this.chart.series[index]!.mark === "bars";
      const middle = nearest(spots.keys, key);
      const reach = line ? 1 : spots.keys.length > 2000 ? 200 : spots.keys.length;
      for (let place = Math.max(0, middle - reach); place <= Math.min(spots.keys.length - 1, middle + reach); ++place) {
        const spot = spotAt(this.chart, spots, place);
        const dx = plot.valToPos(spot.x, "x") - left;
        const dy = plot.valToPos(spot.y, "y") - top;
        const far = line ? NEAR + Math.abs(along === "x" ? dx : dy) + Math.abs(along === "x" ? dy : 0) / 1000 : Math.hypot(dx, dy);
        if (far < least && (line || far <= NEAR)) {
          least = far;
          best = {series: index, place};
        }
      }
    }
    return best;
  }

  // Puts ring, rule and words where the point is now.
  place(): void {
    const spot = this.at();
    const plot = this.plot;
    if (!plot) return;
    const left = spot ? plot.valToPos(spot.x, "x") : -1;
    const top = spot ? plot.valToPos(spot.y, "y") : -1;
    const visible = spot !== undefined && left >= -1 && left <= plot.over.clientWidth + 1;
    this.ring.hidden = !visible;
    this.rule.hidden = !visible || this.chart.y.categories !== undefined || !isLine(this.chart.series[this.series]!);
    if (!visible) return this.stage.tip(null);
    this.ring.className = `ring ${this.tints[this.series]}`;
    this.ring.style.transform = `translate(${left}px, ${top}px)`;
    this.rule.style.transform = `translateX(${left}px)`;
    const over = plot.over.getBoundingClientRect();
    const stage = this.stage.surface.getBoundingClientRect();
    this.stage.tip(this.words(spot), over.left - stage.left + left, over.top - stage.top + top);
  }

  private words(spot: Spot): Node[] {
    const own = said(this.chart, spot.series, spot.index);
    const row = (tint: string, shape: string, label: string, value: string, strong: boolean) =>
      make("div", {class: strong ? "tip-row here" : "tip-row"}, swatch(tint, shape), name(label), make("b", {}, value));
    if (!isLine(this.chart.series[spot.series]!)) {
      const {x, y} = this.chart;
      const head = (text: string) => make("div", {class: "tip-head"}, name(text));
      const fact = (label: string, value: string) => make("div", {class: "tip-row"}, make("span", {}, label), make("b", {}, value));
      if (y.categories) return [head(own.y), fact(this.chart.series[spot.series]!.label || x.label, own.x)];
      return [head(own.name), fact(x.label, own.x), fact(y.label, own.y)];
    }
    const key = this.spots[spot.series]!.keys[this.placeInSeries]!;
    const rows = this.usable().filter((index) => isLine(this.chart.series[index]!)).map((index) => {
      const spots = this.spots[index]!;
      const {mark, label, predicted} = this.chart.series[index]!;
      const words = said(this.chart, index, spots.order[nearest(spots.keys, key)]!);
      const shape = mark === "band" ? "band" : predicted ? "dash" : "line";
      return row(this.tints[index]!, shape, label || this.chart.y.label, words.y, index === spot.series);
    });
    return [make("div", {class: "tip-head"}, own.x), ...rows];
  }
}
