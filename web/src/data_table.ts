// The table behind a figure: built when it is first opened, a thousand rows at a time; copied, or saved as CSV.

import {csvOf, fileName, tabbedOf} from "./csv";
import {button, make, name} from "./dom";
import type {Figure} from "./figure";
import {cellText, type Table, tablesOf} from "./table";

const PAGE = 1000;

export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Where a page may not use the clipboard, it may still copy what is selected.
    const field = make("textarea", {class: "unseen", "aria-hidden": "true", tabindex: "-1"});
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

export function save(text: string, as: string, type = "text/csv"): void {
  const address = URL.createObjectURL(new Blob([text], {type: `${type};charset=utf-8`}));
  const anchor = make("a", {href: address, download: as});
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function appendRows(body: HTMLElement, table: Table, from: number, to: number): void {
  for (let i = from; i < to; ++i) {
    const cells = table.row(i).map((cell, column) => {
      const text = cellText(cell, table.heads[column]!.unit);
      const content = typeof cell === "string" ? [name(text)] : [text];
      if (column === 0) return make("th", {scope: "row", ...(typeof cell === "number" ? {class: "number"} : {})}, ...content);
      return make("td", typeof cell === "string" ? {} : {class: "number"}, ...content);
    });
    body.append(make("tr", {}, ...cells));
  }
}

function tableOf(title: string, table: Table): Node[] {
  const head = make("tr", {}, ...table.heads.map(({label, unit}) =>
    make("th", {scope: "col", ...(unit ? {class: "number"} : {})}, name(label))));
  const body = make("tbody");
  const scroll = make("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": `Table of ${title}`},
    make("table", {}, make("thead", {}, head), body));
  let shown = 0;
  const more = button("", () => show(), {class: "tool more-rows"});
  const show = () => {
    const end = Math.min(table.length, shown + PAGE);
    appendRows(body, table, shown, end);
    shown = end;
    more.hidden = shown === table.length;
    more.textContent = `Show more: ${shown.toLocaleString("en")} of ${table.length.toLocaleString("en")} rows are shown`;
  };
  show();
  return [scroll, more];
}

export function fillTable(details: HTMLDetailsElement, figure: Figure): void {
  details.addEventListener("toggle", () => {
    if (!details.open || details.dataset.filled) return;
    details.dataset.filled = "yes";
    const {read, saved} = tablesOf(figure);
    const said = make("span", {class: "done", role: "status"});
    const copy = button("Copy", () => void copied(tabbedOf(read)).then((done) => {
      said.textContent = done ? "Copied." : "The browser does not let this page copy; select the table and copy it.";
    }), {class: "tool", "aria-label": `Copy the table of ${figure.title}`});
    const keep = button("Save CSV", () => {
      const file = fileName(figure.name || figure.title, ".csv");
      save(csvOf(saved), file);
      said.textContent = `Saved as ${file}.`;
    }, {class: "tool", "aria-label": `Save the table of ${figure.title} as CSV`});
    details.append(make("div", {class: "table-tools"}, copy, keep, said), ...tableOf(figure.title, read));
  });
}
