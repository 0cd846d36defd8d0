// npm test: everything, in the order in which a failure is cheapest. Steps that
// leave a core idle run side by side; what is tried of many is said, and
// TOUCHSTONE_ALL=1 tries all.
import { AsyncLocalStorage } from "node:async_hooks";
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, served } from "../wasm/build.mjs";
import { buildEdge } from "../web/edge/build.mjs";
import { ensureInstalled } from "../web/install.mjs";
import { buildSite } from "../web/site/build.mjs";
import { ensureChromium } from "./chromium.mjs";
import { ensureTools } from "./debian.mjs";
import "./seed.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const tags = "-tags=touchstone_testanchors";
const test = ["test", tags, "-vet=off", "-timeout=30m"]; // what it would vet again, the step vet does
const staticcheck = "honnef.co/go/tools/cmd/staticcheck@v0.8.2";
const deadcode = "golang.org/x/tools/cmd/deadcode@v0.52.0";
// What only tests are made of need be reached by nothing else.
const forTests = /^internal\/(mint|corpus|registrytest)\/|^wasm\/slim\/standin\//;
// How long each fuzz target runs here. Longer runs are for a person's machine:
// go test ./internal/purl -fuzz FuzzParse -fuzztime 10m
const fuzzSeconds = Number(process.env.TOUCHSTONE_FUZZ_SECONDS || 1);
const all = Boolean(process.env.TOUCHSTONE_ALL);

const held = new AsyncLocalStorage(); // what a step writes beside others, until it ends
const children = new Set();

function say(text) {
  const lines = held.getStore();
  if (lines) lines.push(text);
  else process.stdout.write(text);
}

function run(command, args, { cwd = root, env = {}, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    children.add(child);
    let out = "";
    const heard = AsyncLocalStorage.bind((chunk) => {
      out += chunk;
      if (!quiet) say(chunk);
    });
    child.stdout.on("data", heard);
    child.stderr.on("data", heard);
    child.on("error", reject);
    child.on("close", () => children.delete(child));
    child.on("close", (code) => (code === 0 ? resolve(out) : reject(new Error(`${command} ${args.join(" ")} ended with ${code}\n${quiet ? out : ""}`))));
  });
}

const js = { GOOS: "js", GOARCH: "wasm", GOFLAGS: "", CGO_ENABLED: "0" };
// The flags with which wasm/slim compiles the whole program: so Go's cache has what is imported.
const compiled = () => readFileSync(join(root, "build/slim/flags"), "utf8").trim().split("\n");
const forJS = () => `env GOOS=js GOARCH=wasm CGO_ENABLED=0 'GOFLAGS=${compiled().join(" ")}'`;
// Where the build writes the modules that compile for js (see wasm/slim).
const pruned = "build/slim/slim.mod";
const programs = ["./wasm", "./wasm/conformance", "./web/edge", "./web/auditor"];
// What is compiled for js alone, and what has files that only js has, or has not:
// vet reads the others' files natively.
const jsPackages = () => [...programs, "./wasm/bundle", ...folders((text, name) => name.endsWith("_js.go") || /^\/\/go:build .*\bjs\b/m.test(text), /\.go$/)];

