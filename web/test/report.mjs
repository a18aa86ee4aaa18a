// Reports in a real browser: node report.mjs [--dist FOLDER] [--shots FOLDER]
//
// Opens the fixtures beside this file, and every .html of the folder AFORO_REPORTS where that is given: pages as aforo
// writes them. Exit code 77 where there is no browser. Shots, where wanted, are for eyes.
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {basename, join} from "node:path";
import {fileURLToPath, pathToFileURL} from "node:url";
import {gzipSync} from "node:zlib";

import {executable, launch, skip, watched} from "./browser.mjs";
import * as checks from "./checks.mjs";
import {longChart, pageOf} from "./page.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const option = (name, otherwise) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : otherwise);
const dist = option("--dist", join(here, "../dist"));
const shots = option("--shots", undefined);
const LOOKS = [["light", 360], ["light", 820], ["light", 1440], ["dark", 360], ["dark", 1440]];
const BY_RULES = ["light 360", "dark 1440"];  // rules of accessibility are slow to check
const LONG = 200_000;

if (!executable()) skip("no chromium is installed: pages were not opened");

const work = mkdtempSync(join(tmpdir(), "aforo-report-"));
if (shots) mkdirSync(shots, {recursive: true});

function pages() {
  const fixtures = join(here, "fixtures");
  const made = readdirSync(fixtures).filter((name) => name.endsWith(".html")).map((name) => {
    const path = join(work, name);
    writeFileSync(path, pageOf(readFileSync(join(fixtures, name), "utf8"), dist, name));
    return path;
  });
  const given = process.env.AFORO_REPORTS;
  return [...made, ...(given ? readdirSync(given).filter((name) => name.endsWith(".html")).sort().map((name) => join(given, name)) : [])];
}

let passed = 0;
let failed = 0;
async function check(what, act) {
  try {
    await act();
    ++passed;
  } catch (error) {
    ++failed;
    console.log(`FAILED ${what}: ${error.message}`);
  }
}

async function open(browser, path, settings) {
  const context = await browser.newContext({viewport: {width: 1440, height: 900}, acceptDownloads: true, ...settings});
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const address = pathToFileURL(path).href;
  const {page, faults} = await watched(context, (url) => url === address || url.startsWith(`blob:`) || url.startsWith("data:"));
  await page.goto(address);
  return {context, page, faults};
}

async function looks(browser, path) {
  const name = basename(path, ".html");
  for (const [colorScheme, width] of LOOKS) {
    const what = `${name} ${colorScheme} ${width}`;
    const {context, page, faults} = await open(browser, path, {viewport: {width, height: 900}, colorScheme, reducedMotion: "reduce"});
    await check(`${what}: drawn`, () => checks.drawn(page));
    await check(`${what}: not blank`, () => checks.notBlank(page));
    await check(`${what}: width`, () => checks.fitsWidth(page));
    await check(`${what}: still`, () => checks.still(page));
    if (shots) await page.screenshot({path: join(shots, `${name}-${colorScheme}-${width}.png`), fullPage: true});
    if (BY_RULES.includes(`${colorScheme} ${width}`)) await check(`${what}: accessible`, () => checks.accessible(page));
    await check(`${what}: quiet`, () => { if (faults.length > 0) throw new Error(faults.join("; ")); });
    await context.close();
  }
}

async function hands(browser, path) {
  const name = basename(path, ".html");
  const {context, page, faults} = await open(browser, path, {});
  await check(`${name}: drawn`, () => checks.drawn(page));
  for (const id of await page.$$eval("figure[data-kind]", (list) => list.map((figure) => figure.id))) {
    const figure = page.locator(`[id="${id}"]`);
    await check(`${name} #${id}: table`, () => checks.tableByKeyboard(page, figure));
    await check(`${name} #${id}: keyboard`, () => checks.zoomByKeyboard(page, figure));
    await check(`${name} #${id}: mouse`, () => checks.zoomByMouse(page, figure));
  }
  if (path === join(work, "run.html")) {
    const figure = (place) => page.locator(`[id="record-1-figure-${place}"]`);
    await check("run: linked", () => checks.linked(page, figure(1), figure(2)));
  }
  await check(`${name}: follows`, () => checks.follows(page));
  await check(`${name}: wheel`, () => checks.wheelScrolls(page));
  await check(`${name}: Tab`, () => checks.reachedByTab(page));
  await check(`${name}: print`, () => checks.printed(page, join(shots ?? work, `${name}.pdf`)));
  await check(`${name}: still drawn`, () => checks.notBlank(page));
  await check(`${name}: title`, async () => { if (await page.title() === "owned") throw new Error("a name was run as a script"); });
  await check(`${name}: hands, quiet`, () => { if (faults.length > 0) throw new Error(faults.join("; ")); });
  await context.close();
}

async function speed(browser) {
  const path = join(work, "long.html");
  writeFileSync(path, pageOf(longChart(LONG), dist, "long"));
  const {context, page, faults} = await open(browser, path, {});
  await check("long: drawn", () => checks.drawn(page));
  const first = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  await check("long: zoom", async () => {
    const times = await checks.zoomTime(page, page.locator("#figure-1"));
    const middle = times.toSorted((a, b) => a - b)[times.length >> 1];
    console.log(`${LONG} points: first paint after ${Math.round(first)} ms; a zoom takes ${middle.toFixed(1)} ms (at most ${Math.max(...times).toFixed(1)})`);
  });
  await check("long: hands", () => checks.zoomByMouse(page, page.locator("#figure-1")));
  await check("long: table", async () => {
    const began = Date.now();
    const lines = await checks.longTable(page, page.locator("#figure-1"));
    console.log(`${LONG} points: a table of its first rows and a CSV of ${lines} lines took ${Date.now() - began} ms`);
    if (lines !== LONG + 1) throw new Error(`${lines} lines of ${LONG + 1}`);
  });
  await check("long: quiet", () => { if (faults.length > 0) throw new Error(faults.join("; ")); });
  await context.close();
}

const weight = gzipSync(pageOf("", dist)).length;
console.log(`a page without contents weighs ${weight} bytes compressed`);
await check("weight", () => { if (weight > 400_000) throw new Error(`${weight} bytes, expected at most 400,000`); });
const browser = await launch();
try {
  for (const path of pages()) {
    await looks(browser, path);
    await hands(browser, path);
  }
  await speed(browser);
} finally {
  await browser.close();
  rmSync(work, {recursive: true, force: true});
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
