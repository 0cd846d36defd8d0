#!/usr/bin/env node
// touchstone COMMAND …: the packed program's one binary (see wasm/package).
import { readFile } from "node:fs/promises";
import { audit } from "./audit.mjs";
import { Refused, ended, print } from "./ending.mjs";
import { exits } from "./options.mjs";
import { verifyBundle } from "./verify-bundle.mjs";

const help = `usage: touchstone COMMAND ...
  audit REFERENCE      what a package is worth: who signed which bytes, and how far that goes
  lock FILE            every pin of a lock file against what was published and signed
  check FILE.zip       the same audit again, from saved evidence and without a network
  verify-bundle        one Sigstore bundle, as the public conformance suite asks it
  touchstone COMMAND --help   what each takes
  touchstone --version        which version this is
${exits}
`;

async function touchstone([command, ...args]) {
  if (command === "verify-bundle") return verifyBundle([command, ...args], "whole", "touchstone verify-bundle");
  if (["audit", "lock", "check"].includes(command)) return audit(args, `touchstone ${command}`, command);
  if (command === "--version") {
    const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
    print(`${version}\n`);
    return 0;
  }
  if (command !== "--help" && command !== "help") throw new Refused(`${command === undefined ? "no command was given" : `there is no command ${command}`}\n${help}`);
  print(help);
  return 0;
}

await ended("touchstone", () => touchstone(process.argv.slice(2)));
