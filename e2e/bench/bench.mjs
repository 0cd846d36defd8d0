// npm run bench [-- bundles|pins|page|folder|start]: how long it takes to verify a bundle, for the
// first time and again, here and with two other verifiers, in Node and in
// Chromium; how long a person waits for the page (see page.mjs), and for a
// folder of 50,000 files (see folder.mjs); and what the pins of a lock file cost
// beside the tools of their ecosystem (see pins.mjs). It prints figures and asserts nothing: a clock is not a test. With "start" it only
// installs, loads everything and takes one sample of each verifier: npm test
// asks that much.
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ensureBuilt } from "../../wasm/build.mjs";
import { ensureInstalled, installed } from "../../web/install.mjs";
import { buildSite } from "../../web/site/build.mjs";
import { subjects } from "./subjects.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const samples = Number(process.env.TOUCHSTONE_BENCH_SAMPLES || 5);

async function install() {
  await ensureInstalled();
  if (await installed(here)) return;
  process.stderr.write("installing what is compared with (into e2e/bench only) …\n");
  const npm = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: here, stdio: ["ignore", "ignore", "inherit"] });
  if (npm.status !== 0) throw new Error("npm ci in e2e/bench failed");
}

/** One sample in a new Node process: {load, first, again, least} in ms, or {error}. */
function inNode(verifier, subject) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`${here}sample-node.mjs`, verifier, subject], { stdio: ["ignore", "pipe", "inherit"] });
    let out = "";
    child.stdout.on("data", (chunk) => { out += chunk; });
    child.on("error", reject);
    child.on("close", (code) => {
      try {
        resolve(JSON.parse(out));
      } catch {
        reject(new Error(`measuring ${verifier} ended with ${code}: ${out}`));
      }
    });
  });
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function measure(sample, verifier, subject) {
  const all = [];
  for (let i = 0; i < samples; i++) {
    const one = await sample(verifier, subject);
    if (one.error) return one;
    all.push(one);
  }
  return Object.fromEntries(["load", "first", "again"].map((key) => [key, median(all.map((one) => one[key]))]).concat([["least", Math.min(...all.map((one) => one.least))]]));
}

function row(cells) {
  const widths = [9, 30, 34, 9, 9, 9, 9];
  return cells.map((cell, i) => (i < 3 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i]))).join(" ");
}

const verifiers = ["touchstone", "@freedomofpress/sigstore-browser", "@sigstore/verify"];

async function start() {
  await Promise.all(["playwright-core", "esbuild", "lighthouse"].map((name) => import(name)));
  const [subject] = Object.keys(subjects());
  for (const verifier of subject ? verifiers : []) {
    const one = await inNode(verifier, subject);
    if (one.error) throw new Error(`${verifier}: ${one.error}`);
    process.stdout.write(`${verifier}: ${one.first.toFixed(1)} ms\n`);
  }
}

async function bundles() {
  const list = subjects();
  if (Object.keys(list).length === 0) {
    process.stdout.write("the real bundles are not at ../shared/corpus beside the repository: none was verified\n");
    return;
  }
  const { chromium } = await import("./sample-chromium.mjs");
  const browser = await chromium();
  process.stdout.write(`Medians of ${samples} new processes or pages, in ms; "again" is the median of 30 more verifications in each, "least" the quickest of all of them.\n\n`);
  process.stdout.write(`${row(["where", "bundle", "verifier", "load", "first", "again", "least"])}\n`);
  try {
    for (const [where, sample] of [["Node", inNode], [browser.name, browser.sample]]) {
      for (const subject of Object.keys(list)) {
        for (const verifier of verifiers) {
          const m = where !== "Node" && verifier === "@sigstore/verify" ? { error: "needs Node" } : await measure(sample, verifier, subject);
          const cells = m.error ? [`  ${m.error}`] : [m.load.toFixed(0), m.first.toFixed(1), m.again.toFixed(1), m.least.toFixed(1)];
          process.stdout.write(`${row([where, subject, verifier, ...cells])}\n`);
        }
      }
    }
  } finally {
    await browser.close();
  }
}

const usage = "usage: npm run bench -- [bundles] [pins] [page] [folder] [start] [list]";
const help = `${usage}
  bundles    how long a bundle takes to verify, here and with two other verifiers
  pins       what the pins of a lock file cost, beside the tools of their ecosystems
  page       how long a person waits for the page
  folder     a folder of 50,000 files in the page
  start      only whether everything installs and loads
  list       a signed list of 10 MB in the page, asked of Debian's archive
Without a part it runs all but the last two. It prints figures and asserts nothing.
`;

async function bench(asked) {
  if (asked.some((part) => !["bundles", "pins", "page", "folder", "start", "list"].includes(part))) throw new Error(usage);
  await install();
  await ensureBuilt("conformance");
  if (asked.includes("start")) await start();
  if (asked.length === 0 || asked.includes("bundles")) await bundles();
  if (asked.length === 0 || asked.includes("pins")) {
    await ensureBuilt("whole");
    await (await import("./pins.mjs")).benchPins();
  }
  const inPage = ["page", "folder", "list"].filter((part) => asked.length === 0 && part !== "list" || asked.includes(part)); // the list is asked of the archive
  if (inPage.length > 0) {
    await (await import("../chromium.mjs")).ensureChromium();
    await ensureBuilt();
    await buildSite();
  }
  if (inPage.includes("page")) await (await import("./page.mjs")).benchPage(samples);
  if (inPage.includes("folder")) await (await import("./folder.mjs")).benchFolder();
  if (inPage.includes("list")) await (await import("./list.mjs")).benchList(samples);
}

try {
  const asked = process.argv.slice(2);
  if (asked.includes("--help")) process.stdout.write(help);
  else await bench(asked);
} catch (error) {
  process.stderr.write(`bench: ${error.message.split("\n")[0]}\n`);
  process.exitCode = 1;
}
