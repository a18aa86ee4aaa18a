// Stands for `aforo serve` in tests of its page: the same paths and headers, answers that are made up.
import {readFileSync} from "node:fs";
import {createServer} from "node:http";
import {join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; " +
  "frame-ancestors 'none'; base-uri 'none'";
const TYPES = {html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8"};

const PRESETS = {
  presets: [
    {name: "resnet50_h100", summary: "image classification", domain: "vision", accelerators: 8, accelerator_type: "h100", dataset_bytes: 137e9, au_target: 0.9},
    {name: "unet3d_h100", summary: "medical images", domain: "vision", accelerators: 16, accelerator_type: "h100", dataset_bytes: 4e12, au_target: 0.9},
  ],
  accelerator_types: ["a100", "b200", "h100"],
};

export const RECORDS = {
  directory: "/data/records",
  records: [
    {name: "run.json", command: "run", workload: "resnet50_h100", started: "2026-06-01T12:00:00Z", au: 0.61, accelerators: 8, bytes_per_second: 1e9},
    {name: "size <b>.json", command: "size", workload: "resnet50_files_h100", started: "2026-06-02T12:00:00Z", accelerators: 64},
    {name: "sweep.json", command: "predict", workload: "unet3d_h100", started: "2026-06-03T12:00:00Z", accelerators: 16, partial: true},
  ],
  unreadable: [{name: "cut.json", why: "expected a Record, found 12 bytes that are no JSON"}],
  storages: [{name: "nvme.yaml"}],
};

export async function serve(dist, fixtures) {
  const seen = {asks: [], aborted: 0};
  let released = Promise.resolve();  // answers wait for it
  const fragment = (name) => readFileSync(join(fixtures, `${name}.html`), "utf8");

  const events = (response) => {
    response.writeHead(200, {"Content-Type": "text/event-stream"});
    return (name, data) => response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  };

  async function answer(request, response, path) {
    let text = "";
    for await (const part of request) text += part;
    const body = JSON.parse(text);
    seen.asks.push({path, body});
    const {accelerators, capacity} = body.options;
    if (accelerators !== undefined && !/^\d+$/.test(accelerators)) return json(response, {message: `--accelerators: expected a count, found '${accelerators}'`}, 400);
    let closed = false;
    response.on("close", () => { if (!response.writableFinished) { closed = true; ++seen.aborted; } });
    const say = events(response);
    const title = `<h1>aforo ${path.slice(5)} · ${body.workload ?? "a file"} · ${accelerators ?? "default"} accelerators</h1>`;
    const html = fragment("size").replace(/<h1>.*?<\/h1>/, title);
    const record = {schema: 1, command: path.slice(5), config: {yaml: "name: x\n"}};
    say("early", {record, html});
    await sleep(150);
    await released;
    if (closed) return;
    if (capacity === "13TB") say("failed", {message: "expected a capacity that something holds, found 13 TB"});
    else {
      say("progress", {phase: "simulating", elapsed_seconds: 0.2, fraction: 0.4});
      await sleep(150);
      if (closed) return;
      // Nothing of an answer may run, whatever it holds.
      const hostile = capacity === "666TB" ? '<p onclick="owned()">x</p><script>document.title = "owned"</script>' : "";
      say("answer", {record, html: html + hostile, met: true, csv: "a,b\r\n", files: [{name: "design.yaml", text: "name: design\n"}]});
    }
    response.end();
  }

  async function live(response) {
    const say = events(response);
    for (let i = 1; i <= 3; ++i) {
      say("status", {phase: `epoch ${i} of 3`, fraction: i / 3, au: 0.6 + i / 100, bytes_per_second: 1e9, steps: i * 40});
      await sleep(200);
    }
    await released;
    say("answer", {record: {schema: 1, command: "run"}, html: fragment("run")});
    response.end();
  }

  const json = (response, data, status = 200) => {
    response.writeHead(status, {"Content-Type": "application/json"});
    response.end(JSON.stringify(data));
  };

  function record(response, name, as) {
    if (!RECORDS.records.some((one) => one.name === name)) return json(response, {message: `expected a Record's name, found '${name}'`}, 404);
    const kind = name.slice(0, -5).split(" ")[0];
    if (!as) return json(response, {schema: 1, command: kind, config: {yaml: "name: of a record\n"}});
    const type = as === "csv" ? "text/csv" : as === "json" ? "application/json" : TYPES.html;
    response.writeHead(200, {"Content-Type": type, ...(as === "html" ? {} : {"Content-Disposition": `attachment; filename="record.${as}"`})});
    response.end(as === "html" ? fragment(kind) : as);
  }

  const server = createServer((request, response) => {
    response.setHeader("Content-Security-Policy", POLICY);
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Cache-Control", "no-store");
    const url = new URL(request.url, "http://127.0.0.1");
    const path = decodeURIComponent(url.pathname);
    const asset = path === "/" ? "app.html" : /^\/assets\/([a-z]+\.(?:js|css))$/.exec(path)?.[1];
    if (asset) {
      response.writeHead(200, {"Content-Type": TYPES[asset.split(".")[1]]});
      response.end(readFileSync(join(dist, asset)));
    } else if (path === "/api/presets") json(response, PRESETS);
    else if (path.startsWith("/api/presets/")) response.end(`name: ${path.slice(13)}\ndataset:\n  samples: 1_000\n`);
    else if (path === "/api/size" || path === "/api/predict") void answer(request, response, path);
    else if (path === "/api/records") json(response, RECORDS);
    else if (path.startsWith("/api/records/")) record(response, path.slice(13), url.searchParams.get("as"));
    else if (path === "/api/compare") json(response, {html: fragment("sweep")});
    else if (path === "/api/report") response.end("<!doctype html><title>report</title>");
    else if (path === "/api/live") void live(response);
    else json(response, {message: `expected an address of aforo, found '${path}'`}, 404);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  // Runs `act` while every answer is held back behind what comes before it.
  async function holding(act) {
    let release;
    released = new Promise((now) => { release = now; });
    try {
      await act();
    } finally {
      release();
    }
  }
  return {address: `http://127.0.0.1:${server.address().port}/`, seen, holding, close: () => server.close()};
}
