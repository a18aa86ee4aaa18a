// What is asked and what is answered: the form, the request that follows it, and the answer as it comes to be known.

import {button, make} from "../dom";
import {inWords} from "../words";
import {aborted, eachEvent, getJson, getText, postJson, Refused} from "./events";
import {choice, type Field, slider, textArea} from "./fields";
import {
  acceleratorSteps, capacityBytes, capacitySteps, capacityText, type Inputs, linkOf, nearestStep, NOTHING, requestOf,
} from "./inputs";
import {keepButtons, type Kept} from "./keep";
import {show} from "./shown";

interface Preset {
  name: string;
  summary: string;
  accelerators: number;
  accelerator_type: string;
  dataset_bytes: number;
  au_target?: number;
}

interface Offers {
  presets: Preset[];
  accelerator_types: string[];
}

interface Answered extends Kept {
  html: string;
  met?: boolean;
}

const PAUSE = 120;  // ms after the last change before it is asked for
const MOST_ACCELERATORS = 65536;
const SHARES = Array.from({length: 50}, (_, i) => (50 + i) / 100);
const WHERE = [{value: "", label: "anywhere"}, {value: "on-premises", label: "on premises"}, {value: "cloud", label: "in the cloud"}];

const element = (id: string) => document.getElementById(id)!;

export interface Speaker {
  trouble(text: string): void;
}

export class SizeView {
  private readonly fields: Record<Exclude<keyof Inputs, "yaml">, Field>;
  private readonly yaml = textArea("Workload file (YAML)", () => this.changed());
  private readonly edit: HTMLButtonElement;
  private presets: Preset[] = [];
  private editing = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: AbortController | undefined;
  private readonly page = crypto.randomUUID();
  private asked = "";

  constructor(private readonly form: HTMLElement, private readonly speaker: Speaker) {
    const changed = () => this.changed();
    const accelerators = acceleratorSteps(MOST_ACCELERATORS);
    const capacities = capacitySteps();
    const count = (text: string) => (/^[\d_]+$/.test(text.trim()) ? Number(text.trim().replaceAll("_", "")) : undefined);
    const share = (text: string) => {
      const found = /^\s*([\d.]+)\s*(%?)\s*$/.exec(text);
      return found ? Number(found[1]) / (found[2] ? 100 : 1) : undefined;
    };
    this.fields = {
      storage: choice("Question", [{value: "", label: "what storage to buy"}], () => { this.showTask(); this.changed(); }),
      workload: choice("Workload", [], () => this.chosen()),
      accelerators: slider("Accelerators", {
        steps: accelerators, textOf: String, numberOf: count, spoken: (value) => inWords(value, "count"), place: (value) => nearestStep(accelerators, value),
      }, changed),
      type: choice("Accelerator type", [{value: "", label: "as the workload says"}], changed),
      capacity: slider("Data to hold", {
        steps: capacities, textOf: capacityText, numberOf: capacityBytes, spoken: capacityText, place: (value) => nearestStep(capacities, value),
      }, changed),
      target: slider("Target AU", {
        steps: SHARES, textOf: (value) => `${Math.round(value * 100)}%`, numberOf: share, spoken: (value) => `${Math.round(value * 100)} %`,
        place: (value) => nearestStep(SHARES, value),
      }, changed),
      where: choice("Where", WHERE, changed),
    };
    this.edit = button("Edit as YAML", () => void this.toggleYaml(), {class: "tool", "aria-expanded": "false"});
    const reset = button("Start over", () => { this.take({...NOTHING, workload: this.fields.workload.value()}); this.changed(); }, {class: "tool"});
    const {storage, workload, accelerators: number, type, capacity, target, where} = this.fields;
    this.form.append(storage.element, workload.element, make("div", {class: "field"}, this.edit), this.yaml.element, number.element, type.element,
      capacity.element, target.element, where.element, make("div", {class: "field"}, reset));
    this.form.addEventListener("submit", (event) => event.preventDefault());
  }

  async open(inputs: Inputs): Promise<void> {
    try {
      const [offers, records] = await Promise.all([
        getJson<Offers>("/api/presets"), getJson<{storages?: {name: string}[]}>("/api/records").catch(() => ({storages: []})),
      ]);
      this.presets = offers.presets;
      this.offer(offers, records.storages ?? []);
    } catch (why) {
      this.speaker.trouble(why instanceof Error ? why.message : String(why));
      return;
    }
    this.take(inputs);
    this.remember();
    this.ask();
  }

  private offer(offers: Offers, storages: {name: string}[]): void {
    const {storage, workload, type} = this.fields as Record<string, ReturnType<typeof choice>>;
    storage!.offer([{value: "", label: "what storage to buy"}, ...storages.map(({name}) => ({value: name, label: `what ${name} gives`}))]);
    workload!.offer(offers.presets.map(({name}) => ({value: name, label: name})));
    type!.offer([{value: "", label: "as the workload says"}, ...offers.accelerator_types.map((name) => ({value: name, label: name}))]);
  }

