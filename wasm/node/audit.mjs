// npm run -s audit -- REFERENCE [options]: the audit for people and for CI.
// With --check FILE.zip, the same audit of a saved evidence file, without network.
//
// Exit 0: a verdict that meets what was required, without an alarm. 1: failed, an
// alarm, or below what was required. 2: the question could not be asked; standard
// output stays empty.
import { readFile, stat, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import * as allfiles from "./allfiles.mjs";
import { calledOtherwise } from "../shared/folder.js";
import { Refused, ended, json, one, plain, print, refusedBy, remark } from "./ending.mjs";
import { folderOfOne, lines, ofAnother, packagesOf } from "./installed.mjs";
import { load } from "./load.mjs";
import * as lock from "./lock.mjs";
import { options, usage } from "./options.mjs";
import { typed } from "./place.mjs";
import { sarif } from "./sarif.mjs";
import { keep, kept } from "./state.mjs";

/** The largest file that is read, in bytes: above it the program had no memory left. */
const largest = 1 << 30;

/** How many requests are under way at one host: between what npm has (15) and pnpm (up to 64). */
const perHost = 24;

async function readOption(path, what) {
  if (path === undefined) return undefined;
  try {
    const { size } = await stat(typed(path));
    if (size > largest) throw new Refused(`reading ${what} ${path}: it has ${size} bytes, and at most ${largest} are read`);
    return new Uint8Array(await readFile(typed(path)));
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(`reading ${what} ${path}: ${error.code ?? error.message}`);
  }
}

async function writeOption(path, data) {
  await writeFile(typed(path), data).catch((error) => { throw new Refused(`writing ${path}: ${error.code ?? error.message}`); });
}

/** Shows progress: one changing line on a terminal, one line a finished step elsewhere. */
function progress() {
  const live = process.stderr.isTTY;
  return (json) => {
    const p = JSON.parse(json);
    if (!p.done && !live) return;
    const total = p.total > 0 ? ` of ${p.total}` : "";
    const text = `${p.step}: ${p.bytes}${total} bytes${p.note ? ` (${p.note})` : ""}`.replace(/[^\x20-\x7e]/g, "?");
    remark(live ? `\r\x1b[2K${text}${p.done ? "\n" : ""}` : `${text}\n`);
  };
}

/** Saves what the audit rests on, and says how large that is and would be. */
async function saveEvidence(touchstone, o, reference) {
  const { without, with: whole } = JSON.parse(await touchstone.sizes(reference));
  const zip = await touchstone.evidence(reference, Boolean(o["with-package"])).catch((error) => { throw new Refused(error.message); });
  await writeOption(o.evidence, zip);
  const more = o["with-package"] || whole === without ? "" : `; ${whole} bytes with the package (--with-package)`;
  remark(`saved ${o.evidence}: ${zip.length} bytes${more}\n`);
}

/** Audits every package of a folder; "3 of 412 packages differ" ends it. */
async function auditFolder(touchstone, o, request, signal) {
  const all = [];
  let last;
  const found = packagesOf(typed(o.folder), touchstone, (reference, installed) => touchstone.audit(JSON.stringify({ ...request, reference, installed }), undefined, undefined, undefined, signal));
  try {
    for await (const { reference, folder, report, compared, answer, error } of found) {
      last = answer ?? last;
      const short = report ? tooLow(o, report.verdict) : [];
      const alarms = report?.verdict.alarms ?? [];
      const bad = Boolean(error) || report?.verdict.failed || !compared.as || short.length > 0 || alarms.length > 0;
      all.push({ reference, folder, bad, ...(error ? { error: error.message } : { verdict: report?.verdict, installed: compared }) });
      if (o.json || o.format) continue;
      const levels = report ? report.tracks.map(({ id, name }) => `${name} ${report.verdict[id].level}`).join(", ") : "";
      const said = [...error ? [`not compared: ${one(error.message)}`] : lines(compared), ...alarms.map((alarm) => `alarm: ${one(alarm)}`)];
      print(plain(`${!bad ? "✓" : compared?.open && !report?.verdict.failed && short.length + alarms.length === 0 ? "?" : "✗"} ${one(reference)}${one(calledOtherwise({ reference, folder }))}${report?.verdict.failed ? " FAILED" : ""} ${levels}\n  ${said.join("\n  ")}\n`));
    }
  } catch (error) {
    throw new Refused(`reading the folder ${o.folder}: ${error.code ?? error.message}`);
  }
  if (all.length === 0) throw new Refused(`--folder ${o.folder}: no installed package was found in it; give node_modules, site-packages, a package's folder, Go's module cache or vendor, or cargo's registry/src`);
  if (last) await keep(last);
  const differ = all.filter(({ installed, verdict }) => verdict && !installed.as && !installed.open).length;
  const open = all.filter(({ installed }) => installed?.open).length;
  if (o.format) print(`${json(sarif(o.folder, all))}\n`);
  else if (o.json) print(`${json(all)}\n`);
  else print(`\n${differ} of ${all.filter(({ verdict, error }) => verdict || error).length} packages differ from what was published; ${open > 0 ? `${open} hold what could not be compared; ` : ""}${all.filter(({ error }) => error).length} could not be compared.\n`);
  return all.some(({ bad }) => bad) ? 1 : 0;
}

/** The requirements that a verdict does not meet. */
function tooLow(o, verdict) {
  for (const { track } of o.required) {
    if (typeof verdict[track]?.level !== "number") throw new Refused(`--require ${track}: there is no such track`);
  }
  return o.required.filter(({ track, level }) => verdict[track].level < level);
}

/** Why the package is not shown to be from where it is expected; empty where it is, or nothing is expected. */
function unexpected(o, report) {
  if (o["expect-source"] === undefined && o["expect-signer"] === undefined) return "";
  const { outcome, reason } = report.findings.find(({ check }) => check === "source-expected");
  return outcome === "pass" ? "" : reason;
}

/** Prints a report that was saved. What it says is what was found then: it proves nothing now. */
async function show(touchstone, path, colour) {
  const saved = await touchstone.show(await readOption(path, "the report"), JSON.stringify({ colour })).catch((error) => { throw new Refused(error.message); });
  print(`${saved.text}\n`);
  remark(plain(`This is what was said at ${saved.time}. A saved report proves nothing; check again: ${saved.reference}\n`));
  return 0;
}

/** Audits a lock file, and writes what was found. Exit 1: something is wrong, or was not answered. */
async function auditLock(touchstone, o, request, signal) {
  const answer = await lock.auditLock(touchstone, o, request, readOption, signal).catch((error) => { throw refusedBy(error); });
  await keep(answer);
  if (o.out === undefined) print(answer.written);
  else await writeOption(o.out, answer.written);
  return answer.fails ? 1 : 0;
}

/** Audits every file of the version that a report is about. */
async function everyFile(touchstone, request, report, replay, signal) {
  let last;
  const all = await allfiles.allFiles(report, async (reference) => {
    last = await touchstone.audit(JSON.stringify({ ...request, reference }), replay, undefined, progress(), signal);
    return JSON.parse(last.json);
  }, signal).catch((error) => { throw new Refused(error.message); });
  if (last && !replay) await keep(last);
  return all;
}

/**
 * Does what these arguments ask and resolves to the exit code. The command says
 * what they are about: audit, lock or check; without one, an option does.
 */
export async function audit(args, called, command) {
  const o = options(args, called, command);
  if (o.help) {
    print(`${usage(called, command)}\n`);
    return 0;
  }
  const [replay, file, keys] = await Promise.all([o.check === undefined ? readOption(o.replay, "the archive") : readOption(o.check, "the evidence file"), readOption(o.file, "the package file"), readOption(o.key, "the key")]);
  const touchstone = await load("whole");
  const abort = new AbortController();
  process.once("SIGINT", () => abort.abort());
  const colour = Boolean(process.stdout.isTTY) && !process.env.NO_COLOR && !o.json;
  if (o.show !== undefined) return show(touchstone, o.show, colour);
  const request = {
    reference: o.reference, parts: o.parts === true, records: o.records === true, expectSource: o["expect-source"] ?? "", expectSigner: o["expect-signer"] ?? "", keys: keys && Buffer.from(keys).toString("base64"), time: o.time ?? "", colour, record: o.record !== undefined, summary: o.format === "vsa", keep: o.evidence !== undefined,
    perHost,
    ...(replay ? { heads: {}, memory: "" } : await kept()),
  };
  if (o.lock !== undefined) return auditLock(touchstone, o, request, abort.signal);
  if (o.reference === "" && o.check === undefined) return auditFolder(touchstone, o, request, abort.signal);
  if (o.folder !== undefined) {
    request.installed = await folderOfOne(typed(o.folder), touchstone, async () => JSON.parse((await touchstone.audit(JSON.stringify({ ...request, keep: false, record: false, summary: false }), replay, file, undefined, abort.signal)).json).reference).catch((error) => { throw new Refused(`reading the folder ${o.folder}: ${error.code ?? error.message}`); });
  }
  const answer = await touchstone.audit(JSON.stringify(request), replay, file, progress(), abort.signal).catch((error) => { throw refusedBy(error); });
  if (!replay) await keep(answer);
  if (o.evidence !== undefined) await saveEvidence(touchstone, o, JSON.parse(answer.json).reference);
  if (o.record !== undefined) await writeOption(o.record, answer.har);
  const report = JSON.parse(answer.json);
  const all = o["all-files"] ? await everyFile(touchstone, request, report, replay, abort.signal) : undefined;
  const verdict = all?.version ?? report.verdict;
  const short = tooLow(o, verdict);
  const compared = answer.installed && JSON.parse(answer.installed);
  if (answer.summary) print(answer.summary);
  else if (!o.json) print(answer.text + (compared ? plain(`\nThe folder ${o.folder}\n  ${[...ofAnother(request.installed, report), ...lines(compared)].join("\n  ")}\n`) : "") + (all ? plain(all.text) : ""));
  else if (all) print(`${json({ report, files: all.files.map(({ reference, report: file, error }) => ({ reference, ...(error ? { error: error.message } : { verdict: file.verdict }) })), version: all.version })}\n`);
  else print(compared ? `${json({ report, installed: compared })}\n` : answer.json);
  const alarms = new Set(all ? all.files.flatMap(({ report: file }) => file?.verdict.alarms ?? []) : verdict.alarms);
  for (const alarm of alarms) remark(`alarm: ${one(alarm)}\n`);
  for (const { track, level } of short) remark(`required ${track} ${level}, got ${verdict[track].level}\n`);
  const elsewhere = (all?.files.flatMap((file) => file.report ?? []) ?? [report]).map((about) => unexpected(o, about)).find(Boolean);
  if (elsewhere) remark(`not shown to be from where it is expected: ${one(elsewhere)}\n`);
  return verdict.failed || verdict.unasked || alarms.size > 0 || short.length > 0 || compared?.as === false || elsewhere ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await ended("touchstone", () => audit(process.argv.slice(2), "npm run -s audit --"));
