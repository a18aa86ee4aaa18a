// An answer's HTML put into the page. It comes from our own server, escaped; even so nothing of it is run: it is parsed
// apart from the page, and what could act is taken out.

import {forget, upgrade} from "../upgrade";

function inert(html: string): DocumentFragment {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  for (const element of parsed.body.querySelectorAll("*")) {
    const acts = element.matches('script:not([type="application/json"]), iframe, object, embed, form, link, meta, style, base');
    if (acts) element.remove();
    for (const {name} of [...element.attributes]) if (name.startsWith("on")) element.removeAttribute(name);
  }
  const out = document.createDocumentFragment();
  out.append(...parsed.body.childNodes);
  return out;
}

// Parts that a person folded up, or tables that they opened, stay so from one answer to the next.
export function show(host: HTMLElement, html: string): void {
  const open = new Map([...host.querySelectorAll("details")].map((one) => [one.querySelector("summary")?.textContent ?? "", one.open]));
  forget(host);
  host.replaceChildren(inert(html));
  upgrade(host);
  for (const details of host.querySelectorAll("details")) {
    const was = open.get(details.querySelector("summary")?.textContent ?? "");
    if (was !== undefined) details.open = was;
  }
}

export function clear(host: HTMLElement): void {
  forget(host);
  host.replaceChildren();
}
