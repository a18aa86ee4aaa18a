// What holds for every page of a report. Each check throws an Error that says what it found.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";

import {axe} from "./browser.mjs";

export async function drawn(page) {
  await page.waitForFunction(() => [...document.querySelectorAll("figure[data-kind]")]
    .every((figure) => figure.matches(".drawn, .undrawn")), null, {timeout: 20_000});
  const undrawn = await page.$$eval("figure.undrawn", (list) => list.map((figure) => `${figure.id}: ${figure.querySelector(".plot").textContent}`));
  assert.deepEqual(undrawn, [], "figures that could not be drawn");
}

// Every canvas holds more than its ground.
export async function notBlank(page) {
  const blank = await page.$$eval("figure[data-kind]", (figures) => figures.filter((figure) => {
    const canvas = figure.querySelector("canvas");
    if (!canvas || canvas.width === 0) return true;
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    let inked = 0;
    for (let i = 3; i < pixels.length; i += 4) if (pixels[i] > 0) ++inked;
    return inked < 200;
  }).map((figure) => figure.id));
  assert.deepEqual(blank, [], "figures that are blank");
}

export async function fitsWidth(page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `the page is ${wide} pixels wider than its window`);
}

export async function accessible(page) {
  assert.deepEqual(await axe(page), [], "rules of accessibility");
}

