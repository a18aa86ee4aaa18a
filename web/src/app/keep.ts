// What may be kept of an answer: files, and a link that holds what was asked.

import {copied, save} from "../data_table";
import {button} from "../dom";
import {postJson, Refused} from "./events";

export interface Kept {
  record: Record<string, unknown>;
  csv?: string;
  files?: {name: string; text: string}[];
}

export interface Saying {
  say(text: string): void;
  trouble(text: string): void;
}

export function keepButtons(kept: Kept, saying: Saying): HTMLElement[] {
  const command = typeof kept.record.command === "string" ? kept.record.command : "record";
  const saved = (text: string, name: string, type: string) => {
    save(text, name, type);
    saying.say(`Saved as ${name}.`);
  };
  const tool = (label: string, action: () => void) => button(label, action, {class: "tool"});
  const report = async () => {
    try {
      const response = await postJson("/api/report", kept.record);
      saved(await response.text(), `${command}.html`, "text/html");
    } catch (why) {
      saying.trouble(why instanceof Refused ? why.message : String(why));
    }
  };
  return [
    tool("Copy link", () => void copied(location.href).then((done) => saying.say(done ? "The link is copied; it holds what was asked." : "The browser does not let this page copy; the address holds what was asked."))),
    tool("Save report", () => void report()),
    tool("Save Record", () => saved(JSON.stringify(kept.record, null, 2) + "\n", `${command}.json`, "application/json")),
    ...(kept.csv ? [tool("Save CSV", () => saved(kept.csv!, `${command}.csv`, "text/csv"))] : []),
    ...(kept.files ?? []).map((file) => tool(`Save ${file.name}`, () => saved(file.text, file.name, "text/yaml"))),
  ];
}
