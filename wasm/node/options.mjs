// What can be asked on the command line: one table, of which the help of each
// command is made, and what it takes.
import { parseArgs } from "node:util";
import * as allfiles from "./allfiles.mjs";
import { Refused } from "./ending.mjs";
import * as lock from "./lock.mjs";

/** Each option, its argument, what it does, and which commands take it. One that may repeat is said to. */
const table = [
  ["json", "", ["print the report as JSON"], "audit check lock"],
  ["replay", "FILE.har", ["answer from this archive; use no network at all"], "audit"],
  ["record", "FILE.har", ["save everything that was fetched"], "audit"],
  ["evidence", "FILE.zip", ["save what the audit rests on, to be checked again later"], "audit"],
  ["with-package", "", ["put the package into that file"], "audit"],
  ["show", "REPORT.json", ["print a report that was saved with --json; nothing is checked"], "audit"],
  ["time", "RFC3339", ["judge at this time instead of now"], "audit check lock"],
  ["file", "PACKAGE", ["audit this package file instead of downloading it"], "audit check"],
  ["folder", "DIR", ["compare this installed package with what was published"], "check"],
  ["folder", "DIR", ["compare this installed package with what was published; alone:", "every package in it (node_modules, site-packages, Go's module", "cache or vendor, cargo's registry/src)"], "audit"],
  ["parts", "", ["fetch what stands apart from the package, too: an image's layers"], "audit"],
  ["records", "", ["fetch no package: audit what is said of it; of an RPM, its signed", "header, which lists every file"], "audit"],
  ["all-files", "", ["audit every file of the version; the weakest decides"], "audit"],
  ["expect-source", "HOST/OWNER/REPO", ["exit 1 unless what verifies says that it is from there"], "audit check"],
  ["expect-signer", "SUBJECT", ["exit 1 unless a certificate that verifies has this subject;", "an e-mail address with who vouches: \"a@b.c https://accounts.google.com\""], "audit check"],
  ["key", "FILE", ["expect a signature by a public key in this file (a project's KEYS)"], "audit check"],
  ["require", "T=N", ["exit 1 unless track T reaches level N (integrity=2); may repeat"], "audit check lock"],
  ["format", "F", ["vsa: the verdict as an in-toto statement; with --folder alone:", "sarif"], "audit"],
  ["format", "vsa", ["the verdict as an in-toto statement"], "check"],
  ["base", "OLDFILE", ["only what was added or changed since this older one"], "lock"],
  ["depth", "records", ["no package is fetched (as without it); bytes: each one is"], "lock"],
  ["min-age", "DAYS", ["alarm for a version that appeared less than so many days ago"], "lock"],
  ["allow", "FILE.json", ["findings that are accepted: [{purl, address, check, reason, until}]"], "lock"],
  ["format", "F", ["text, json, sarif, csv, junit or html"], "lock"],
  ["out", "FILE", ["write there instead of to standard output"], "lock"],
];

/** What may be asked of a command, each alone; what it takes first; and the option which that stands for. */
const commands = {
  audit: { asks: ["REFERENCE [options]", "--folder DIR [options]", "--show REPORT.json"], takes: [["REFERENCE", ["a purl, a package page's address, name@version, a lock file line …"]]] },
  lock: { asks: ["FILE [options]"], takes: [["FILE", ["the lock file"]]], as: "lock" },
  check: { asks: ["FILE.zip [options]"], takes: [["FILE.zip", ["a saved evidence file; no network is used at all"]]], as: "check" },
};

// As npm runs it, one command does what the packed program has three for.
const joined = [["check", "FILE.zip", ["check a saved evidence file; use no network at all"]], ["lock", "FILE", ["every package that a lock file pins; alone:"]]];

const line = (names, text, indent = "  ") => `${`${indent}${names}`.padEnd(19)}  ${text.join(`\n${" ".repeat(21)}`)}`;
const row = ([name, argument, text], indent) => line(`--${name}${argument && ` ${argument}`}`, text, indent);
const of = (command) => table.filter(([, , , takers]) => takers.split(" ").includes(command));

