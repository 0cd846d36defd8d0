// A lock file on the command line: every pin of it, or those that were added or
// changed since an older one.
import { basename } from "node:path";

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

/**
 * Audits a lock file and gives its result in the form that was asked for, whether
 * it should be refused, and what to keep for the next visit.
 */
export async function auditLock(touchstone, o, request, read, signal) {
  const [file, base, allow] = await Promise.all([read(o.lock, "the lock file"), read(o.base, "the older lock file"), read(o.allow, "the exceptions")]);
  const asked = {
    ...request, name: basename(o.lock), baseName: basename(o.base ?? ""), depth: o.depth ?? "records", minAge: Number(o["min-age"] ?? 0),
    require: Object.fromEntries(o.required.map(({ track, level }) => [track, level])), allow: allow ? new TextDecoder().decode(allow) : "",
  };
  let done = 0;
  const live = process.stderr.isTTY;
  const answer = await touchstone.lock(JSON.stringify(asked), file, base, undefined, (_line, _i, of, answered) => {
    if (!answered) return;
    done += 1;
    if (live) process.stderr.write(`\r\x1b[2K${done} of ${of}${done === of ? "\n" : ""}`);
    else if (done % 100 === 0) process.stderr.write(`${done} of ${of}\n`);
  }, signal);
  process.stderr.write(`${answer.summary.replace(/[^\x20-\x7e]/g, "?")}\n`);
  const { text: written } = await touchstone.written(o.format ?? (o.json ? "json" : "text"), "", "");
  return { ...answer, written };
}
