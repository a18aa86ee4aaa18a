// The Records of the directory: a list to open, compare and keep them from.

import {fileName} from "../csv";
import {button, make, name} from "../dom";
import {save} from "../data_table";
import {inWords} from "../words";
import {getJson, getText} from "./events";
import {readLink} from "./inputs";
import {clear, show} from "./shown";
import type {Speaker} from "./size_view";

interface Listed {
  name: string;
  command: string;
  workload?: string;
  started?: string;
  au?: number;
  accelerators?: number;
  max_accelerators?: number;
  bytes_per_second?: number;
  partial?: boolean;
}

interface Listing {
  directory: string;
  message?: string;
  left_out?: number;
  records: Listed[];
  unreadable: {name: string; why: string}[];
}

const MOST = 8;

const link = (query: [string, string][]) => `#records?${new URLSearchParams(query).toString()}`;

export class RecordsView {
  private readonly chosen = new Set<string>();
  private readonly list = make("div");
  private readonly shown = make("div", {class: "opened"});
  private readonly compare = button("Compare", () => this.follow(link([...this.chosen].map((one) => ["compare", one]))), {class: "tool"});
  private readonly hint = make("span", {class: "done", role: "status"});
  private opens = 0;  // what an earlier one still gets to know is not shown

  constructor(host: HTMLElement, private readonly speaker: Speaker) {
    host.append(this.list, this.shown);
    this.list.addEventListener("click", (event) => {
      const followed = (event.target as Element).closest("a");
      if (followed?.hash === location.hash) this.again();
    });
  }

  close(): void {
    ++this.opens;
  }

  async open(record: string, compared: string[]): Promise<void> {
    const open = ++this.opens;
    const current = () => open === this.opens;
    try {
      const listing = await getJson<Listing>("/api/records");
      if (!current()) return;
      this.draw(listing);
      if (record) await this.one(record, current);
      else if (compared.length > 0) await this.several(compared, current);
      else clear(this.shown);
    } catch (why) {
      if (current()) this.speaker.trouble(why instanceof Error ? why.message : String(why));
    }
  }

  // The address says what is opened; to go where it is already changes nothing, so that it is read anew.
  private follow(hash: string): void {
    if (hash === location.hash) this.again();
    else location.hash = hash;
  }

  private again(): void {
    const {open, compare, sentence} = readLink(location.hash);
    this.speaker.trouble(sentence);
    void this.open(open, compare);
  }

  private draw(listing: Listing): void {
    const {records, unreadable} = listing;
    const again = button("Read again", () => this.again(), {class: "tool"});
    const parts: Node[] = [make("h2", {}, "Records in ", name(listing.directory))];
    if (records.length > 0) {
      parts.push(make("div", {class: "table-tools"}, this.compare, again, this.hint), this.table(records));
    } else {
      parts.push(make("p", {}, listing.message ?? "There is no Record here; 'aforo run ... --json FILE' writes one."), again);
    }
    if (listing.left_out) parts.push(make("p", {}, `${inWords(listing.left_out, "count")} more files are not shown.`));
    if (unreadable.length > 0) {
      parts.push(make("details", {class: "more"}, make("summary", {}, `${unreadable.length} that cannot be read`),
        make("ul", {}, ...unreadable.map((one) => make("li", {}, name(one.name), `: ${one.why}`)))));
    }
    this.list.replaceChildren(...parts);
    this.count();
  }

  private table(records: Listed[]): HTMLElement {
    const heads: [string, boolean][] = [["", false], ["Record", false], ["command", false], ["workload", false], ["accelerators", true], ["AU", true],
      ["throughput", true], ["started", false]];
    const head = make("tr", {}, ...heads.map(([text, number]) =>
      text ? make("th", {scope: "col", ...(number ? {class: "number"} : {})}, text) : make("td", {})));
    const body = make("tbody", {}, ...records.map((one) => this.row(one)));
    return make("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": "Records"}, make("table", {}, make("thead", {}, head), body));
  }

  private row(one: Listed): HTMLElement {
    const box = make("input", {type: "checkbox", "aria-label": `Compare ${one.name}`});
    box.checked = this.chosen.has(one.name);
    box.addEventListener("change", () => {
      if (box.checked) this.chosen.add(one.name);
      else this.chosen.delete(one.name);
      this.count();
    });
    const cell = (value: number | undefined, unit: string) => make("td", {class: "number"}, value === undefined ? "" : inWords(value, unit));
    const started = one.started ? one.started.replace("T", " ").replace(/:\d\d(\.\d+)?Z$/, " UTC") : "";
    return make("tr", {},
      make("td", {}, box), make("th", {scope: "row"}, make("a", {href: link([["open", one.name]])}, name(one.name))),
      make("td", {}, one.command + (one.partial ? ", partial" : "")), make("td", {}, name(one.workload ?? "")),
      cell(one.accelerators ?? one.max_accelerators, "count"), cell(one.au, "fraction"), cell(one.bytes_per_second, "B/s"), make("td", {}, started));
  }

  private count(): void {
    const {size} = this.chosen;
    this.compare.disabled = size < 2 || size > MOST;
    this.hint.textContent = size === 0 ? `Choose 2 to ${MOST} to compare.` : size > MOST ? `${size} chosen; at most ${MOST} can be compared.` : `${size} chosen.`;
  }

  private put(title: string, html: string, tools: Node[]): void {
    const article = make("div");
    clear(this.shown);
    this.shown.append(make("div", {class: "table-tools"}, make("h2", {tabindex: "-1"}, title), ...tools), article);
    show(article, html);
    this.shown.querySelector("h2")!.focus();
  }

  private async one(record: string, current: () => boolean): Promise<void> {
    const path = `/api/records/${encodeURIComponent(record)}`;
    const html = await getText(`${path}?as=html`);
    if (!current()) return;
    const bare = record.replace(/\.json$/, "");
    const download = (label: string, as: string, end: string) => make("a", {class: "tool", href: `${path}?as=${as}`, download: bare + end}, label);
    const yaml = button("Save YAML", () => void this.yaml(path, bare), {class: "tool"});
    this.put(record, html, [download("Save report", "report", ".html"), download("Save Record", "json", ".json"), download("Save CSV", "csv", ".csv"), yaml]);
  }

  // The workload that a Record was made from.
  private async yaml(path: string, bare: string): Promise<void> {
    try {
      const {config} = await getJson<{config?: {yaml?: string}}>(path);
      if (!config?.yaml) throw new Error("This Record holds no workload file.");
      save(config.yaml, fileName(bare, ".yaml"), "text/yaml");
    } catch (why) {
      this.speaker.trouble(why instanceof Error ? why.message : String(why));
    }
  }

  private async several(records: string[], current: () => boolean): Promise<void> {
    for (const one of records) this.chosen.add(one);
    for (const box of this.list.querySelectorAll<HTMLInputElement>("input[type=checkbox]")) {
      box.checked = this.chosen.has((box.getAttribute("aria-label") ?? "").replace(/^Compare /, ""));
    }
    this.count();
    const {html} = await getJson<{html: string}>(`/api/compare?${new URLSearchParams(records.map((one) => ["name", one])).toString()}`);
    if (current()) this.put(`${records.length} Records beside each other`, html, []);
  }
}
