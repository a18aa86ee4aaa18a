import {describe, expect, it} from "vitest";

import {EventReader, sentenceOf} from "./events";
import {facts} from "./status";

describe("server-sent events", () => {
  it("are whole however they are cut", () => {
    const text = 'event: early\ndata: {"a":1}\n\n: a comment\n\nevent: answer\r\ndata: two\r\ndata: lines\r\n\r\ndata: unfinished';
    for (const size of [1, 3, 1000]) {
      const reader = new EventReader();
      const found = [];
      for (let i = 0; i < text.length; i += size) found.push(...reader.take(text.slice(i, i + size)));
      expect(found).toEqual([{name: "early", data: '{"a":1}'}, {name: "answer", data: "two\nlines"}]);
    }
  });
});

describe("a refusal", () => {
  it("is the server's own sentence", async () => {
    expect(await sentenceOf(new Response('{"message":"expected a workload"}', {status: 400}))).toBe("expected a workload");
    expect(await sentenceOf(new Response("<title>aforo</title><main><h1>aforo</h1><p>Open the address again.</p>", {status: 401}))).toBe("aforo Open the address again.");
    expect(await sentenceOf(new Response("", {status: 502, statusText: "Bad"}))).toBe("The server answered 502 Bad");
  });
});

describe("what a run says", () => {
  it("is told by the names of its keys", () => {
    expect(facts({phase: "epoch 1", fraction: 0.5, au: 0.61, bytes_per_second: 1e9, elapsed_seconds: 12, steps: 120, where: "/mnt"})).toEqual([
      ["utilisation (AU)", "61.0 %"], ["throughput", "954 MiB/s"], ["elapsed", "12 s"], ["steps", "120"], ["where", "/mnt"],
    ]);
  });
});