/** What the exit codes of every command mean. */
export const exits = `exit 0: a verdict, and it meets what was required
     1: failed, alarmed, not answered, below what was required, or a folder that differs
     2: it could not be asked; the reason is on standard error, nothing on standard output`;

/** The help of a command, called so; of all of them together, without one. */
export function usage(called, command) {
  if (command) {
    const { asks, takes } = commands[command];
    return [...asks.map((ask, i) => `${i === 0 ? "usage:" : "      "} ${called} ${ask}`), ...takes.map((one) => line(...one)), ...of(command).map((one) => row(one)), exits].join("\n");
  }
  const asks = ["REFERENCE [options]", "--check FILE.zip [options]", "--folder DIR [options]", "--lock FILE [options]", "--show REPORT.json"];
  return [
    ...asks.map((ask, i) => `${i === 0 ? "usage:" : "      "} ${called} ${ask}`), ...commands.audit.takes.map((one) => line(...one)),
    ...of("audit").map((one) => row(one)), ...joined.map((one) => row(one)), ...table.filter(([, , , takers]) => takers === "lock").map((one) => row(one, "    ")), exits,
  ].join("\n");
}

/** The options that a command takes, for parseArgs. */
function parsed(command) {
  const rows = command ? of(command) : [...table, ...joined];
  return Object.fromEntries([["help", { type: "boolean" }], ...rows.map(([name, argument]) => [name, argument ? { type: "string", multiple: name === "require" } : { type: "boolean" }])]);
}

/** Why what was asked does not go together; empty where it does. */
function wrong(values, positionals) {
  const unfit = lock.wrong(values, positionals) || allfiles.wrong(values);
  if (unfit) return unfit;
  if (values.check !== undefined && (values.replay !== undefined || positionals.length > 0)) return "--check: the file says what it is about; leave out the reference and --replay";
  if (values.show !== undefined && (positionals.length > 0 || Object.keys(values).length > 1)) return "--show: a saved report is printed as it is; leave out the reference and the other options";
  if (values["with-package"] && values.evidence === undefined) return "--with-package: name the file to save with --evidence FILE.zip";
  if (values.check === undefined && positionals.length === 0 && values.folder !== undefined) {
    const other = ["replay", "record", "evidence", "file", "expect-source", "expect-signer"].find((name) => values[name] !== undefined);
    if (other) return `--folder: with --${other} it needs a reference, as a folder may hold many packages`;
  }
  const empty = ["expect-source", "expect-signer"].find((name) => values[name] === "");
  if (empty) return `--${empty}: nothing was given`;
  if (values.time === "") return "--time: no time was given; write it like 2026-01-31T12:00:00Z";
  return "";
}

/** Reads the arguments of a command, called so. { help: true } where that was asked for. */
export function options(args, called, command) {
  let read;
  try {
    read = parseArgs({ args, allowPositionals: true, options: parsed(command) });
  } catch (error) {
    throw new Refused(`${error.message}\n${usage(called, command)}`);
  }
  const { values, positionals } = read;
  if (values.help) return { help: true };
  const as = command && commands[command].as;
  if (as) {
    if (positionals.length !== 1) throw new Refused(`${called}: name one file, and not ${positionals.length}\n${usage(called, command)}`);
    values[as] = positionals.pop();
  }
  const unfit = wrong(values, positionals);
  if (unfit) throw new Refused(unfit);
  if (positionals.length === 0 && ["check", "folder", "lock", "show"].every((name) => values[name] === undefined)) throw new Refused(`no reference was given\n${usage(called, command)}`);
  const required = (values.require ?? []).flatMap((r) => r.split(",")).map((r) => {
    const match = /^([a-z]+)=([0-9])$/.exec(r.trim());
    if (!match) throw new Refused(`--require ${r}: write a track and a level, like integrity=2`);
    return { track: match[1], level: Number(match[2]) };
  });
  // A reference with spaces (a go.sum line, a command) may come unquoted.
  return { ...values, reference: positionals.join(" "), required };
}
