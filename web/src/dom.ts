// Elements made without markup: whatever a text holds, it stays text.

type Child = Node | string;

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Record<string, string> = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function button(label: string, action: () => void, attributes: Record<string, string> = {}): HTMLButtonElement {
  const made = make("button", {type: "button", ...attributes}, label);
  made.addEventListener("click", action);
  return made;
}

// A name that may run from right to left does not turn what stands around it.
export const name = (text: string): HTMLElement => make("bdi", {}, text);
