// What part of an axis is seen. Pure: a Range goes in and a Range comes out.

export interface Range {
  from: number;
  to: number;
}

const MOST_ZOOM = 1e6;

const forward = (value: number, log: boolean) => (log ? Math.log(value) : value);
const back = (value: number, log: boolean) => (log ? Math.exp(value) : value);

function kept(from: number, to: number, least: number, most: number, log: boolean, whole: Range): Range {
  const span = to - from;
  if (span >= most - least) return {...whole};
  const shifted = from < least ? least : to > most ? most - span : from;
  return {from: back(shifted, log), to: back(shifted + span, log)};
}

// `factor` below 1 shows less; what stands at `around` (0 = left end, 1 = right end) stays where it is.
export function zoomed(view: Range, whole: Range, factor: number, around: number, log = false): Range {
  const [from, to] = [forward(view.from, log), forward(view.to, log)];
  const [least, most] = [forward(whole.from, log), forward(whole.to, log)];
  const span = Math.max((to - from) * factor, (most - least) / MOST_ZOOM);
  const start = from + (to - from) * around - span * around;
  return kept(start, start + span, least, most, log, whole);
}

// By a share of what is seen, to the right where it is positive.
export function panned(view: Range, whole: Range, share: number, log = false): Range {
  const [from, to] = [forward(view.from, log), forward(view.to, log)];
  const by = (to - from) * share;
  return kept(from + by, to + by, forward(whole.from, log), forward(whole.to, log), log, whole);
}

// The same width, moved so that `at` is seen.
export function showing(view: Range, whole: Range, at: number, log = false): Range {
  if (at >= view.from && at <= view.to) return view;
  const [from, to] = [forward(view.from, log), forward(view.to, log)];
  return panned(view, whole, (forward(at, log) - (from + to) / 2) / (to - from), log);
}

export const same = (one: Range, other: Range) => one.from === other.from && one.to === other.to;
