// Where an axis has its ticks and what they say: round numbers of the unit in which people think. Ticks of one axis
// share a unit and a number of digits, so that they can be compared by eye.

import {grouped, inWords, secondsInWords} from "./words";

export interface Tick {
  at: number;
  text: string;
}

interface Measure {
  size: number;
  word: string;
}

const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
const TIME_STEPS = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

// The unit in which a number of this size is written.
function measureOf(size: number, unit: string): Measure {
  if (unit === "B" && size >= 1e12) {
    return size >= 1e15 ? {size: 1e15, word: " PB"} : {size: 1e12, word: " TB"};
  }
  if (unit === "B" || unit === "B/s") {
    const power = Math.min(BINARY.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, size)) / 10)));
    return {size: 1024 ** power, word: ` ${BINARY[power]}${unit === "B/s" ? "/s" : ""}`};
  }
  if (unit === "s") {
    if (size < 1e-6) return {size: 1e-9, word: " ns"};
    if (size < 1e-3) return {size: 1e-6, word: " us"};
    if (size < 1) return {size: 1e-3, word: " ms"};
    return {size: 1, word: " s"};
  }
  if (unit === "fraction") return {size: 0.01, word: " %"};
  if (unit === "1/s") return {size: 1, word: " /s"};
  if (unit === "factor") return {size: 1, word: " x"};
  return {size: 1, word: ""};
}

// The smallest of 1, 2, 5 x 10^n that is at least `least`.
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  for (const digit of [1, 2, 5, 10]) if (digit * power >= least * (1 - 1e-9)) return digit * power;
  return 10 * power;
}

function timeStep(least: number): number {
  return TIME_STEPS.find((step) => step >= least) ?? 86400 * niceStep(least / 86400);
}

const digitsOf = (step: number) => Math.max(0, Math.min(9, -Math.floor(Math.log10(step) + 1e-9)));

function inUnit(value: number, digits: number, unit: string, measure: Measure): string {
  const text = grouped(value, value === 0 ? 0 : digits);
  if (unit === "USD" || unit === "USD/month") return text.startsWith("-") ? `-$${text.slice(1)}` : `$${text}`;
  return text + measure.word;
}

export function linearTicks(min: number, max: number, unit: string, most: number): Tick[] {
  if (!(max > min) || !Number.isFinite(max - min) || most < 1) return [];
  const size = Math.max(Math.abs(min), Math.abs(max));
  const minutes = unit === "s" && size > 120 && (max - min) / most > 0.5;
  const measure = minutes ? {size: 1, word: ""} : measureOf(size, unit);
  const least = (max - min) / measure.size / most;
  let step = minutes ? timeStep(least) : niceStep(least);
  if (unit === "count") step = Math.max(1, step);
  const first = Math.ceil(min / measure.size / step - 1e-9);
  const last = Math.floor(max / measure.size / step + 1e-9);
  const ticks: Tick[] = [];
  for (let i = first; i <= last && ticks.length < 200; ++i) {
    const value = i * step;
    const text = minutes ? secondsInWords(value) : inUnit(value, digitsOf(step), unit, measure);
    ticks.push({at: value * measure.size, text});
  }
  return ticks;
}

// Every so many-th power of `base`, at most `most` of them.
function powers(min: number, max: number, base: number, most: number, unit: string): Tick[] {
  const first = Math.ceil(Math.log(min) / Math.log(base) - 1e-9);
  const last = Math.floor(Math.log(max) / Math.log(base) + 1e-9);
  const every = [1, 2, 3, 5, 10, 20].find((one) => Math.floor((last - first) / one) + 1 <= most) ?? 50;
  const ticks: Tick[] = [];
  for (let i = Math.ceil(first / every) * every; i <= last; i += every) {
    ticks.push({at: base ** i, text: tickWords(base ** i, unit)});
  }
  return ticks;
}

// A single number on a logarithmic axis: "64 KiB", "10 ms", "$2,000".
function tickWords(value: number, unit: string): string {
  const measure = measureOf(value * (1 + 1e-9), unit);
  if (unit === "s" && value >= 59.5) return inWords(value, unit);
  const scaled = value / measure.size;
  return inUnit(scaled, scaled >= 1 ? 0 : digitsOf(scaled), unit, measure);
}

const TIMES = [60, 600, 3600, 36000, 86400, 864000, 8640000];

export function logTicks(min: number, max: number, unit: string, most: number, base = 10): Tick[] {
  if (!(min > 0) || !(max > min) || !Number.isFinite(max)) return [];
  const binary = base === 2 || unit === "B/s" || (unit === "B" && max < 1e12);
  if (binary && max / min >= 4) return powers(min, max, 2, most, unit);
  const decades = Math.log10(max / min);
  if (decades < 0.7) return linearTicks(min, max, unit, most);
  if (decades > 3.2 || decades * 3 > most + 2) {
    const ticks = powers(min, max, 10, most, unit);
    if (unit !== "s" || max < 60) return ticks;
    const long = TIMES.filter((at) => at >= min && at <= max).map((at) => ({at, text: secondsInWords(at)}));
    return [...ticks.filter((tick) => tick.at < 60), ...long].slice(0, 50);
  }
  const ticks: Tick[] = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); ++power) {
    for (const digit of [1, 2, 5]) {
      const at = Number(`${digit}e${power}`);
      if (at >= min * (1 - 1e-9) && at <= max * (1 + 1e-9)) ticks.push({at, text: tickWords(at, unit)});
    }
  }
  return ticks;
}
