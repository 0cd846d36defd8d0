// npm run bench [-- PART ...]: how long it takes to verify a bundle, for the first
// time and again, here and with two other verifiers, in Node and in Chromium, and
// what else takes time: its parts are listed below. It prints figures and asserts
// nothing: a clock is not a test. With "start" it only installs, loads everything and
// takes one sample of each verifier: npm test asks that much.
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ensureBuilt } from "../../wasm/build.mjs";
import { ensureInstalled, installed } from "../../web/install.mjs";
import { buildSite } from "../../web/site/build.mjs";
import { subjects } from "./subjects.mjs";
import { does, measured, warming } from "./verifiers.mjs";

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

/** Takes the samples of all verifiers in turn, so that what else the machine does meets all alike: name → {load, first, again, least} or {error}. */
async function measure(sample, names, subject) {
  const all = Object.fromEntries(names.map((name) => [name, []]));
  for (let i = 0; i < samples; i++) {
    for (const name of names) if (!all[name][0]?.error) all[name].push(await sample(name, subject));
  }
  return Object.fromEntries(Object.entries(all).map(([name, taken]) => [name, taken[0].error ? taken[0] : Object.fromEntries(
    ["load", "first", "again"].map((key) => [key, median(taken.map((one) => one[key]))]).concat([["least", Math.min(...taken.map((one) => one.least))]]),
  )]));
}

function row(cells) {
  const widths = [9, 30, 34, 9, 9, 9, 9, 9, 9];
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
  process.stdout.write(`Medians of ${samples} new processes or pages, in ms; "again" is the median of ${measured} more verifications in each, after ${warming} that warm up, "least" the quickest of all of them, "of theirs" both in those of sigstore-browser.\n${does}\n`);
  process.stdout.write(`${row(["where", "bundle", "verifier", "load", "first", "again", "least", "of theirs", ""])}\n`);
  try {
    for (const [where, sample] of [["Node", inNode], [browser.name, browser.sample]]) {
      for (const subject of Object.keys(list)) {
        const all = await measure(sample, verifiers.filter((name) => where === "Node" || name !== "@sigstore/verify"), subject); // that one needs Node
        for (const [verifier, m] of Object.entries(all)) {
          const cells = m.error ? [`  ${m.error}`] : [m.load.toFixed(0), m.first.toFixed(1), m.again.toFixed(1), m.least.toFixed(1), ...["again", "least"].map((key) => (all[verifiers[1]].error ? "-" : (m[key] / all[verifiers[1]][key]).toFixed(2)))];
          process.stdout.write(`${row([where, subject, verifier, ...cells])}\n`);
        }
      }
    }
  } finally {
    await browser.close();
  }
}

/** Makes ready what is measured in the page: Chromium, the programs and the site. */
async function readyPage() {
  await (await import("../chromium.mjs")).ensureChromium();
  await ensureBuilt();
  await buildSite();
}

/** What can be asked for: what it says, how it is done, what has to be there before, and whether it is done only where it is asked for. */
const parts = {
  start: { says: "only whether everything installs and loads", run: start, onlyAsked: true },
  bundles: { says: "how long a bundle takes to verify, here and with two other verifiers", run: bundles },
  pins: { says: "what the pins of a lock file cost, beside the tools of their ecosystems", ready: () => ensureBuilt("whole"), run: async () => (await import("./pins.mjs")).benchPins() },
  gosum: { says: "of the same, a go.sum alone, beside go mod download and go mod verify", ready: () => ensureBuilt("whole"), run: async () => (await import("./pins.mjs")).benchGoSum(), onlyAsked: true },
  page: { says: "how long a person waits for the page", ready: readyPage, run: async () => (await import("./page.mjs")).benchPage(samples) },
  visits: { says: "where the time goes until the auditor is ready, on later visits", ready: readyPage, run: async () => (await import("./visits.mjs")).benchVisits(Math.max(samples, 10)), onlyAsked: true },
  folder: { says: "a folder of 50,000 files in the page", ready: readyPage, run: async () => (await import("./folder.mjs")).benchFolder() },
  list: { says: "a signed list of 10 MB in the page, asked of Debian's archive", ready: readyPage, run: async () => (await import("./list.mjs")).benchList(samples), onlyAsked: true },
};

const usage = `usage: npm run bench -- ${Object.keys(parts).map((name) => `[${name}]`).join(" ")}`;
const help = `${usage}
${Object.entries(parts).map(([name, { says, onlyAsked }]) => `  ${name.padEnd(10)} ${says}${onlyAsked ? " (only where it is asked for)" : ""}\n`).join("")}It prints figures and asserts nothing.
`;

async function bench(asked) {
  if (asked.some((name) => !Object.hasOwn(parts, name))) throw new Error(usage);
  const chosen = Object.entries(parts).filter(([name, { onlyAsked }]) => (asked.length === 0 ? !onlyAsked : asked.includes(name)));
  await install();
  await ensureBuilt("conformance");
  for (const ready of new Set(chosen.map(([, part]) => part.ready).filter(Boolean))) await ready();
  for (const [, { run }] of chosen) await run();
}

try {
  const asked = process.argv.slice(2);
  if (asked.includes("--help")) process.stdout.write(help);
  else await bench(asked);
} catch (error) {
  process.stderr.write(`bench: ${error.message.split("\n")[0]}\n`);
  process.exitCode = 1;
}
