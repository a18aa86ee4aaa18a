// Numbers as people read them: the rules of src/base/units_format.cc and src/report/value.cc, so that a page and a
// terminal say the same. Three significant digits, never an exponent; "unknown" for what is no number.

// As C's "%.*f": what lies exactly between two goes to the even one.
export function fixed(value: number, digits: number): string {
  const rounded = value.toFixed(digits);
  const exact = Math.abs(value) < 1e15 ? Math.abs(value).toFixed(20) : "";
  const point = exact.indexOf(".");
  if (point < 0 || !/^50*$/.test(exact.slice(point + 1 + digits))) return rounded;
  const kept = exact.slice(0, point + 1 + digits).replace(/\.$/, "");
  if (Number(kept.slice(-1)) % 2 === 0) return (value < 0 ? "-" : "") + kept;
  const unit = 10 ** -digits;
  return ((value < 0 ? -1 : 1) * (Number(kept) + unit)).toFixed(digits);
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  return fixed(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

function shortDigits(value: number): string {
  const text = threeDigits(value);
  if (!text.includes(".")) return text;
  const short = text.replace(/0+$/, "").replace(/\.$/, "");
  return short === "-0" ? "0" : short;
}

export function grouped(value: number, digits = 0): string {
  const [whole = "", rest] = fixed(value, digits).split(".");
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return rest === undefined ? text : `${text}.${rest}`;
}

const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

export function bytesInWords(bytes: number, suffix = ""): string {
  if (!Number.isFinite(bytes)) return "unknown";
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1023.5 && unit + 1 < BINARY.length) {
    value /= 1024;
    ++unit;
  }
  return `${unit === 0 ? shortDigits(value) : threeDigits(value)} ${BINARY[unit]}${suffix}`;
}

const SOLD = [[1e18, "EB"], [1e15, "PB"], [1e12, "TB"], [1e9, "GB"]] as const;

// Powers of ten, as storage is sold.
export function bytesAsSold(bytes: number): string {
  const [size, word] = SOLD.find(([one]) => bytes >= 0.9995 * one) ?? SOLD[3];
  return `${countInWords(bytes / size)} ${word}`;
}

function twoParts(small: number, ratio: number, large: string, rest: string): string {
  const whole = Math.floor(small / ratio);
  return small % ratio === 0 ? `${whole} ${large}` : `${whole} ${large} ${small % ratio} ${rest}`;
}

export function secondsInWords(value: number): string {
  if (!Number.isFinite(value)) return "unknown";
  if (value < 0) return `-${secondsInWords(-value)}`;
  if (value === 0) return "0 s";
  if (value < 0.9995e-6) return `${shortDigits(value * 1e9)} ns`;
  if (value < 0.9995e-3) return `${shortDigits(value * 1e6)} us`;
  if (value < 0.9995) return `${shortDigits(value * 1e3)} ms`;
  if (value < 59.95) return `${shortDigits(value)} s`;
  if (value < 3599.5) return twoParts(Math.round(value), 60, "min", "s");
  if (value < 47.5 * 3600) return twoParts(Math.round(value / 60), 60, "h", "min");
  return value > 1e15 ? "unknown" : twoParts(Math.round(value / 3600), 24, "d", "h");
}

export function countInWords(count: number): string {
  if (!Number.isFinite(count)) return "unknown";
  return Math.abs(count) < 999.5 ? shortDigits(count) : grouped(count);
}

export function dollarsInWords(dollars: number): string {
  if (!Number.isFinite(dollars)) return "unknown";
  const amount = Math.abs(dollars);
  return `${dollars < 0 ? "-" : ""}$${amount < 999.995 ? fixed(amount, 2) : grouped(amount)}`;
}

export function percentInWords(fraction: number): string {
  return Number.isFinite(fraction) ? `${fixed(fraction * 100, 1)} %` : "unknown";
}

export function inWords(value: number | null, unit: string): string {
  if (value === null) return "unknown";
  switch (unit) {
    case "B": return value >= 1e12 ? bytesAsSold(value) : bytesInWords(value);
    case "B/s": return bytesInWords(value, "/s");
    case "s": return secondsInWords(value);
    case "fraction": return percentInWords(value);
    case "USD": return dollarsInWords(value);
    case "USD/month": return `${dollarsInWords(value)} a month`;
    case "1/s": return `${countInWords(value)} /s`;
    case "months": return `${countInWords(value)} ${value === 1 ? "month" : "months"}`;
    case "factor": return `${countInWords(value)} x`;
    default: return countInWords(value);
  }
}

// What an axis is of: its label, with the unit where its ticks do not say that already.
export function axisText(label: string, unit: string): string {
  const word = unit === "USD/month" ? "a month" : unit === "months" ? "months" : "";
  return label.includes("month") ? label : [label, word].filter(Boolean).join(", ");
}

// A name on a canvas stands on one line.
export const oneLine = (name: string): string => name.replace(/[\s\p{Cc}]+/gu, " ").trim();

// A long name with its middle left out; the table has it whole.
export function shortened(name: string, most: number): string {
  const letters = Array.from(name);
  if (letters.length <= most) return name;
  const head = Math.ceil((most - 1) * 0.6);
  return `${letters.slice(0, head).join("").trimEnd()}…${letters.slice(letters.length - (most - 1 - head)).join("").trimStart()}`;
}
