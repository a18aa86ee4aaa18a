// The form: fields and sliders that say the same thing, of which an empty one means "as the workload says".

import {make} from "../dom";

export interface Field {
  element: HTMLElement;
  value(): string;
  set(text: string): void;
}

let made = 0;

function labelled(label: string, control: HTMLElement, ...more: Node[]): HTMLElement {
  control.id ||= `field-${++made}`;
  return make("div", {class: "field"}, make("label", {for: control.id}, label), control, ...more);
}

export interface Choice {
  value: string;
  label: string;
}

export function choice(label: string, choices: Choice[], changed: () => void): Field & {offer(choices: Choice[]): void} {
  const select = make("select");
  const offer = (list: Choice[]) => {
    const kept = select.value;
    select.replaceChildren(...list.map((one) => make("option", {value: one.value}, one.label)));
    if (list.some((one) => one.value === kept)) select.value = kept;
  };
  offer(choices);
  select.addEventListener("change", changed);
  return {
    element: labelled(label, select), offer,
    value: () => select.value,
    set: (text) => {
      // What a link names and nobody offers is sent as it is: the server says what it expected.
      if (![...select.options].some((option) => option.value === text)) select.append(make("option", {value: text}, text));
      select.value = text;
    },
  };
}

export interface SliderRange {
  steps: number[];
  textOf(value: number): string;           // as it is typed
  numberOf(text: string): number | undefined;
  spoken(value: number): string;
  place(value: number): number;
}

// A slider over steps, and a field beside it for everything between.
export function slider(label: string, range: SliderRange, changed: () => void): Field & {hint(value: number | undefined): void} {
  const field = make("input", {type: "text", inputmode: "text", autocomplete: "off", spellcheck: "false", placeholder: "as the workload says"});
  const bar = make("input", {type: "range", min: "0", max: String(range.steps.length - 1), step: "1", "aria-label": `${label}, slider`});
  const speak = () => bar.setAttribute("aria-valuetext", field.value ? range.spoken(range.steps[Number(bar.value)]!) : "as the workload says");
  const follow = (value: number | undefined) => {
    if (value !== undefined && value > 0) bar.value = String(range.place(value));
    speak();
  };
  bar.addEventListener("input", () => {
    field.value = range.textOf(range.steps[Number(bar.value)]!);
    speak();
    changed();
  });
  field.addEventListener("input", () => {
    follow(range.numberOf(field.value));
    changed();
  });
  return {
    element: labelled(label, field, bar),
    value: () => field.value.trim(),
    set: (text) => {
      field.value = text;
      follow(range.numberOf(text));
    },
    // Where the slider stands as long as nothing is typed.
    hint: (value) => {
      field.placeholder = value === undefined ? "as the workload says" : `${range.textOf(value)} (the workload's)`;
      if (!field.value) follow(value);
    },
  };
}

export interface TextArea extends Field {
  visible(on: boolean): void;
}

export function textArea(label: string, changed: () => void): TextArea {
  const area = make("textarea", {rows: "16", spellcheck: "false", autocomplete: "off", wrap: "off"});
  area.addEventListener("input", changed);
  const element = labelled(label, area);
  element.hidden = true;
  return {element, value: () => area.value, set: (text) => { area.value = text; }, visible: (on) => { element.hidden = !on; }};
}
