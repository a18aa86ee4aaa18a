// The page of `aforo serve` in a real browser, against a server that is made up: node app.mjs [--dist FOLDER] [--shots FOLDER]
//
// Where AFORO names the binary and AFORO_RECORDS a folder with run_predicted.json, also against the real one.
import assert from "node:assert/strict";
import {mkdirSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";

import {executable, launch, skip, watched} from "./browser.mjs";
import * as checks from "./checks.mjs";
import {serve} from "./mock_server.mjs";
import {LONG, start} from "./real_server.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const option = (name, otherwise) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : otherwise);
const dist = option("--dist", join(here, "../dist"));
const shots = option("--shots", undefined);

if (!executable()) skip("no chromium is installed: the page of 'aforo serve' was not opened");
if (shots) mkdirSync(shots, {recursive: true});

const server = await serve(dist, join(here, "fixtures"));
const browser = await launch();
let passed = 0;
let failed = 0;

// A page of its own for each check, and nothing that it may complain of but what `expected` matches.
async function check(what, hash, act, settings = {}, expected = /^$/, address = server.address) {
  const context = await browser.newContext({viewport: {width: 1440, height: 900}, acceptDownloads: true, ...settings});
  await context.grantPermissions(["clipboard-read", "clipboard-write"], {origin: address});
  const {page, faults} = await watched(context, (url) => url.startsWith(address) || url.startsWith("blob:") || url.startsWith("data:"));
  try {
    await page.goto(address + hash);
    await act(page);
    assert.deepEqual(faults.filter((fault) => !expected.test(fault)), [], "what the page complains of");
    assert.notEqual(await page.title(), "owned", "nothing of an answer is run");
    ++passed;
  } catch (error) {
    ++failed;
    console.log(`FAILED ${what}: ${error.message}`);
    if (shots) await page.screenshot({path: join(shots, `failed-${failed}.png`)});
  }
  await context.close();
}

const answered = (page) => page.locator("#state", {hasText: /^Answered in/}).waitFor();
async function until(met, what) {
  for (let i = 0; i < 600; ++i) {
    if (met()) return;
    await new Promise((later) => setTimeout(later, 50));
  }
  throw new Error(`in vain waited until ${what}`);
}
const title = (page) => page.locator("#answer h1").textContent();
const told = (page) => page.locator("#view-live dd.value", {hasText: "954 MiB/s"});

await check("an answer", "", async (page) => {
  await answered(page);
  assert.match(await title(page), /resnet50_h100 · default accelerators/);
  await checks.drawn(page);
  await checks.notBlank(page);
});

await check("an answer that would act", "#size?workload=resnet50_h100&capacity=666TB", async (page) => {
  await answered(page);
  assert.equal(await page.locator("#answer script:not([type='application/json']), #answer [onclick]").count(), 0);
}, {}, /Executing inline event handler violates/);

await check("a slider by keyboard", "", async (page) => {
  await answered(page);
  const {seen} = server;
  const before = seen.asks.length;
  const bar = page.getByRole("slider", {name: "Accelerators, slider"});
  await bar.evaluate((field) => {
    for (let i = 0; i < 12; ++i) {
      field.stepUp();
      field.dispatchEvent(new Event("input", {bubbles: true}));
    }
  });
  await page.waitForFunction(() => document.querySelector("#answer h1").textContent.includes("512"));
  await answered(page);
  assert.equal(await bar.getAttribute("aria-valuetext"), "512");
  assert.equal(seen.asks.length - before, 1, "what is passed over is not asked for");
  assert.match(page.url(), /#size\?workload=resnet50_h100&accelerators=512$/);
  await bar.focus();
  await server.holding(async () => {
    await page.keyboard.press("ArrowRight");
    await until(() => seen.asks.length === before + 2, "the next is asked for");
    const {aborted} = seen;
    await page.keyboard.press("ArrowRight");
    await until(() => seen.aborted > aborted, "the request before is given up");
  });
  await page.waitForFunction(() => document.querySelector("#answer h1").textContent.includes("1024"));
  await answered(page);
});

await check("the time to an answer", "", async (page) => {
  await answered(page);
  const time = await page.evaluate(async () => {
    const field = document.querySelector('input[type="range"]');
    const began = performance.now();
    field.value = String(Number(field.value) + 1);
    field.dispatchEvent(new Event("input", {bubbles: true}));
    while (!/^By formulas/.test(document.querySelector("#state").textContent)) await new Promise(requestAnimationFrame);
    return performance.now() - began;
  });
  console.log(`from a slider's move to the first answer on the page: ${time.toFixed(0)} ms, of which 120 ms are the pause`);
});

await check("a refusal", "#size?workload=resnet50_h100&accelerators=many", async (page) => {
  await page.locator("#trouble", {hasText: "--accelerators: expected a count, found 'many'"}).waitFor();
  await page.getByLabel("Accelerators", {exact: true}).fill("32");
  await answered(page);
  assert.equal(await page.locator("#trouble").isVisible(), false);
}, {}, /console: Failed to load resource.*400/);

await check("a failure", "#size?workload=resnet50_h100&capacity=13TB", (page) =>
  page.locator("#trouble", {hasText: "expected a capacity that something holds"}).waitFor());

await check("a link", "#size?workload=unet3d_h100&accelerators=48&accelerator-type=b200&target=95%25&where=cloud&gpus=3", async (page) => {
  await answered(page);
  assert.match(await title(page), /unet3d_h100 · 48 accelerators/);
  assert.match(await page.locator("#trouble").textContent(), /^The link names 'gpus', which this page does not know/);
  assert.deepEqual(server.seen.asks.at(-1).body.options, {"accelerators": "48", "accelerator-type": "b200", "target": "95%", "where": "cloud"});
  assert.match(server.seen.asks.at(-1).body.page, /^[0-9a-f-]{36}$/);
});

await check("YAML", "#size?workload=unet3d_h100", async (page) => {
  await answered(page);
  await page.getByRole("button", {name: "Edit as YAML"}).click();
  const area = page.getByLabel("Workload file (YAML)");
  await area.waitFor();
  await page.waitForFunction(() => document.querySelector("#answer h1")?.textContent.includes("a file"));
  await area.fill("name: mine\n");
  await until(() => server.seen.asks.at(-1).body.yaml === "name: mine\n", "the edited file is asked for");
  assert.match(page.url(), /yaml=name/);
  await answered(page);
  await page.getByRole("button", {name: "Back to the preset"}).click();
  await page.waitForFunction(() => document.querySelector("#answer h1").textContent.includes("unet3d_h100"));
});

await check("a prediction", "#size?workload=unet3d_h100&storage=nvme.yaml", async (page) => {
  await answered(page);
  assert.equal(server.seen.asks.at(-1).path, "/api/predict");
  assert.equal(await page.getByLabel("Data to hold", {exact: true}).isVisible(), false);
});

await check("what is kept", "", async (page) => {
  await answered(page);
  for (const [button, file] of [["Save Record", "size.json"], ["Save CSV", "size.csv"], ["Save design.yaml", "design.yaml"], ["Save report", "size.html"]]) {
    const saving = page.waitForEvent("download");
    await page.locator("#keep").getByRole("button", {name: button}).focus();
    await page.keyboard.press("Enter");
    assert.equal((await saving).suggestedFilename(), file);
  }
  await page.getByRole("button", {name: "Copy link"}).click();
  await page.locator("#state", {hasText: "The link is copied"}).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), page.url());
});

