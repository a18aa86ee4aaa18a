// The timeline: what every accelerator (or group of them) did at each moment, with the same hands as a chart.

import {inRoom} from "./axes";
import {type Drawn, SHARP} from "./chart";
import {make, name} from "./dom";
import type {Timeline} from "./figure";
import type {Picture, Step} from "./hands";
import {type Link, link} from "./link";
import {paint, pixelOf, sharesBetween, strips} from "./raster";
import {setStage, type Stage, swatch} from "./stage";
import {areaOf, type Inks, inksOf} from "./theme";
import {linearTicks} from "./ticks";
import {panned, type Range, same, showing, zoomed} from "./view";
import {inWords, oneLine, percentInWords} from "./words";

const FOOT = 26;  // pixels below the strips, for the axis
const LETTERS = 12;

interface Place {
  left: number;
  width: number;
  height: number;  // of the strips
}

export class TimelinePicture implements Drawn, Picture {
  readonly zoomable = true;
  private readonly whole: Range;
  private view: Range;
  private readonly stage: Stage;
  private readonly link: Link;
  private readonly canvas = make("canvas");
  private readonly mark = make("div", {class: "pick"});
  private readonly select = make("div", {class: "choice"});
  private inks: Inks;
  private place: Place = {left: 0, width: 1, height: 1};
  private row = 0;
  private moment: number | null = null;  // where the cursor is
  private due = false;
  private scale = 1;

  constructor(private readonly timeline: Timeline, private readonly host: HTMLElement, width: number) {
    this.whole = {from: timeline.begin, to: timeline.end};
    this.view = {...this.whole};
    this.stage = setStage(host, timeline.title, "timeline");
    this.inks = inksOf(host);
    this.stage.above.textContent = "rank";
    this.stage.below.textContent = timeline.x.label;
    this.stage.legend(timeline.states.map((state, i) => ({label: state.label, tint: areaOf(this.inks, state.tone, i).className, shape: "box"})));
    this.stage.surface.append(this.canvas, this.mark, this.select);
    this.mark.hidden = this.select.hidden = true;
    this.link = link(host.closest("article"), timeline.x, this.whole, (view) => this.show(view ?? this.whole));
    this.stage.take(this);
    this.listen();
    this.resize(width);
  }

  private rowHeight(): number {
    return Math.max(7, Math.min(26, Math.round(380 / Math.max(1, this.timeline.rows.length))));
  }

