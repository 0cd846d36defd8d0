// npm run -s verify-bundle -- verify-bundle --bundle FILE … : one Sigstore bundle,
// by the client protocol of the public conformance suite. Exit 0 accepts.
//
// npm run -s verify-bundle -- --batch FILE : one JSON array of such arguments a
// line, answered in order by one line of JSON each. Exit 0 when all were answered.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Refused, ended, json, one, remark, unordered } from "./ending.mjs";
import { load } from "./load.mjs";
import { typed } from "./place.mjs";

/** The help, called so. */
const help = (called) => `usage: ${called} --bundle FILE WHO [--trusted-root FILE] FILE_OR_DIGEST
  --bundle FILE      the Sigstore bundle
  WHO                who must have signed, one of:
    --certificate-identity ID --certificate-oidc-issuer URL
    --key PEM
  --trusted-root FILE  anchors in the place of Sigstore's public ones
  FILE_OR_DIGEST     what must have been signed: a file, or sha256:HEX
exit 0: accepted; 1: refused, or a file is not there; the reason is on standard error
`;

function readFile(path) {
  try {
    return new Uint8Array(readFileSync(typed(path)));
  } catch (error) {
    return error.code === "ENOENT" ? "there is no such file" : error.code ?? error.message;
  }
}

/** Writes in order and waits where the reader is slower. */
function print(text) {
  return new Promise((resolve) => { process.stdout.write(unordered(text), () => resolve()); });
}

/** Verifies what the arguments name, by a program that can, and resolves to the exit code. called is what the person typed before them. */
export async function verifyBundle(args, program, called) {
  if (args.includes("--help")) {
    await print(help(called));
    return 0;
  }
  if (args[0] === "--batch") {
    if (args.length !== 2) throw new Refused("usage: --batch FILE");
    const file = readFile(args[1]);
    if (typeof file === "string") throw new Refused(`reading ${args[1]}: ${file}`);
    const lines = new TextDecoder().decode(file).split("\n").filter((line) => line.trim() !== "");
    const touchstone = await load(program, () => {});
    for (const line of lines) await print(`${json(touchstone.verifyBundle(line, readFile), 0)}\n`);
    return 0;
  }
  const touchstone = await load(program, () => {});
  const { accepted, reason, as } = touchstone.verifyBundle(JSON.stringify(args), readFile);
  if (as) await print(`The file is ${as}; what it holds was judged as a bundle.\n`);
  if (!accepted) remark(`refused: ${one(reason)}\n`);
  return accepted ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await ended("verify-bundle", () => verifyBundle(process.argv.slice(2), "conformance", "npm run -s verify-bundle -- verify-bundle"));
