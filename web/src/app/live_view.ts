// A run in progress, as it tells of itself, and its answer at the end.

import {button, make} from "../dom";
import {aborted, eachEvent, getEvents, Refused} from "./events";
import {facts} from "./status";
import {clear, show} from "./shown";
import type {Speaker} from "./size_view";

export class LiveView {
  private running: AbortController | undefined;
  private readonly state = make("p", {role: "status"});
  private readonly bar = make("progress", {max: "1", "aria-label": "How far the run is"});
  private readonly rows = make("dl", {class: "rows"});
  private readonly answer = make("div");
  private readonly again = button("Look again", () => void this.look(), {class: "tool"});
  private ended = false;  // what is shown is a run's answer

  constructor(host: HTMLElement, private readonly speaker: Speaker) {
    host.append(make("h2", {}, "The run in progress"), make("div", {class: "state-line"}, this.state, this.bar), this.rows, this.answer, this.again);
    this.again.hidden = this.bar.hidden = true;
  }

  close(): void {
    this.running?.abort();
  }

  // A run that has ended is not asked for again: its server has ended with it.
  async open(): Promise<void> {
    if (this.ended) this.rest("The run has ended.");
    else await this.look();
  }

  private async look(): Promise<void> {
    this.close();
    const running = this.running = new AbortController();
    this.again.hidden = true;
    this.state.textContent = "Looking for a run ...";
    if (!this.ended) this.empty();
    let ended = false;
    try {
      await eachEvent(await getEvents("/api/live", running.signal), ({name, data}) => {
        if (this.ended) this.empty();
        const said = JSON.parse(data) as Record<string, unknown>;
        if (name === "status" || name === "progress") this.status(said);
        else if (name === "failed") throw new Refused(String(said.message));
        else if (name === "answer") {
          ended = this.ended = true;
          this.rows.replaceChildren();
          this.rest("The run has ended.");
          show(this.answer, String(said.html));
        }
      });
      if (!ended && !running.signal.aborted) throw new Refused("The run no longer tells of itself; was it ended?");
    } catch (why) {
      if (aborted(why) || running.signal.aborted) return;
      this.rest(why instanceof Refused ? why.message : "");
      if (!(why instanceof Refused)) this.speaker.trouble(why instanceof Error ? why.message : String(why));
    }
  }

  private empty(): void {
    this.ended = false;
    clear(this.answer);
    this.rows.replaceChildren();
  }

  private rest(sentence: string): void {
    this.state.textContent = sentence;
    this.again.hidden = false;
    this.bar.hidden = true;
  }

  private status(said: Record<string, unknown>): void {
    const {fraction, phase, html} = said;
    this.bar.hidden = typeof fraction !== "number";
    if (typeof fraction === "number") this.bar.value = fraction;
    this.state.textContent = typeof phase === "string" ? `${phase} ...` : "The run goes on ...";
    if (typeof html === "string") return show(this.answer, html);
    this.rows.replaceChildren(...facts(said).map(([label, value]) =>
      make("div", {}, make("dt", {}, label), make("dd", {class: "value"}, value))));
  }
}
