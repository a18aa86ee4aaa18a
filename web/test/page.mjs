// A whole page around the part of one that a fixture is, as the renderer of src/report makes it: script and style stand in
// the page, and its policy lets in those bytes and nothing else.
import {readFileSync} from "node:fs";
import {join} from "node:path";

export function pageOf(body, dist, title = "aforo") {
  const file = (name) => readFileSync(join(dist, name), "utf8");
  const hashes = Object.fromEntries(file("csp.txt").trim().split("\n").map((line) => line.split(" ")));
  const policy = `default-src 'none'; script-src '${hashes.script}'; style-src '${hashes.style}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${file("report.css")}</style>
</head>
<body>
<main>
${body}</main>
<script>${file("report.js")}</script>
</body>
</html>
`;
}

// A chart of so many points, as a long run has them.
export function longChart(points) {
  let state = 7;
  const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
  const x = Array.from({length: points}, (_, i) => Math.round(i * 12) / 1000);
  const y = x.map(() => Math.round((0.9 - random() ** 6 * 0.5) * 10000) / 10000);
  const figure = {
    kind: "chart", title: "AU of every step", name: "au-of-every-step", x: {label: "since the first step", unit: "s", log: false},
    y: {label: "AU", unit: "fraction", log: false, from: 0, to: 1}, series: [{label: "AU", mark: "line", x, y}], lines: [],
  };
  return `<article class="record" data-command="run"><header><h1>A long run</h1><p class="subtitle">made for the test</p></header>
<section><h2>Over time</h2>
<figure class="figure" id="figure-1" data-kind="chart">
<figcaption><b>AU of every step</b> <span>${points} steps; fraction; made for the test</span></figcaption>
<div class="plot" role="img" aria-label="AU of every step"></div>
<details class="data"><summary>Table of AU of every step</summary></details>
<script type="application/json">${JSON.stringify(figure)}</script>
</figure>
</section></article>
`;
}
