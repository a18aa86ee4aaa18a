// Pictures of one page along the same time show the same part of it: zooming one zooms the others.

import type {Axis} from "./figure";
import type {Range} from "./view";

type Listener = (view: Range | null) => void;  // null: all

const pages = new WeakMap<Element, Map<string, Set<Listener>>>();

export interface Link {
  tell(view: Range | null): void;
}

export function link(page: Element | null, axis: Axis, whole: Range, listener: Listener): Link {
  if (axis.unit !== "s" || axis.log || axis.categories) return {tell: () => undefined};
  const owner = page ?? document.documentElement;
  const groups = pages.get(owner) ?? new Map<string, Set<Listener>>();
  pages.set(owner, groups);
  const group = groups.get(axis.label) ?? new Set<Listener>();
  groups.set(axis.label, group);
  const own: Listener = (view) => {
    if (!view) return listener(null);
    const seen = {from: Math.max(view.from, whole.from), to: Math.min(view.to, whole.to)};
    if (seen.to > seen.from) listener(seen);
  };
  group.add(own);
  return {
    tell(view) {
      for (const other of group) if (other !== own) other(view);
    },
  };
}
