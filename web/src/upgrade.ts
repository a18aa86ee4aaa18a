// Draws the figures of a page: in their order, one at a time, so that the page answers meanwhile. What lies in a closed
// part of the page is drawn when that is opened, and everything before it goes to paper.

import {ChartPicture, type Drawn} from "./chart";
import {fillTable} from "./data_table";
import {make} from "./dom";
import {type Figure, readFigure} from "./figure";
import {TimelinePicture} from "./timeline";
import {watchTheme} from "./theme";

const PAPER = 678;  // pixels that a figure has on A4

interface Held {
  element: HTMLElement;
  plot: HTMLElement;
  figure: Figure;
  drawn?: Drawn;
}

const held = new Map<Element, Held>();
const waiting: Held[] = [];
let printing = false;

function apologise(element: HTMLElement, why: unknown): void {
  const reason = why instanceof Error ? why.message : String(why);
  element.querySelector(".plot")?.replaceChildren(make("p", {class: "trouble"}, `This picture could not be drawn: ${reason}.`));
  element.classList.add("undrawn");
}

function draw(one: Held, width: number): void {
  if (one.drawn || width <= 0) return;
  try {
    one.drawn = one.figure.kind === "timeline" ? new TimelinePicture(one.figure, one.plot, width) : new ChartPicture(one.figure, one.plot, width);
    one.element.classList.add("drawn");
  } catch (why) {
    apologise(one.element, why);
    held.delete(one.plot);
  }
}

function drawNext(): void {
  const one = waiting.shift();
  if (!one) return;
  draw(one, one.plot.clientWidth);
  setTimeout(drawNext);
}

const sizes = new ResizeObserver((entries) => {
  if (printing) return;
  for (const {target} of entries) {
    const one = held.get(target);
    const width = target.clientWidth;
    if (!one || width === 0) continue;
    if (one.drawn) one.drawn.resize(width);
    else if (!waiting.includes(one)) draw(one, width);
  }
});

function take(element: HTMLElement): void {
  const plot = element.querySelector<HTMLElement>(".plot");
  const source = element.querySelector('script[type="application/json"]');
  if (!plot || !source || element.dataset.taken) return;
  element.dataset.taken = "yes";
  try {
    const figure = readFigure(source.textContent ?? "");
    const one = {element, plot, figure};
    held.set(plot, one);
    waiting.push(one);
    sizes.observe(plot);
    const details = element.querySelector<HTMLDetailsElement>("details.data");
    if (details) fillTable(details, figure);
  } catch (why) {
    apologise(element, why);
  }
}

export function upgrade(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("figure[data-kind]")) take(element);
  drawNext();
}

// Figures that left the page are forgotten.
export function forget(root: Element): void {
  for (const plot of root.querySelectorAll(".plot")) {
    sizes.unobserve(plot);
    held.delete(plot);
  }
}

function paper(on: boolean): void {
  printing = on;
  for (const one of held.values()) {
    const width = on ? PAPER : one.plot.clientWidth;
    if (!one.drawn) draw(one, width);
    if (width > 0) one.drawn?.paper(width, on);
  }
}

export function watch(): void {
  watchTheme({recolour: () => held.forEach((one) => one.drawn?.recolour()), paper});
}
