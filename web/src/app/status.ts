// What a run says of itself, by the names of its keys: the unit is in the name (as src/report/figure.h reads them). Pure.

import {inWords} from "../words";

const HIDDEN = new Set(["phase", "fraction", "html", "record"]);

function unitOf(key: string): string {
  if (key === "au" || key.endsWith("_share") || key.endsWith("_target")) return "fraction";
  if (key.endsWith("bytes_per_second")) return "B/s";
  if (key.endsWith("_per_second")) return "1/s";
  if (key.endsWith("_seconds")) return "s";
  if (key.includes("bytes")) return "B";
  return "count";
}

function labelOf(key: string): string {
  if (key === "au") return "utilisation (AU)";
  if (key === "bytes_per_second") return "throughput";
  return key.replace(/_(per_second|seconds|bytes)$/, "").replaceAll("_", " ");
}

export function facts(said: Record<string, unknown>): [string, string][] {
  return Object.entries(said).flatMap(([key, value]): [string, string][] => {
    if (HIDDEN.has(key) || value === null) return [];
    if (typeof value === "number") return [[labelOf(key), inWords(value, unitOf(key))]];
    if (typeof value === "string" && value) return [[labelOf(key), value]];
    return [];
  });
}
