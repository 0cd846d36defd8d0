// npm run deploy [-- --dry-run]: builds everything as it is to be served and puts
// both Workers on Cloudflare; --dry-run does all but that, without an account.
// What to prepare, what it costs and how to go back: web/DEPLOY.md.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build, served } from "../wasm/build.mjs";
import { configurations } from "./edge/options.mjs";
import { buildEdge } from "./edge/build.mjs";
import { ensureInstalled } from "./install.mjs";
import { buildSite } from "./site/build.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root, stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_SEND_ERROR_REPORTS: "false", WRANGLER_LOG_PATH: join(root, ".wrangler", "logs"), NO_UPDATE_NOTIFIER: "1" },
    });
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`${args.slice(1).join(" ")} ended with ${code}`))));
  });
}

/** The store's id, which both Workers must name alike; in the repository it is a word that only this machine knows. */
async function prepared() {
  const ids = new Set();
  for (const name of configurations) {
    const [, id] = /"binding": "VERDICTS", "id": "([^"]*)"/.exec(await readFile(join(root, name), "utf8")) ?? [];
    ids.add(id);
  }
  const [id] = ids;
  if (ids.size !== 1 || !/^[0-9a-f]{32}$/.test(id)) throw new Error(`the KV namespace VERDICTS is ${[...ids].join(" and ")}: make one with "npx wrangler kv namespace create VERDICTS" and write its id into ${configurations.join(" and ")} (see web/DEPLOY.md)`);
}

try {
  const { values } = parseArgs({ options: { "dry-run": { type: "boolean", default: false }, built: { type: "boolean", default: false } } });
  await ensureInstalled();
  if (!values["dry-run"]) await prepared();
  if (!values.built) {
    for (const name of served) await build(name, { deploy: true });
    await buildSite();
    await buildEdge();
  }
  // The auditor first: the other Worker names it.
  for (const name of [...configurations].reverse()) {
    await run(process.execPath, [join(root, "node_modules", "wrangler", "bin", "wrangler.js"), "deploy", "--config", name, ...(values["dry-run"] ? ["--dry-run"] : [])]);
  }
} catch (error) {
  process.stderr.write(`npm run deploy: ${error.message}\n`);
  process.exitCode = 1;
}