  resize(width: number): void {
    if (width <= 0) return;
    const context = this.canvas.getContext("2d")!;
    context.font = `${LETTERS}px ${this.inks.font}`;
    const label = Math.max(10, ...this.timeline.rows.map((row) => context.measureText(row).width));
    const left = Math.ceil(Math.min(label, 110)) + 10;
    this.place = {left, width: Math.max(40, width - left - 26), height: this.rowHeight() * this.timeline.rows.length};
    const ratio = devicePixelRatio * this.scale;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round((this.place.height + FOOT) * ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${this.place.height + FOOT}px`;
    this.redraw();
  }

  redraw(): void {
    this.due = false;
    const began = performance.now();
    const context = this.canvas.getContext("2d")!;
    const ratio = this.canvas.width / parseFloat(this.canvas.style.width);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.drawStrips(context, ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.drawAxes(context);
    const {dataset} = this.host;
    dataset.from = String(this.view.from);
    dataset.to = String(this.view.to);
    dataset.drawn = (performance.now() - began).toFixed(1);
    this.placeMark();
  }

  private drawStrips(context: CanvasRenderingContext2D, ratio: number): void {
    const {timeline, place} = this;
    const width = Math.max(1, Math.round(place.width * ratio));
    const height = Math.max(1, Math.round(place.height * ratio));
    const image = context.createImageData(width, height);
    const colours = Uint32Array.from(timeline.states, (state, i) => pixelOf(areaOf(this.inks, state.tone, i).colour));
    const gap = Math.round((this.rowHeight() >= 12 ? 3 : 1) * ratio);
    paint(timeline, this.view, width, strips(height, timeline.rows.length, gap), colours, pixelOf(this.inks.ground),
      new Uint32Array(image.data.buffer));
    context.putImageData(image, Math.round(place.left * ratio), 0);
  }

  private drawAxes(context: CanvasRenderingContext2D): void {
    const {timeline: {rows, x}, place, view} = this;
    context.font = `${LETTERS}px ${this.inks.font}`;
    context.fillStyle = this.inks.faint;
    context.strokeStyle = this.inks.faint;
    context.lineWidth = 1;
    const every = Math.ceil(14 / this.rowHeight());
    context.textAlign = "right";
    context.textBaseline = "middle";
    rows.forEach((row, i) => {
      if (i % every === 0) context.fillText(inRoom(context, context.font, oneLine(row), place.left - 10), place.left - 6, (i + 0.5) * this.rowHeight() - 1);
    });
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const tick of linearTicks(view.from, view.to, x.unit, Math.max(2, Math.floor(place.width / 88)))) {
      const at = place.left + ((tick.at - view.from) / (view.to - view.from)) * place.width;
      context.beginPath();
      context.moveTo(at, place.height);
      context.lineTo(at, place.height + 5);
      context.stroke();
      context.fillText(tick.text, at, place.height + 9);
    }
  }

  private listen(): void {
    const {surface} = this.stage;
    let start: number | null = null;
    const inside = (clientX: number) => this.share(clientX) * this.place.width;
    surface.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.pointerType === "touch") return;
      start = inside(event.clientX);
      surface.setPointerCapture(event.pointerId);
    });
    surface.addEventListener("pointermove", (event) => {
      if (start === null) return this.hover(event);
      const [from, to] = [Math.min(start, inside(event.clientX)), Math.max(start, inside(event.clientX))];
      this.select.hidden = to - from < 6;
      this.select.style.left = `${this.place.left + from}px`;
      this.select.style.width = `${to - from}px`;
      this.select.style.height = `${this.place.height}px`;
    });
    surface.addEventListener("pointerup", (event) => {
      if (start === null) return;
      const [from, to] = [Math.min(start, inside(event.clientX)), Math.max(start, inside(event.clientX))];
      start = null;
      this.select.hidden = true;
      if (to - from < 6) return;
      const span = (this.view.to - this.view.from) / this.place.width;
      this.change(zoomed({from: this.view.from + from * span, to: this.view.from + to * span}, this.whole, 1, 0.5));
    });
    surface.addEventListener("pointercancel", () => { start = null; this.select.hidden = true; });
    surface.addEventListener("pointerleave", () => { if (start === null) this.hide(); });
    surface.addEventListener("blur", () => this.hide());
  }

  private hover(event: PointerEvent): void {
    const box = this.canvas.getBoundingClientRect();
    const [left, top] = [event.clientX - box.left - this.place.left, event.clientY - box.top];
    if (left < 0 || left > this.place.width || top < 0 || top >= this.place.height) return this.hide();
    this.row = Math.min(this.timeline.rows.length - 1, Math.floor(top / this.rowHeight()));
    this.moment = this.view.from + (left / this.place.width) * (this.view.to - this.view.from);
    this.placeMark();
  }

  private hide(): void {
    this.moment = null;
    this.placeMark();
  }

  // Begin and end of the bin at the cursor.
  private bin(): Range {
    const {begin, end, bins} = this.timeline;
    const wide = (end - begin) / bins;
    const place = Math.max(0, Math.min(bins - 1, Math.floor(((this.moment ?? begin) - begin) / wide)));
    return {from: begin + place * wide, to: begin + (place + 1) * wide};
  }

  private shares(): number[] {
    const sums = new Float64Array(this.timeline.states.length);
    const {from, to} = this.bin();
    sharesBetween(this.timeline, this.row, from, to, sums);
    return [...sums];
  }

  private placeMark(): void {
    const {place, view} = this;
    const shown = this.moment !== null && this.moment >= view.from && this.moment <= view.to;
    this.mark.hidden = !shown;
    if (!shown) return this.stage.tip(null);
    const {from, to} = this.bin();
    const scale = place.width / (view.to - view.from);
    const left = place.left + Math.max(0, (from - view.from) * scale);
    const right = place.left + Math.min(place.width, (to - view.from) * scale);
    const top = this.row * this.rowHeight();
    this.mark.style.transform = `translate(${left}px, ${top}px)`;
    this.mark.style.width = `${Math.max(2, right - left)}px`;
    this.mark.style.height = `${this.rowHeight()}px`;
    this.stage.tip(this.words(), (left + right) / 2, top + this.rowHeight() / 2);
  }

  private when(): string {
    const {from, to} = this.bin();
    return `${inWords(from, "s")} – ${inWords(to, "s")}`;
  }

  private words(): Node[] {
    const head = make("div", {class: "tip-head"}, "rank ", name(this.timeline.rows[this.row] ?? ""), `, ${this.when()}`);
    const rows = this.shares().map((share, i) => {
      const state = this.timeline.states[i]!;
      return make("div", {class: "tip-row"}, swatch(areaOf(this.inks, state.tone, i).className, "box"), name(state.label),
        make("b", {}, percentInWords(share)));
    });
    return [head, ...rows];
  }

  private tell(): void {
    const parts = this.shares().map((share, i) => `${this.timeline.states[i]!.label} ${percentInWords(share)}`);
    this.stage.say(`Rank ${this.timeline.rows[this.row]}, ${this.when()}: ${parts.join(", ")}`);
    this.placeMark();
  }

  private show(view: Range): void {
    if (same(view, this.view)) return;
    this.view = view;
    this.stage.range(same(view, this.whole) ? "" : this.seen());
    if (this.due) return;
    this.due = true;
    queueMicrotask(() => this.redraw());
  }

  private seen = () => `${inWords(this.view.from, "s")} – ${inWords(this.view.to, "s")}`;

  private change(view: Range): void {
    this.show(view);
    const all = same(view, this.whole);
    this.link.tell(all ? null : view);
    this.stage.say(all ? "Shows all." : `Shows ${this.seen()}.`);
  }

  zoom(factor: number, around: number): void {
    this.change(zoomed(this.view, this.whole, factor, around));
  }

  pan(share: number): void {
    this.change(panned(this.view, this.whole, share));
  }

  reset(): void {
    this.change({...this.whole});
  }

  // One bin, or where a bin is narrower than a pixel, as many as one pixel shows.
  move(by: number, step: Step): void {
    const {begin, end, bins} = this.timeline;
    const wide = (end - begin) / bins;
    const one = Math.max(wide, Math.ceil((this.view.to - this.view.from) / this.place.width / wide) * wide);
    const far = step === "page" ? (this.view.to - this.view.from) / 10 : one;
    if (step === "end") this.moment = by > 0 ? end : begin;
    else if (this.moment === null) this.moment = this.view.from;
    else this.moment = Math.max(begin, Math.min(end, this.moment + by * far));
    this.show(showing(this.view, this.whole, this.moment));
    this.tell();
  }

  turn(by: number): void {
    this.row = Math.max(0, Math.min(this.timeline.rows.length - 1, this.row + by));
    this.moment ??= this.view.from;
    this.tell();
  }

  leave(): void {
    this.hide();
    this.stage.surface.blur();
  }

  cursor(): number {
    if (this.moment === null) return 0.5;
    const share = (this.moment - this.view.from) / (this.view.to - this.view.from);
    return share >= 0 && share <= 1 ? share : 0.5;
  }

  share(clientX: number): number {
    const box = this.canvas.getBoundingClientRect();
    return Math.max(0, Math.min(1, (clientX - box.left - this.place.left) / this.place.width));
  }

  recolour(): void {
    this.inks = inksOf(this.host);
    this.redraw();
  }

  paper(width: number, on: boolean): void {
    this.scale = on ? SHARP : 1;
    this.inks = inksOf(this.host);
    this.resize(width);
  }
}