await check("Records", "#records", async (page) => {
  const compare = page.getByRole("button", {name: "Compare"});
  await compare.waitFor();
  assert.equal(await compare.isDisabled(), true);
  assert.deepEqual(await page.locator("#view-records tbody th").allTextContents(), ["run.json", "size <b>.json", "sweep.json"]);
  for (const one of ["run.json", "sweep.json"]) {
    await page.getByLabel(`Compare ${one}`).focus();
    await page.keyboard.press("Space");
  }
  await compare.focus();
  await page.keyboard.press("Enter");
  await page.locator(".opened h2", {hasText: "2 Records beside each other"}).waitFor();
  await checks.drawn(page);
  assert.match(page.url(), /#records\?compare=run.json&compare=sweep.json$/);
  await page.getByRole("link", {name: "size <b>.json"}).click();
  await page.locator(".opened h2", {hasText: "size <b>.json"}).waitFor();
  await checks.drawn(page);
  for (const [name, file] of [["Save report", "record.report"], ["Save CSV", "record.csv"]]) {
    const saving = page.waitForEvent("download");
    await page.getByRole("link", {name}).click();
    assert.equal((await saving).suggestedFilename(), file);
  }
  const saving = page.waitForEvent("download");
  await page.getByRole("button", {name: "Save YAML"}).click();
  assert.equal((await saving).suggestedFilename(), "size-b.yaml");
});

await check("a Record opened again", "#records?open=run.json", async (page) => {
  await page.locator(".opened h2", {hasText: "run.json"}).waitFor();
  const anew = async (act, what) => {
    await page.evaluate(() => document.querySelector(".opened h2").classList.add("before"));
    await act();
    await page.locator(".opened h2:not(.before)", {hasText: what}).waitFor();
  };
  await anew(() => page.getByRole("button", {name: "Read again"}).click(), "run.json");
  await anew(() => page.getByRole("link", {name: "run.json"}).click(), "run.json");
  for (const one of ["run.json", "sweep.json"]) await page.getByLabel(`Compare ${one}`).check();
  for (let i = 0; i < 2; ++i) await anew(() => page.getByRole("button", {name: "Compare"}).click(), "2 Records beside each other");
  await anew(() => page.getByRole("button", {name: "Read again"}).click(), "2 Records beside each other");
  assert.match(page.url(), /#records\?compare=run.json&compare=sweep.json$/);
});

await check("a Record that comes late", "#records", async (page) => {
  let release;
  const released = new Promise((now) => { release = now; });
  await page.route(/run\.json\?as=html/, async (route) => {
    await released;
    await route.continue();
  });
  const asked = page.waitForRequest(/run\.json\?as=html/);
  await page.getByRole("link", {name: "run.json"}).click();
  await asked;
  await page.getByRole("link", {name: "sweep.json"}).click();
  await page.locator(".opened h2", {hasText: "sweep.json"}).waitFor();
  const late = page.waitForResponse(/run\.json\?as=html/);
  release();
  await (await late).finished();
  await page.evaluate(() => new Promise((later) => setTimeout(later, 100)));
  assert.equal(await page.locator(".opened h2").first().textContent(), "sweep.json");
});

await check("a Record that is not there", "#records?open=gone.json", (page) =>
  page.locator("#trouble", {hasText: "expected a Record's name, found 'gone.json'"}).waitFor(), {}, /console: Failed to load resource.*404/);

await check("a run in progress", "#live", async (page) => {
  await page.locator("#view-live p", {hasText: "The run has ended."}).waitFor();
  await checks.drawn(page);
  await server.holding(async () => {
    await page.reload();
    await told(page).waitFor();
  });
  await page.locator("#view-live p", {hasText: "The run has ended."}).waitFor();
});

await check("a run that has ended", "#live", async (page) => {
  const ended = page.locator("#view-live p", {hasText: "The run has ended."});
  const title = page.locator("#view-live h1", {hasText: "aforo run"});
  const away = async () => {
    await page.getByRole("link", {name: "Records", exact: true}).click();
    await page.getByRole("button", {name: "Compare"}).waitFor();
    await page.getByRole("link", {name: "Live", exact: true}).click();
    await ended.waitFor();
    await title.waitFor();
  };
  await ended.waitFor();
  let looks = 0;
  await page.route("**/api/live", (route) => {
    ++looks;
    return route.abort();
  });
  await away();
  assert.equal(looks, 0, "its server has ended with it");
  await page.getByRole("button", {name: "Look again"}).click();
  await page.locator("#view-live p", {hasText: "The server does not answer"}).waitFor();
  assert.equal(looks, 1);
  await title.waitFor();
  await away();
  await page.unroute("**/api/live");
  await server.holding(async () => {
    await page.getByRole("button", {name: "Look again"}).click();
    await told(page).waitFor();
    assert.equal(await title.count(), 0, "another run has its own answer");
  });
  await ended.waitFor();
}, {}, /console: Failed to load resource.*ERR_FAILED/);

await check("the way past the menu", "#size?workload=unet3d_h100&accelerators=48", async (page) => {
  await answered(page);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "content");
  assert.match(page.url(), /accelerators=48$/);
});

await check("all by keyboard", "#size?workload=unet3d_h100", async (page) => {
  await answered(page);
  await checks.reachedByTab(page);
  const wanted = await page.locator("#ask :is(select, input, textarea, button):visible").count();
  await page.evaluate(() => document.activeElement?.blur());
  await page.locator(".skip").focus();
  const reached = new Set();
  for (let i = 0; i < 40; ++i) {
    await page.keyboard.press("Tab");
    const place = await page.evaluate(() => [...document.querySelectorAll("#ask :is(select, input, textarea, button)")].indexOf(document.activeElement));
    if (place >= 0) reached.add(place);
  }
  assert.equal(reached.size, wanted, "fields that Tab reaches");
});

await check("from part to part", "#size?workload=unet3d_h100&accelerators=48", async (page) => {
  await answered(page);
  await page.getByRole("link", {name: "Records", exact: true}).click();
  await page.getByRole("button", {name: "Compare"}).waitFor();
  await page.getByRole("link", {name: "Size", exact: true}).click();
  await page.waitForFunction(() => /accelerators=48/.test(location.hash) && !document.querySelector("#view-size").hidden);
  assert.equal(await page.getByLabel("Accelerators", {exact: true}).inputValue(), "48");
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [360, 820, 1440]) {
    for (const [name, hash] of [["size", "#size?workload=unet3d_h100&capacity=220TB"], ["records", "#records?open=run.json"], ["live", "#live"]]) {
      await check(`${name} ${colorScheme} ${width}`, hash, async (page) => {
        if (name === "size") await answered(page);
        else if (name === "records") await page.locator(".opened > .table-tools > h2").waitFor();
        else await page.locator("#view-live p", {hasText: "The run has ended."}).waitFor();
        await checks.drawn(page);
        await checks.fitsWidth(page);
        await checks.still(page);
        if (width !== 820) await checks.accessible(page);
        if (shots) await page.screenshot({path: join(shots, `app-${name}-${colorScheme}-${width}.png`), fullPage: true});
      }, {viewport: {width, height: 900}, colorScheme, reducedMotion: "reduce"});
    }
  }
}

const {AFORO, AFORO_RECORDS} = process.env;
if (AFORO && AFORO_RECORDS) {
  const real = await start(AFORO, AFORO_RECORDS);
  await check("the real server", real.address.search, async (page) => {
    page.setDefaultTimeout(LONG);
    await answered(page);
    await checks.drawn(page);
    await page.getByRole("link", {name: "Records", exact: true}).click();
    await page.getByRole("link", {name: "run_predicted.json"}).click();
    await page.locator(".opened h2", {hasText: "run_predicted.json"}).waitFor();
    await page.locator(".opened h1", {hasText: "aforo run"}).waitFor();
    await checks.drawn(page);
    await checks.notBlank(page);
    assert.equal(await real.stop(), 0, "what SIGINT ends it with, while a page is open");
  }, {}, /^$/, `${real.address.origin}/`);
}

await browser.close();
server.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
