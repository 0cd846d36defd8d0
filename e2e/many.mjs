// For Go's tests of the command line: one process that runs it again and again, each
// time in a fresh instance of the program, which is compiled once. A line of standard
// input is { args, state }; each is answered by a line { stdout, stderr, code }.
import { createInterface } from "node:readline";
import { audit } from "../wasm/node/audit.mjs";
import { exitCode } from "../wasm/node/ending.mjs";

process.setMaxListeners(0); // each audit listens for its end
const write = process.stdout.write.bind(process.stdout);
for await (const line of createInterface({ input: process.stdin })) {
  const { args, state } = JSON.parse(line);
  const said = { stdout: "", stderr: "" };
  for (const stream of Object.keys(said)) process[stream].write = (text) => { said[stream] += text; return true; };
  process.env.XDG_STATE_HOME = state;
  const code = await exitCode("touchstone", () => audit(args, "npm run -s audit --"));
  write(`${JSON.stringify({ ...said, code })}\n`);
}
process.exit(0); // the programs wait for ever
