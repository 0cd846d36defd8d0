// npm run -s verify-bundle -- verify-bundle --bundle FILE … : one Sigstore bundle,
// by the client protocol of the public conformance suite. Exit 0 accepts.
//
// npm run -s verify-bundle -- --batch FILE : one JSON array of such arguments a
// line, answered in order by one line of JSON each. Exit 0 when all were answered.
import { readFileSync } from "node:fs";
import { load } from "./load.mjs";
import { typed } from "./paths.mjs";

function readFile(path) {
  try {
    return new Uint8Array(readFileSync(typed(path)));
  } catch (error) {
    return error.code === "ENOENT" ? "there is no such file" : error.code ?? error.message;
  }
}

/** Writes in order and waits where the reader is slower. */
function print(text) {
  return new Promise((resolve) => { process.stdout.write(text, () => resolve()); });
}

async function main(args) {
  if (args[0] === "--batch") {
    if (args.length !== 2) throw new Error("usage: --batch FILE");
    const file = readFile(args[1]);
    if (typeof file === "string") throw new Error(`reading ${args[1]}: ${file}`);
    const lines = new TextDecoder().decode(file).split("\n").filter((line) => line.trim() !== "");
    const touchstone = await load("conformance", () => {});
    for (const line of lines) await print(JSON.stringify(touchstone.verifyBundle(line, readFile)) + "\n");
    return 0;
  }
  const touchstone = await load("conformance", () => {});
  const { accepted, reason, as } = touchstone.verifyBundle(JSON.stringify(args), readFile);
  if (as) await print(`The file is ${as}; what it holds was judged as a bundle.\n`);
  if (!accepted) process.stderr.write(`refused: ${reason}\n`);
  return accepted ? 0 : 1;
}

let code;
try {
  code = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`verify-bundle: ${error.message}\n`);
  code = 2;
}
process.stdout.write("", () => process.exit(code));
