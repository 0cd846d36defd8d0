// What the action does, given its inputs as variables (see action.yml). It needs
// Node 20 and git, which the runner has, and no package.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, posix, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const input = (name) => (process.env[`TOUCHSTONE_${name}`] ?? "").trim();
const work = mkdtempSync(join(process.env.RUNNER_TEMP || tmpdir(), "touchstone-"));

/** The largest packed program that is read, in bytes. */
const largest = 16 << 20;

async function bytesOf(program) {
  if (!program.includes("://")) return readFileSync(program);
  if (!program.startsWith("https://")) throw new Error(`program: ${program} is no https address`);
  const answer = await fetch(program, { signal: AbortSignal.timeout(120_000) });
  if (!answer.ok) throw new Error(`program: ${program} answers ${answer.status}`);
  if (Number(answer.headers.get("content-length")) > largest) throw new Error(`program: ${program} is larger than ${largest} bytes`);
  return Buffer.from(await answer.arrayBuffer());
}

/** The script to run: of the packed program, once its digest is the one that was named; else of this commit. */
async function script() {
  const program = input("PROGRAM");
  if (program === "") {
    if (input("SHA256") !== "") throw new Error("sha256: there is no program to compare with it");
    return fileURLToPath(new URL("../node/touchstone.mjs", import.meta.url));
  }
  const want = input("SHA256").toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(want)) throw new Error("sha256: name the SHA-256 of the program, 64 digits; without it anything could be run");
  const bytes = await bytesOf(program);
  const got = createHash("sha256").update(bytes).digest("hex");
  if (got !== want) throw new Error(`program: its SHA-256 is ${got}, and not ${want}: it is not run`);
  const file = join(work, "touchstone.tgz");
  writeFileSync(file, bytes);
  execFileSync("tar", ["-xzf", file, "-C", work], { stdio: ["ignore", "ignore", "inherit"] });
  return join(work, "package", "wasm", "node", "touchstone.mjs");
}

const git = (...args) => spawnSync("git", args, { encoding: "buffer", maxBuffer: 256 << 20 });

/** A commit that git has, fetched where the checkout is shallow; what is the input that names it. */
function known(commit, what) {
  if (/^-/.test(commit)) throw new Error(`${what}: ${commit} is no commit`);
  if (git("cat-file", "-e", `${commit}^{commit}`).status === 0) return commit;
  const fetched = git("fetch", "--quiet", "--no-tags", "--depth=1", "origin", commit);
  if (fetched.status !== 0) throw new Error(`${what}: git does not know ${commit}, and cannot fetch it: ${String(fetched.stderr).trim()}`);
  return String(git("rev-parse", "FETCH_HEAD").stdout).trim(); // the next fetch moves it
}

/** Writes a file as it was at a commit, and gives its path; empty where it was not there. */
function older(file, commit, what) {
  const prefix = String(git("rev-parse", "--show-prefix").stdout).trim();
  const place = posix.normalize(prefix + file);
  if (posix.isAbsolute(file) || place.startsWith("../")) throw new Error(`${what}: ${file} is outside the repository, so it has no older form; name it from where the action runs`);
  const kind = String(git("ls-tree", commit, "--", `:(literal,top)${place}`).stdout).split(/\s/)[0];
  if (kind === "") return "";
  if (kind !== "100644" && kind !== "100755") throw new Error(`${what}: at ${commit}, ${place} is no plain file`);
  const shown = git("cat-file", "blob", `${commit}:${place}`);
  if (shown.status !== 0) throw new Error(`${what}: reading ${place} at ${commit}: ${String(shown.stderr).trim()}`);
  const path = join(mkdtempSync(join(work, "older-")), basename(file));
  writeFileSync(path, shown.stdout);
  return path;
}

/**
 * The commit that a pull request, or a group that waits to be merged, would change:
 * what stands there was agreed on. Empty where the event is about nothing of the kind.
 */
function agreed() {
  const event = process.env.GITHUB_EVENT_NAME ?? "";
  if (!/^(pull_request|merge_group)/.test(event)) return "";
  const { pull_request: pull, merge_group: group } = JSON.parse(readFileSync(process.env.GITHUB_EVENT_PATH, "utf8"));
  const commit = pull?.base?.sha ?? group?.base_sha;
  if (!/^[0-9a-f]{40,64}$/.test(commit ?? "")) throw new Error(`allow: the event ${event} names no commit that it would change`);
  return commit;
}

/**
 * The exceptions as they were agreed on: whoever changes the lock file could else
 * allow himself. Those of the checkout count only where nothing is compared.
 */
function allowed(file, base) {
  const commit = base || agreed();
  if (file === "" || commit === "") return file;
  const path = older(file, known(commit, "allow"), "allow");
  if (path === "") {
    process.stdout.write(`${file} is not in ${commit}: nothing is allowed\n`);
    return "";
  }
  const now = existsSync(file) ? readFileSync(file) : undefined;
  if (!now?.equals(readFileSync(path))) process.stdout.write(`${file} was changed since ${commit}: what is allowed there counts, and the change once it is merged\n`);
  return path;
}

/**
 * A path to write to, as it is. A checkout may hold links: through one, what is
 * written here would end elsewhere on the runner.
 */
function unlinked(out) {
  if (out === "") return out;
  const steps = resolve(out).split(sep);
  const within = process.cwd().split(sep);
  for (let i = 1; i <= steps.length; i += 1) {
    const path = steps.slice(0, i).join(sep) || sep;
    if (steps.slice(0, i).every((step, at) => step === within[at])) continue; // where it runs is the runner's
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) throw new Error(`out: ${path} is a link; it is not written through`);
  }
  return out;
}

async function run() {
  const file = input("FILE");
  if (file === "") throw new Error("file: name the lock file");
  if (file.startsWith("-")) throw new Error(`file: ${file} is an option; write ./${file}`);
  const out = unlinked(input("OUT"));
  const args = [await script(), "lock", file];
  const commit = input("BASE") && known(input("BASE"), "base");
  const base = commit && older(file, commit, "base");
  if (commit && !base) process.stdout.write(`${file} is not in ${commit}: every pin counts as new\n`);
  for (const [option, value] of [["base", base], ["allow", allowed(input("ALLOW"), commit)], ...["DEPTH", "REQUIRE", "MIN_AGE", "FORMAT"].map((name) => [name.toLowerCase().replace("_", "-"), input(name)]), ["out", out]]) {
    if (value !== "") args.push(`--${option}=${value}`);
  }
  return new Promise((resolve, reject) => {
    // What is typed is relative to where this runs.
    const child = spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, INIT_CWD: "" } });
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 2));
  });
}

let code;
try {
  code = await run();
} catch (error) {
  process.stderr.write(`touchstone: ${error.message}\n`);
  code = 2;
}
rmSync(work, { recursive: true, force: true });
if (process.env.GITHUB_OUTPUT) appendFileSync(process.env.GITHUB_OUTPUT, `exit=${code}\n`);
process.exitCode = code;