const first = [["what npm pins", ensureInstalled]];
const others = [
  ["a browser", ensureChromium],
  ["tools to compare with", () => ensureTools(say)],
];
const ours = [
  ["the build", async () => {
    for (const name of [...served, "conformance", "anchored"]) await build(name);
    await buildEdge();
    await buildSite();
  }],
  ["vet for js", async () => {
    await run("go", ["vet", `-modfile=${pruned}`, ...compiled(), ...jsPackages()], { env: js });
    await run("go", ["vet", `-modfile=${pruned}`, ...compiled(), "-tags=touchstone_whole,touchstone_testanchors", "./wasm", "./internal/fetch"], { env: js });
  }],
  ["nothing is unreachable", reachable],
  // The analyser runs here while it analyses for js, hence the -exec. It cannot
  // be given the pruned modules, so it sees only what needs none of them. Go's own
  // packages are compiled already, as the programs' (see compiled).
  ["staticcheck for js", async () => {
    await run("go", ["run", "-exec", forJS(), staticcheck, "./internal/fetch"]);
    await run("go", ["run", "-exec", forJS(), staticcheck, "-tests=false", "./internal/relay", "./web/edge"]);
  }],
];
const native = [
  ["gofmt", async () => {
    const unformatted = await run("gofmt", ["-l", "internal", "principles", "wasm", "web"], { quiet: true });
    if (unformatted.trim()) throw new Error(`run gofmt -w on:\n${unformatted}`);
  }],
  ["the modules are those of go.sum", () => run("go", ["mod", "verify"], { quiet: true })],
  ["vet", () => run("go", ["vet", tags, "./..."])],
  // What is deprecated is looked for only where all is asked: that reads every library, too.
  ["staticcheck", () => run("go", ["run", staticcheck, ...(all ? [] : ["-checks=inherit,-SA1019"]), tags, "./..."])],
];
// What runs workerd waits for what takes its time: beside more it fails.
const [inWorkerd, inNode] = [true, false].map((clocked) => () => run(process.execPath, ["--test", "--test-reporter=spec", "--test-concurrency=1", ...readdirSync(join(root, "e2e"))
  .filter((name) => name.endsWith(".test.mjs") && /\/(workerd|serve)\.mjs"/.test(readFileSync(join(root, "e2e", name), "utf8")) === clocked).map((name) => `e2e/${name}`)]));
// One after the other; in each the lanes run side by side.
const stages = [
  [first],
  [ours, native, others],
  [[["tests", tests], ["scripts and the command line, in Node", inNode]], [["tests with the race detector", race], ["tests of the builder", () => run("go", [...test, builder])]]],
  [[["fuzzing", fuzz], ["the benchmarks install and start", () => run(process.execPath, ["e2e/bench/bench.mjs", "start"])]], [["the edge, in workerd", inWorkerd]]],
  [[["the page in Chromium", () => run(process.execPath, ["node_modules/@playwright/test/cli.js", "test", "--config", "e2e/playwright.config.mjs"])]]],
];

/** The builder's tests build and compress for minutes, on one core: beside the others, not after them. */
const builder = "./wasm/slim";

async function tests() {
  const packages = (await run("go", ["list", "./..."], { quiet: true })).trim().split("\n").filter((one) => !one.endsWith(builder.slice(1)));
  await run("go", [...test, ...packages]);
}

/** Tests of many audits at a time, and of one of each ecosystem: with the race detector a thousand more, one after the other, find nothing else. */
const together = "^Test(Each|ResolveFirst|OneWalkADay|DamagedMemory|CancelHalfWay|EvidenceOfEveryEcosystem)";

async function race() {
  // The packages in which something runs at the same time as something else, and the one
  // that drives them all. What is merely made once (sync.OnceValue) is tried by that one.
  const concurrent = [...new Set(["./internal/audit", ...folders((text) => /^\s+go \w|\bsync\.(Mutex|RWMutex|Map|WaitGroup|Pool|Cond)\b|"sync\/atomic"/m.test(text), /(?<!_test)\.go$/)])];
  const whole = all ? concurrent : concurrent.filter((folder) => folder !== "./internal/audit");
  await run("go", [...test, "-race", "-short", ...whole]);
  if (all) return;
  say(`of internal/audit only ${together}; TOUCHSTONE_ALL=1 runs all\n`);
  await run("go", [...test, "-race", "-short", `-run=${together}`, "./internal/audit"]);
}

/** The packages beneath internal of which a file is like that, by its text and its name. */
function folders(like, names) {
  const found = readdirSync(join(root, "internal"), { recursive: true }).filter((name) => names.test(name) && like(readFileSync(join(root, "internal", name), "utf8"), name));
  return [...new Set(found.map((name) => `./internal/${dirname(name)}`))];
}

/**
 * Finds functions that no program reaches. It looks at a copy of the sources
 * whose go.mod is the pruned one: the analyser takes no other.
 */
async function reachable() {
  const copy = join(root, "build", "_whole"); // the go command's ./..., which runs beside it, leaves such a name out
  await rm(copy, { recursive: true, force: true });
  for (const folder of ["internal", "principles", "wasm", "web"]) await cp(join(root, folder), join(copy, folder), { recursive: true });
  const gomod = await readFile(join(root, pruned), "utf8");
  await writeFile(join(copy, "go.mod"), gomod.replaceAll("=> ./build/slim/", "=> ../slim/"));
  await copyFile(join(root, pruned.replace(/mod$/, "sum")), join(copy, "go.sum"));
  const bin = join(root, "build", "bin");
  await run("go", ["install", deadcode], { env: { GOBIN: bin } });
  const found = await run(join(bin, "deadcode"), [`${tags},touchstone_whole`, "-filter=^touchstone/", ...programs, "./web/site", "./web/edge/generate"], { cwd: copy, env: js, quiet: true });
  await rm(copy, { recursive: true, force: true });
  const dead = found.split("\n").filter((line) => line && !forTests.test(line));
  if (dead.length > 0) throw new Error(`delete what nothing reaches, or its tests are all that it is for:\n${dead.join("\n")}`);
}

/**
 * Runs each fuzz target for a while. Without coverage to guide it, unless all is
 * asked for: so the binaries are those of the tests, and nothing is compiled twice.
 */
async function fuzz() {
  say(`each target for ${fuzzSeconds} s, ${all ? "guided by" : "without"} coverage${all ? "" : "; TOUCHSTONE_ALL=1 is guided by it"}\n`);
  const target = /^func (Fuzz\w+)\(/gm;
  const packages = folders((text) => text.match(target), /_test\.go$/);
  if (packages.length === 0) throw new Error("no fuzz target was found");
  for (const pkg of packages) {
    const texts = readdirSync(join(root, pkg)).filter((name) => name.endsWith("_test.go")).map((name) => readFileSync(join(root, pkg, name), "utf8"));
    await fuzzPackage(pkg, texts.flatMap((text) => [...text.matchAll(target)].map(([, name]) => name)));
  }
}

async function fuzzPackage(pkg, names) {
  const work = join(root, "build", "fuzz", pkg);
  const binary = join(work, "fuzz.test");
  await mkdir(work, { recursive: true });
  await run("go", [...test, "-c", "-ldflags=-s -w", ...(all ? ["-fuzz=."] : []), "-o", binary, pkg], { quiet: true });
  for (const name of names) {
    say(`${pkg} ${name}\n`);
    // An input is made smaller once, not for as long as the fuzzing takes.
    const args = ["run=^$", `fuzz=^${name}$`, `fuzztime=${fuzzSeconds}s`, "fuzzminimizetime=1x", "parallel=1", `fuzzcachedir=${join(work, "cache")}`];
    const env = { GODEBUG: `fuzzseed=${process.env.SEED}` };
    const said = await run(binary, args.map((one) => `-test.${one}`), { cwd: join(root, pkg), env, quiet: true }).catch((error) => {
      // Go sometimes calls its own end of the fuzzing time a failure; a real one
      // always names the input that failed.
      if (error.message.includes("Failing input") || !error.message.includes("context deadline exceeded")) throw error;
      return error.message;
    });
    if (!said.includes("fuzz: elapsed")) throw new Error(`${pkg} ${name} was not fuzzed:\n${said}`);
  }
}

say(`SEED=${process.env.SEED} chooses what is tried at random: the same again for the same tree\n`);
const only = process.argv.slice(2);
const began = Date.now();
const times = [];

/** Runs steps one after the other; beside others, each says all at its end. */
async function lane(steps, beside) {
  for (const [name, step] of steps) {
    const start = Date.now();
    const lines = beside ? [] : undefined;
    if (!beside) say(`\n== ${name}\n`);
    let failed;
    await held.run(lines, step).catch((error) => { failed = error; });
    if (beside) process.stdout.write(`\n== ${name}\n${lines.join("")}`);
    if (failed) {
      process.stdout.write(`\n${failed.message}\nFAILED: ${name}\n`);
      for (const child of children) child.kill();
      process.exit(1);
    }
    times.push([name, (Date.now() - start) / 1000]);
    process.stdout.write(`-- ${name}: ${times.at(-1)[1].toFixed(1)} s\n`);
  }
}

const asked = stages.flat(2).map(([name]) => name).filter((name) => only.includes(name));
if (asked.length < only.length) {
  process.stdout.write(`there is no step ${only.find((name) => !asked.includes(name))}; there are:\n${stages.flat(2).map(([name]) => `  ${name}\n`).join("")}`);
  process.exit(1);
}
for (const stage of stages) {
  const lanes = stage.map((steps) => steps.filter(([name]) => only.length === 0 || only.includes(name))).filter((steps) => steps.length > 0);
  await Promise.all(lanes.map((steps) => lane(steps, lanes.length > 1)));
}
process.stdout.write(`\nwhere the time went, in part side by side:\n${times.map(([name, seconds]) => `${seconds.toFixed(0).padStart(6)} s  ${name}\n`).join("")}`);
process.stdout.write(`\nall of npm test passed in ${((Date.now() - began) / 1000).toFixed(0)} s\n`);
