// What is asked, as the page's fields, as a link and as a request. Pure.

export interface Inputs {
  storage: string;       // a storage file to predict on; "" sizes
  workload: string;      // a preset
  yaml: string;          // instead of it a workload file's text
  accelerators: string;  // this and the following as a person types them; "" is as the workload says
  type: string;
  capacity: string;
  target: string;
  where: string;
}

export const NOTHING: Inputs = {storage: "", workload: "", yaml: "", accelerators: "", type: "", capacity: "", target: "", where: ""};

const NAMES: Record<keyof Inputs, string> = {
  storage: "storage", workload: "workload", yaml: "yaml", accelerators: "accelerators", type: "accelerator-type", capacity: "capacity",
  target: "target", where: "where",
};
const KEYS = Object.keys(NAMES) as (keyof Inputs)[];

export const VIEWS = ["size", "records", "live"] as const;
export type View = (typeof VIEWS)[number];

export interface Place {
  view: View;
  inputs: Inputs;
  open: string;        // a Record
  compare: string[];
  sentence: string;    // what of the link was not understood
}

const quoted = (names: string[]) => names.map((name) => `'${name.slice(0, 60)}'`).join(", ");

// Of a link what is known; the rest is named in one sentence.
export function readLink(hash: string): Place {
  const [word = "", query = ""] = split(hash.replace(/^#/, ""));
  const place: Place = {view: "size", inputs: {...NOTHING}, open: "", compare: [], sentence: ""};
  const unknown: string[] = [];
  if ((VIEWS as readonly string[]).includes(word)) place.view = word as View;
  else if (word) unknown.push(word);
  for (const [name, value] of new URLSearchParams(query)) {
    const key = KEYS.find((one) => NAMES[one] === name);
    if (place.view === "size" && key) place.inputs[key] = value;
    else if (place.view === "records" && name === "open") place.open = value;
    else if (place.view === "records" && name === "compare") place.compare.push(value);
    else unknown.push(name);
  }
  if (unknown.length > 0) {
    const known = place.view === "size" ? Object.values(NAMES) : place.view === "records" ? ["open", "compare"] : [];
    place.sentence = `The link names ${quoted(unknown)}, which this page does not know and leaves out` +
      (known.length > 0 ? `; it knows ${known.join(", ")}.` : ".");
  }
  return place;
}

function split(text: string): [string, string] {
  const at = text.indexOf("?");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

export function linkOf(inputs: Inputs): string {
  const query = new URLSearchParams();
  for (const key of KEYS) if (inputs[key] && !(key === "workload" && inputs.yaml)) query.set(NAMES[key], inputs[key]);
  const text = query.toString();
  return text ? `#size?${text}` : "#size";
}

export interface Request {
  path: string;
  body: Record<string, unknown>;
}

// The options have the names of the command line.
export function requestOf(inputs: Inputs, page: string): Request {
  const options: Record<string, string> = {};
  const add = (key: keyof Inputs) => { if (inputs[key]) options[NAMES[key]] = inputs[key]; };
  const job = inputs.yaml ? {yaml: inputs.yaml} : {workload: inputs.workload};
  add("accelerators");
  if (inputs.storage) {
    const set = inputs.target ? {set: [`training.au_target=${inputs.target}`]} : {};
    return {path: "/api/predict", body: {...job, storage: inputs.storage, options: {...options, ...set}, page}};
  }
  for (const key of ["type", "capacity", "target", "where"] as const) add(key);
  return {path: "/api/size", body: {...job, options, page}};
}

// Steps of a slider over powers: 1, 2, 3, 4, 6, 8, 12, 16 ... accelerators.
export function acceleratorSteps(most: number): number[] {
  const steps = [1];
  for (let power = 2; power <= most; power *= 2) {
    steps.push(power);
    if (power * 1.5 <= most) steps.push(power * 1.5);
  }
  return steps;
}

const FINE = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8];

// Bytes from 1 TB to 20 PB.
export function capacitySteps(): number[] {
  const steps: number[] = [];
  for (const power of [1e12, 1e13, 1e14, 1e15, 1e16]) for (const digit of FINE) if (digit * power <= 2e16) steps.push(Math.round(digit * power));
  return steps;
}

export function capacityText(bytes: number): string {
  const [size, word] = bytes >= 1e15 ? [1e15, "PB"] : bytes >= 1e12 ? [1e12, "TB"] : [1e9, "GB"];
  return `${Number((bytes / size).toPrecision(3))}${word}`;
}

const SIZES: Record<string, number> = {
  gb: 1e9, tb: 1e12, pb: 1e15, eb: 1e18, gib: 2 ** 30, tib: 2 ** 40, pib: 2 ** 50,
};

// Only to place the slider: the server reads what was typed.
export function capacityBytes(text: string): number | undefined {
  const found = /^\s*([\d._]+)\s*([a-z]+)\s*$/i.exec(text);
  const size = found ? SIZES[found[2]!.toLowerCase()] : undefined;
  return size ? Number(found![1]!.replaceAll("_", "")) * size : undefined;
}

export function nearestStep(steps: number[], value: number): number {
  let best = 0;
  steps.forEach((step, i) => {
    if (Math.abs(Math.log(step / value)) < Math.abs(Math.log(steps[best]! / value))) best = i;
  });
  return best;
}
