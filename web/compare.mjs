// node web/compare.mjs ADDRESS [BUILD.JSON]: compares a site with a build of one's
// own, from outside: build/site/build.json, or the file named. Ends with 1 where
// anything differs.
import { readFile } from "node:fs/promises";
import { differences } from "./static/sitefiles.js";

const [site, file = new URL("../build/site/build.json", import.meta.url)] = process.argv.slice(2);
try {
  if (!site) throw new Error("usage: node web/compare.mjs ADDRESS [BUILD.JSON]");
  const get = (path) => fetch(new URL(path, site));
  const mine = await (await get("/build.json")).json();
  const { same, wrong } = await differences(JSON.parse(await readFile(file, "utf8")), mine, [], get);
  process.stdout.write(`${same} files are the same\n${wrong.map((line) => `${line}\n`).join("")}`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`comparing: ${error.message}\n`);
  process.exitCode = 2;
}
