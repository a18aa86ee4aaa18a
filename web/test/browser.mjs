// The distribution's browser, headless: never one that a package downloads.
import {existsSync, readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {chromium} from "playwright-core";

const CANDIDATES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export const executable = () => process.env.AFORO_CHROMIUM || CANDIDATES.find((path) => existsSync(path));

export function launch() {
  // A sandbox of its own is refused to root.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({executablePath: executable(), args: [...args, "--disable-gpu"]});
}

// A page that notes what no page may do: complain, or ask for anything but itself.
export async function watched(context, allowed) {
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`uncaught: ${error.message}`));
  page.on("request", (request) => {
    if (!allowed(request.url())) faults.push(`request: ${request.url()}`);
  });
  return {page, faults};
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Rules of accessibility that the page breaks, one line each.
export async function axe(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => globalThis.axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}));
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary?.split("\n").slice(1, 2).join("").trim()}`));
}

export function skip(sentence) {
  if (process.env.AFORO_REQUIRE_PEERS === "1") {
    console.error(`expected every peer (AFORO_REQUIRE_PEERS=1): ${sentence}`);
    process.exit(1);
  }
  console.log(`skipped: ${sentence}`);
  process.exit(77);
}
