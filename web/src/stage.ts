// The furniture around a picture: its tools, the surface that takes the focus, the words at the cursor, and the line that
// a screen reader reads out.

import {button, make} from "./dom";
import {keysHint, type Picture, takeHands} from "./hands";

export interface Swatch {
  label: string;
  tint: string;   // a class of the style sheet
  shape: string;  // line, dash, band, box, or the name of a point's shape
  toggle?: (on: boolean) => void;
}

export interface Stage {
  surface: HTMLElement;  // the picture goes in here
  above: HTMLElement;    // what the upright axis says
  below: HTMLElement;    // what the lying axis says
  tip(content: Node[] | null, left?: number, top?: number): void;
  say(text: string): void;
  legend(swatches: Swatch[]): void;
  range(text: string): void;  // what is seen, where that is not all; ""
  take(picture: Picture): void;
}

const SVG = "http://www.w3.org/2000/svg";

function svg(tag: string, attributes: Record<string, string>): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

const SHAPES: Record<string, [string, Record<string, string>]> = {
  line: ["path", {d: "M1 6H19", fill: "none", "stroke-width": "2.5"}],
  dash: ["path", {d: "M1 6H19", fill: "none", "stroke-width": "2.5", "stroke-dasharray": "5 3"}],
  band: ["rect", {x: "1", y: "1", width: "18", height: "10", "fill-opacity": "0.25", stroke: "none"}],
  box: ["rect", {x: "4", y: "0.5", width: "11", height: "11", rx: "2", stroke: "none"}],
  circle: ["circle", {cx: "10", cy: "6", r: "4"}],
  square: ["rect", {x: "6", y: "2", width: "8", height: "8"}],
  triangle: ["path", {d: "M10 1.5L15 10H5Z"}],
  diamond: ["path", {d: "M10 1L15 6L10 11L5 6Z"}],
};

export function swatch(tint: string, shape: string): SVGElement {
  const picture = svg("svg", {class: `swatch ${tint}`, viewBox: "0 0 20 12", width: "20", height: "12", "aria-hidden": "true"});
  const [tag, attributes] = SHAPES[shape] ?? SHAPES.box!;
  picture.append(svg(tag, {stroke: "currentColor", fill: "currentColor", ...attributes}));
  return picture;
}

function legendOf(swatches: Swatch[]): HTMLElement {
  const list = make("ul", {class: "legend"});
  for (const {label, tint, shape, toggle} of swatches) {
    const content = [swatch(tint, shape), make("bdi", {}, label)];
    const item = make("li");
    if (toggle) {
      const made = make("button", {type: "button", "aria-pressed": "true"}, ...content);
      made.addEventListener("click", () => {
        const on = made.getAttribute("aria-pressed") !== "true";
        made.setAttribute("aria-pressed", String(on));
        toggle(on);
      });
      item.append(made);
    } else {
      item.append(make("span", {}, ...content));
    }
    list.append(item);
  }
  return list;
}

function placeTip(tip: HTMLElement, plot: HTMLElement, left: number, top: number): void {
  tip.hidden = false;
  const {offsetWidth: width, offsetHeight: height} = tip;
  const right = left + 14 + width <= plot.clientWidth;
  tip.style.left = `${Math.max(0, right ? left + 14 : left - 14 - width)}px`;
  tip.style.top = `${Math.max(-8, Math.min(top - height / 2, plot.clientHeight - height))}px`;
}

function zoomTools(title: string, picture: Picture): HTMLElement {
  const tool = (text: string, label: string, action: () => void) =>
    button(text, action, {class: "tool", "aria-label": `${label}: ${title}`, title: label});
  return make("div", {class: "zoom", role: "group", "aria-label": `Zoom of ${title}`},
    tool("−", "Zoom out", () => picture.zoom(1.5, 0.5)),
    tool("+", "Zoom in", () => picture.zoom(1 / 1.5, 0.5)),
    tool("All", "Show all", () => picture.reset()));
}

// Takes the place of what `plot` holds.
export function setStage(plot: HTMLElement, title: string, what: string): Stage {
  const tools = make("div", {class: "tools"});
  const range = make("span", {class: "range"});
  const above = make("p", {class: "axis"});
  const below = make("p", {class: "axis axis-x"});
  const live = make("p", {class: "unseen", role: "status"});
  const tip = make("div", {class: "tip", "aria-hidden": "true"});
  tip.hidden = true;
  const surface = make("div", {
    class: "surface", tabindex: "0", role: "application", "aria-roledescription": what,
    "aria-label": title,
  });
  const keys = make("p", {class: "keys", "aria-hidden": "true"});
  plot.setAttribute("role", "group");
  plot.replaceChildren(surface, keys, tip);
  plot.before(tools, above);
  plot.after(below, live);
  return {
    surface, above, below,
    tip(content, left = 0, top = 0) {
      if (!content) {
        tip.hidden = true;
        return;
      }
      tip.replaceChildren(...content);
      placeTip(tip, plot, left, top);
    },
    say: (text) => { live.textContent = text; },
    legend(swatches) { if (swatches.length > 0) tools.prepend(legendOf(swatches)); },
    range: (text) => { range.textContent = text; },
    take(picture) {
      keys.textContent = keysHint(picture.zoomable);
      surface.setAttribute("aria-label", `${title}. ${keysHint(picture.zoomable)}`);
      if (picture.zoomable) tools.append(make("div", {class: "zoom-row"}, range, zoomTools(title, picture)));
      takeHands(surface, picture);
    },
  };
}
