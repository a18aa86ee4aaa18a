// Makes what CMake embeds: node build.mjs [--out FOLDER], else dist/.
//
// One script and one style sheet a page, each whole in itself, plus csp.txt: the hashes by which the page's
// Content-Security-Policy lets in exactly these bytes when they stand between <script> and <style>.
import {createHash} from "node:crypto";
import {mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {fileURLToPath} from "node:url";
import {build} from "vite";

const root = fileURLToPath(new URL(".", import.meta.url));
const at = process.argv.indexOf("--out");
const out = resolve(at > 0 ? process.argv[at + 1] : join(root, "dist"));

// What may stand in a page as it is: no end of the element, no comment that hides one, nothing that a reader of the page
// could change (line ends) or take for another encoding.
function fitting(name, text) {
  for (const pattern of [/<\/script/i, /<\/style/i, /<script/i, /<!--/, /\r/, /\0/, /[^\x00-\x7f]/]) {
    const found = pattern.exec(text);
    if (found) throw new Error(`${name}: ${pattern} stands at ${found.index}: '${text.slice(found.index - 30, found.index + 30)}'`);
  }
  return text;
}

// Letters outside ASCII as escapes, which style sheets and scripts both know.
const escapedCss = (text) => text.replace(/[^\x00-\x7f]/gu, (letter) => `\\${letter.codePointAt(0).toString(16)} `);
const escapedJs = (text) => text.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

// What the bundle holds of others goes with its licence.
const notice = `/*! With uPlot inside, whose licence says:\n${readFileSync(join(root, "node_modules/uplot/LICENSE"), "utf8").trim()}\n*/\n`;

async function bundle(name) {
  const [made] = [await build({
    root, configFile: false, logLevel: "warn", mode: "production",
    build: {
      write: false, target: "es2022", minify: "esbuild", cssMinify: "esbuild", sourcemap: false, reportCompressedSize: false,
      lib: {entry: join(root, "src", `${name}.ts`), formats: ["iife"], name: "aforo", fileName: () => `${name}.js`, cssFileName: name},
    },
  })].flat();
  for (const file of made.output) {
    const text = file.type === "chunk" ? notice + escapedJs(file.code) : escapedCss(String(file.source));
    writeFileSync(join(out, file.fileName), fitting(file.fileName, text.trimEnd()));
  }
}

const hash = (file) => `sha256-${createHash("sha256").update(readFileSync(join(out, file))).digest("base64")}`;

mkdirSync(out, {recursive: true});
await bundle("report");
await bundle("app");
writeFileSync(join(out, "app.html"), readFileSync(join(root, "src/app.html")));
writeFileSync(join(out, "csp.txt"), `script ${hash("report.js")}\nstyle ${hash("report.css")}\n`);
