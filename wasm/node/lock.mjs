// A lock file on the command line: every pin of it, or those that were added or
// changed since an older one.
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { lockInParts, second } from "./parts.mjs";
import { remark } from "./ending.mjs";

/** The options that stand beside --lock alone. */
const own = ["base", "depth", "min-age", "allow", "format", "out"];

/** Says what is wrong with how these options were put together; empty where nothing is. */
export function wrong(values, positionals) {
  const given = own.filter((name) => values[name] !== undefined);
  if (values.lock === undefined && values.format === "vsa") return values.folder !== undefined && positionals.length === 0 && values.check === undefined ? "--format vsa: it sums up one package; name one" : "";
  if (values.lock === undefined && values.format === "sarif" && values.folder !== undefined && positionals.length === 0 && values.check === undefined) return "";
  if (values.lock === undefined) return given.length > 0 ? `--${given[0]}: it belongs to --lock FILE` : "";
  const other = ["replay", "record", "evidence", "check", "file", "folder", "expect-source", "expect-signer"].find((name) => values[name] !== undefined);
  if (other) return `--lock: it does not go with --${other}`;
  if (positionals.length > 0) return "--lock: the file says what it is about; leave out the reference";
  if (!["records", "bytes"].includes(values.depth ?? "records")) return `--depth ${values.depth}: choose records or bytes`;
  if (!["text", "json", "sarif", "csv", "junit", "html"].includes(values.format ?? "text")) return `--format ${values.format}: choose text, json, sarif, csv, junit or html`;
  if (!/^[0-9]{1,5}$/.test(values["min-age"] ?? "0")) return `--min-age ${values["min-age"]}: write a number of days`;
  return "";
}

/** How many documents are read together (MostDocuments of internal/lockfile). */
const most = 200;

/**
 * The files below a folder that a pattern of workspaces leads to, sorted: a star
 * stands for any part of a folder's name, two for any folders. As npm does, none is
 * looked for in node_modules; hidden folders and links are left out.
 */
export async function matching(root, pattern) {
  const parts = pattern.split("/");
  const [found, been] = [[], new Set()];
  const walk = async (folder, at) => {
    const here = [at, ...folder].join("/"); // several stars lead to one folder by many ways
    if (been.has(here)) return;
    been.add(here);
    const part = parts[at];
    if (at === parts.length - 1) return void found.push([...folder, part].join("/"));
    if (!part.includes("*")) return walk([...folder, part], at + 1);
    if (part === "**") await walk(folder, at + 1);
    const entries = await readdir(join(root, ...folder), { withFileTypes: true }).catch(() => []);
    for (const { name } of entries.filter((entry) => entry.isDirectory()).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (name === "node_modules" || name.startsWith(".") || found.length > most || !fits(name, part)) continue;
      await walk([...folder, name], part === "**" ? at : at + 1);
    }
  };
  await walk([], 0);
  return [...new Set(found)];
}

/**
 * Whether a name is as a pattern says, in which a star stands for any text: each text
 * between stars where it first comes. A regular expression would try all places of all.
 */
function fits(name, pattern) {
  const [begins, ...between] = pattern.split("*");
  const ends = between.pop();
  let at = begins.length;
  if (!name.startsWith(begins)) return false;
  for (const text of between) {
    const found = name.indexOf(text, at);
    if (found < 0) return false;
    at = found + text.length;
  }
  return name.length - ends.length >= at && name.endsWith(ends);
}

/** The lock file and what belongs to it, as far as it lies beside it: [{ name, bytes }], by names seen from its folder. */
async function together(touchstone, path, first, read) {
  const documents = [{ name: basename(path), bytes: first }];
  const tried = new Set([documents[0].name]);
  let more = false;
  for (let i = 0; i < documents.length; i += 1) {
    const beside = await touchstone.beside(documents[i].name, documents[i].bytes);
    const named = await Promise.all(beside.map((name) => (name.includes("*") ? matching(dirname(path), name) : [name])));
    for (const name of named.flat()) {
      if (tried.has(name)) continue;
      tried.add(name);
      if (documents.length === most) {
        more = true;
        continue;
      }
      const bytes = await read(join(dirname(path), name), name).catch(() => undefined); // that it may be there does not say that it is
      if (bytes) documents.push({ name, bytes });
    }
  }
  if (documents.length > 1) remark(`Read with it: ${documents.slice(1).map(({ name }) => name.replace(/[^\x20-\x7e]/g, "?")).join(", ")}\n`);
  if (more) remark(`It names more files than are read together, ${most}: the others were not looked for.\n`);
  return documents;
}

/**
 * Audits a lock file and gives its result in the form that was asked for, whether
 * it should be refused, and what to keep for the next visit.
 */
export async function auditLock(touchstone, o, request, read, signal) {
  const [first, base, allow] = await Promise.all([read(o.lock, "the lock file"), read(o.base, "the older lock file"), read(o.allow, "the exceptions")]);
  const other = second(o.lock, first.length);
  const files = await together(touchstone, o.lock, first, read);
  const asked = {
    ...request, depth: o.depth ?? "records", minAge: Number(o["min-age"] ?? 0),
    time: o.time ?? `${new Date().toISOString().slice(0, 19)}Z`, // one for all parts
    require: Object.fromEntries(o.required.map(({ track, level }) => [track, level])), allow: allow ? new TextDecoder().decode(allow) : "",
  };
  let done = 0;
  const live = process.stderr.isTTY;
  const tell = (_line, _i, of, answered) => {
    if (!answered) return;
    done += 1;
    if (live) remark(`\r\x1b[2K${done} of ${of}${done === of ? "\n" : ""}`);
    else if (done % 100 === 0) remark(`${done} of ${of}\n`);
  };
  const older = base && [{ name: basename(o.base), bytes: base }];
  const answer = await lockInParts(touchstone, other, asked, files, older, tell, signal);
  remark(`${answer.summary.replace(/[^\x20-\x7e]/g, "?")}\n`);
  const { text: written } = await touchstone.written(o.format ?? (o.json ? "json" : "text"), "", "");
  return { ...answer, written };
}