// RFC 4180, read by somebody else's rules than it was written by.
export function parseCsv(text) {
  const rows = [[]];
  const field = /(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(,|\r\n|$)/gy;
  assert.ok(text.endsWith("\r\n"), "the last line ends as the others");
  while (field.lastIndex < text.length) {
    const found = field.exec(text);
    assert.ok(found, "a field of the CSV");
    rows.at(-1).push(found[1] === undefined ? found[2] : found[1].replaceAll('""', '"'));
    if (found[3] === "\r\n" && field.lastIndex < text.length) rows.push([]);
  }
  return rows;
}

const counted = (numbers) => {
  const counts = new Map();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  return counts;
};

function checkCsv(figure, text) {
  const [head, ...rows] = parseCsv(text);
  for (const row of rows) assert.equal(row.length, head.length, `cells of '${row.join("|")}'`);
  if (figure.kind === "timeline") {
    assert.equal(rows.length, figure.rows.length * figure.bins);
    assert.equal(head.length, 3 + figure.states.length);
    return;
  }
  const across = figure.y.categories ? "x" : "y";
  const all = counted(rows.flat().filter((cell) => cell !== "").map(Number));
  const wanted = figure.series.flatMap((series) => [...(series.mark === "band" ? [] : series[across]), ...(series.low ?? []), ...(series.high ?? [])]);
  if (figure[across].categories) return;
  for (const [number, count] of counted(wanted.filter((value) => value !== null))) {
    assert.ok((all.get(number) ?? 0) >= count, `${number} is missing in the CSV of '${figure.title}'`);
  }
}

export async function tableByKeyboard(page, figure) {
  const data = JSON.parse(await figure.locator('script[type="application/json"]').textContent());
  const summary = figure.locator("details.data > summary");
  await summary.focus();
  await page.keyboard.press("Enter");
  await figure.locator("details.data table").waitFor();
  const lines = await figure.locator("details.data tbody tr").count();
  const points = data.kind === "timeline" ? data.rows.length : data.series.flatMap((series) => series.x).filter((x) => x !== null).length;
  assert.ok(points === 0 || lines > 0, `the table of '${data.title}' has no rows`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await figure.locator(".done", {hasText: "Copied."}).waitFor();
  const clip = await page.evaluate(() => navigator.clipboard.readText());
  const heads = await figure.locator("thead th").allTextContents();
  const first = clip.split("\n")[0].split("\t").map((head) => head.replace(/ \([^()]*\)$/, ""));
  assert.deepEqual(first, heads.map((head) => head.replace(/[\t\r\n]+/g, " ").replace(/ \([^()]*\)$/, "")), "what was copied");
  await page.keyboard.press("Tab");
  const saving = page.waitForEvent("download");
  await page.keyboard.press("Enter");
  const download = await saving;
  assert.match(download.suggestedFilename(), /^[a-z0-9-]+\.csv$/);
  checkCsv(data, readFileSync(await download.path(), "utf8"));
  await summary.focus();
  await page.keyboard.press("Enter");
}

const seen = (figure) => figure.locator(".plot").evaluate((plot) => [Number(plot.dataset.from), Number(plot.dataset.to)]);

async function settled(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

export async function zoomByKeyboard(page, figure) {
  const surface = figure.locator(".surface");
  await surface.focus();
  const zoomable = await figure.locator(".zoom").count() > 0;
  const before = await seen(figure);
  await page.keyboard.press("ArrowRight");
  await settled(page);
  const said = await figure.locator("[role=status].unseen").textContent();
  const points = Number(await figure.locator("tbody tr").count());
  assert.ok(said.length > 3 || points === 0 || points === 1, `nothing is said of a point of ${await figure.getAttribute("id")}`);
  if (zoomable) {
    await page.keyboard.press("+");
    await page.keyboard.press("+");
    await settled(page);
    const closer = await seen(figure);
    assert.ok(closer[1] - closer[0] < before[1] - before[0], "plus shows less");
    await page.keyboard.press("0");
    await settled(page);
    assert.deepEqual(await seen(figure), before, "0 shows all");
  }
  await page.keyboard.press("Escape");
  assert.equal(await surface.evaluate((element) => document.activeElement === element), false, "Escape leaves");
}

export async function zoomByMouse(page, figure) {
  if (await figure.locator(".zoom").count() === 0) return;
  const surface = figure.locator(".surface");
  await surface.scrollIntoViewIfNeeded();
  const box = await surface.boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + Math.min(60, box.height / 2)];
  const before = await seen(figure);
  await page.mouse.move(x, y);
  await surface.focus();
  await page.mouse.wheel(0, -240);
  await page.waitForFunction(([id, to]) => Number(document.getElementById(id).querySelector(".plot").dataset.to) !== to, [await figure.getAttribute("id"), before[1]]);
  const closer = await seen(figure);
  assert.ok(closer[1] - closer[0] < before[1] - before[0], "the wheel shows less");
  await page.keyboard.press("0");
  await settled(page);
  await page.mouse.move(x - 60, y);
  await page.mouse.down();
  await page.mouse.move(x + 60, y, {steps: 4});
  await page.mouse.up();
  await settled(page);
  const dragged = await seen(figure);
  assert.ok(dragged[1] - dragged[0] < before[1] - before[0], "dragging shows less");
  await figure.locator(".zoom button", {hasText: "All"}).click();
  await settled(page);
  assert.deepEqual(await seen(figure), before, "the button shows all");
}

// The system's colours and the window's width may change at any time.
export async function follows(page) {
  const state = () => page.$$eval(".plot canvas", (list) => list.map((canvas) => [canvas.toDataURL().length, canvas.toDataURL().slice(-4000), canvas.clientWidth]));
  const before = await state();
  await page.emulateMedia({colorScheme: "dark"});
  await settled(page);
  const dark = await state();
  before.forEach(([, pixels], i) => assert.notEqual(dark[i][1], pixels, `picture ${i + 1} keeps its light colours`));
  await page.setViewportSize({width: 600, height: 900});
  await page.waitForFunction(() => [...document.querySelectorAll(".plot")].every((plot) => {
    const canvas = plot.querySelector("canvas");
    return !canvas || plot.clientWidth === 0 || Math.abs(canvas.clientWidth - plot.clientWidth) <= 1;
  }), null, {timeout: 5000});
  await page.emulateMedia({colorScheme: "light"});
  await page.setViewportSize({width: 1440, height: 900});
  await settled(page);
}

// Pictures along the same time show the same part of it.
export async function linked(page, one, other) {
  await one.locator(".surface").focus();
  await page.keyboard.press("+");
  await settled(page);
  const [wanted, found] = [await seen(one), await seen(other)];
  wanted.forEach((end, i) => assert.ok(Math.abs(end - found[i]) < 1e-6, `zoomed to ${wanted}, the other shows ${found}`));
  await page.keyboard.press("0");
  await settled(page);
}

// Without the focus a wheel scrolls the page and no picture.
export async function wheelScrolls(page) {
  const figure = page.locator("figure[data-kind]:has(.zoom)").first();
  if (await figure.count() === 0) return;
  await page.evaluate(() => document.activeElement?.blur());
  await figure.locator(".surface").scrollIntoViewIfNeeded();
  const box = await figure.locator(".surface").boundingBox();
  const before = await seen(figure);
  await page.mouse.move(box.x + box.width / 2, box.y + 30);
  await page.mouse.wheel(0, 40);
  await settled(page);
  assert.deepEqual(await seen(figure), before, "a wheel without the focus leaves the picture");
}

// Tab alone reaches every picture and every table.
export async function reachedByTab(page) {
  const wanted = await page.locator(".surface, details.data > summary").count();
  await page.evaluate(() => { document.activeElement?.blur(); scrollTo(0, 0); });
  const reached = new Set();
  for (let i = 0; i < 60 * Math.max(1, wanted) && reached.size < wanted; ++i) {
    await page.keyboard.press("Tab");
    const place = await page.evaluate(() => [...document.querySelectorAll(".surface, details.data > summary")].indexOf(document.activeElement));
    if (place >= 0) reached.add(place);
  }
  assert.equal(reached.size, wanted, "pictures and tables that Tab reaches");
}

export async function printed(page, path) {
  const pdf = await page.pdf({path, preferCSSPageSize: true, printBackground: false});
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  assert.match(pdf.toString("latin1"), /\/MediaBox\s*\[\s*0 0 59[45][\d.]* 84[12][\d.]*\s*\]/, "the pages are A4");
  await page.waitForFunction(() => !document.documentElement.classList.contains("printing"));
}

export async function still(page) {
  const moving = await page.evaluate(() => [...document.querySelectorAll("*")].filter((element) =>
    getComputedStyle(element).transitionDuration.split(",").some((one) => parseFloat(one) > 0)).length);
  assert.equal(moving, 0, "elements that move although motion is unwanted");
}

// The time from a turn of the wheel to the picture that it asked for.
export async function zoomTime(page, figure) {
  await figure.locator(".surface").focus();
  const times = await figure.evaluate(async (element) => {
    const surface = element.querySelector(".surface");
    const box = surface.getBoundingClientRect();
    const times = [];
    for (let i = 0; i < 9; ++i) {
      const began = performance.now();
      surface.dispatchEvent(new WheelEvent("wheel", {deltaY: i < 6 ? -100 : 100, clientX: box.left + box.width / 2, clientY: box.top + 50, cancelable: true, bubbles: true}));
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      times.push(performance.now() - began);
    }
    return times;
  });
  await page.keyboard.press("0");
  return times;
}

// A table begins with as much as a page can bear; the file has all. Returns the file's lines.
export async function longTable(page, figure) {
  await figure.locator("details.data > summary").click();
  await figure.locator("tbody tr").first().waitFor();
  assert.equal(await figure.locator("tbody tr").count(), 1000);
  await figure.locator(".more-rows").click();
  assert.equal(await figure.locator("tbody tr").count(), 2000);
  const saving = page.waitForEvent("download");
  await figure.getByRole("button", {name: /as CSV$/}).click();
  return readFileSync(await (await saving).path(), "utf8").split("\r\n").length - 1;
}
