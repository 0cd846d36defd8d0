// npm start [-- [--help] [--port N] [REFERENCE]]: builds everything and serves the page
// and its worker in workerd, on this machine only. A second start builds only
// what changed.
import { parseArgs } from "node:util";
import { free } from "./edge/port.mjs";
import { ensureInstalled } from "./install.mjs";

const usage = "usage: npm start -- [--port N] [REFERENCE]";
const help = `${usage}
  --port N     the port on this machine (8787, or what PORT says); 0 takes any that is free
  REFERENCE    what the address that is shown at the end asks for
It builds what changed and serves the page on this machine only, until Ctrl+C.
`;

function options() {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: { port: { type: "string" }, help: { type: "boolean" } } });
    const port = Number(values.port ?? process.env.PORT ?? 8787);
    if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`the port is ${values.port ?? process.env.PORT}: write a number up to 65535`);
    return { port, help: values.help, reference: positionals.join(" ") };
  } catch (error) {
    throw new Error(`${error.message}\n${usage}`);
  }
}

async function timed(what, work) {
  const began = Date.now();
  process.stdout.write(`${what} …\n`);
  await work();
  process.stdout.write(`${what}: done in ${((Date.now() - began) / 1000).toFixed(0)} s\n`);
}

async function start({ port, reference }) {
  await free(port); // before all is built
  await ensureInstalled();
  // Only now: what was just installed is imported by them.
  const [{ ensureBuilt, served }, { buildSite }, { ensureEdge }, { serve }] = await Promise.all([import("../wasm/build.mjs"), import("./site/build.mjs"), import("./edge/build.mjs"), import("./edge/serve.mjs")]);
  await timed("the auditor", async () => { for (const name of served) await ensureBuilt(name); });
  await timed("the site and its edge", () => Promise.all([buildSite(), ensureEdge()]));
  const server = await serve({ port, say: (line) => process.stderr.write(`${line}\n`) });
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server.stop());
  process.stdout.write(`\nTouchstone is at ${server.url}/${reference && `#${encodeURI(reference)}`}\nPress Ctrl+C to stop it.\n`);
  await server.ended;
}

try {
  const asked = options();
  if (asked.help) process.stdout.write(help);
  else await start(asked);
} catch (error) {
  process.stderr.write(`npm start: ${error.message}\n`);
  process.exitCode = 1;
}