  // The fields as a link has them.
  take(inputs: Inputs): void {
    for (const [name, field] of Object.entries(this.fields)) field.set(inputs[name as keyof Inputs]);
    if (!inputs.workload && this.presets[0]) this.fields.workload.set(this.presets[0].name);
    this.yaml.set(inputs.yaml);
    this.setEditing(inputs.yaml !== "");
    this.hints();
    this.showTask();
  }

  inputs(): Inputs {
    const values = Object.fromEntries(Object.entries(this.fields).map(([name, field]) => [name, field.value()]));
    return {...NOTHING, ...values, yaml: this.editing ? this.yaml.value() : ""};
  }

  private hints(): void {
    const preset = this.editing ? undefined : this.presets.find(({name}) => name === this.fields.workload.value());
    const {accelerators, capacity, target} = this.fields as Record<string, ReturnType<typeof slider>>;
    accelerators!.hint(preset?.accelerators);
    capacity!.hint(preset?.dataset_bytes);
    target!.hint(preset?.au_target);
  }

  private showTask(): void {
    const sizes = this.fields.storage.value() === "";
    for (const name of ["type", "capacity", "where"] as const) this.fields[name].element.hidden = !sizes;
  }

  private chosen(): void {
    this.setEditing(false);
    this.hints();
    this.changed();
  }

  private setEditing(on: boolean): void {
    this.editing = on;
    this.yaml.visible(on);
    this.edit.textContent = on ? "Back to the preset" : "Edit as YAML";
    this.edit.setAttribute("aria-expanded", String(on));
  }

  private async toggleYaml(): Promise<void> {
    if (this.editing) {
      this.chosen();
      return;
    }
    try {
      this.yaml.set(await getText(`/api/presets/${encodeURIComponent(this.fields.workload.value())}`));
      this.setEditing(true);
      this.hints();
      this.changed();
      this.yaml.element.querySelector("textarea")!.focus();
    } catch (why) {
      this.speaker.trouble(why instanceof Error ? why.message : String(why));
    }
  }

  // The way back to this part of the page has what was asked.
  private remember(): string {
    const link = linkOf(this.inputs());
    document.querySelector("nav [data-view=size]")!.setAttribute("href", link);
    return link;
  }

  private changed(): void {
    history.replaceState(null, "", this.remember());
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  private ask(): void {
    const inputs = this.inputs();
    const {path, body} = requestOf(inputs, this.page);
    const text = path + JSON.stringify(body);
    if (text === this.asked || !(inputs.workload || inputs.yaml)) return;
    this.asked = text;
    this.running?.abort();
    this.running = new AbortController();
    void this.answer(path, body, this.running.signal);
  }

  private async answer(path: string, body: unknown, signal: AbortSignal): Promise<void> {
    const began = performance.now();
    const result = element("view-size");
    this.speaker.trouble("");
    this.state("Asked ...");
    result.classList.add("stale");
    let answered = false;
    try {
      await eachEvent(await postJson(path, body, signal), ({name, data}) => {
        if (signal.aborted) return;
        if (name === "progress") this.progress(JSON.parse(data) as {phase: string; fraction?: number});
        else if (name === "failed") throw new Refused((JSON.parse(data) as {message: string}).message);
        else if (name === "early" || name === "answer") {
          answered ||= name === "answer";
          result.classList.remove("stale");
          this.shown(JSON.parse(data) as Answered, name === "answer", performance.now() - began);
        }
      });
      if (!answered && !signal.aborted) throw new Refused("The answer ended before it was whole; please ask again.");
    } catch (why) {
      if (aborted(why) || signal.aborted) return;
      this.asked = "";
      this.state("");
      this.progress(undefined);
      this.speaker.trouble(why instanceof Error ? why.message : String(why));
    }
  }

  private shown(answer: Answered, whole: boolean, milliseconds: number): void {
    show(element("answer"), answer.html);
    const keep = element("keep");
    keep.hidden = !whole;
    if (whole) {
      keep.replaceChildren(...keepButtons(answer, {say: (text) => this.state(text), trouble: this.speaker.trouble}));
      this.progress(undefined);
    }
    const time = inWords(milliseconds / 1000, "s");
    this.state(whole ? `Answered in ${time}${answer.met === false ? ": not met" : ""}.` : `By formulas after ${time}; it is being simulated ...`);
  }

  private state(text: string): void {
    element("state").textContent = text;
  }

  private progress(said: {phase: string; fraction?: number} | undefined): void {
    const bar = element("progress") as HTMLProgressElement;
    bar.hidden = said?.fraction === undefined;
    if (said?.fraction !== undefined) bar.value = said.fraction;
    if (said) this.state(`${said.phase} ...`);
  }
}
