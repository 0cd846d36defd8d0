// What earlier audits proved, kept between commands: the signed log heads, which
// make a log that forks visible, and the versions of the trust anchors, which
// never go back. A file that cannot be read counts as a first visit, and is said.
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { remark } from "./ending.mjs";

const state = join(process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "touchstone");

async function recall(name, empty) {
  try {
    return JSON.parse(await readFile(join(state, name), "utf8")) ?? empty;
  } catch (error) {
    if (error.code !== "ENOENT") remark(`${name} of earlier visits cannot be read (${error.message}); this counts as a first visit\n`);
    return empty;
  }
}

async function remember(name, value) {
  const path = join(state, name);
  try {
    await mkdir(dirname(path), { recursive: true });
    const next = `${path}.${process.pid}`;
    await writeFile(next, JSON.stringify(value, null, 2) + "\n");
    await rename(next, path);
  } catch (error) {
    remark(`${name} could not be kept for the next visit (${error.message})\n`);
  }
}

/** Only strings are heads; whatever else stands there was not written here. */
function heads(value) {
  return Object.fromEntries(Object.entries(Object(value)).filter(([, head]) => typeof head === "string"));
}

/** What an audit is given of earlier ones: { heads, memory }. */
export async function kept() {
  return { heads: heads(await recall("heads.json", {})), memory: String(await recall("anchors.json", "")) };
}

/** Keeps for the next visit what an audit with a network gave. */
export async function keep(answer) {
  await remember("heads.json", answer.heads);
  if (answer.memory) await remember("anchors.json", answer.memory);
}
