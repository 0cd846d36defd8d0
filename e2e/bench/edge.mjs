// node e2e/bench/edge.mjs [SECONDS]: the edge under load on this machine, in
// workerd, its hosts answered by this process. Cached and uncached badges, the page
// and the relay at once. Says what was answered, how fast, and how workerd's memory
// and time went; asserts that nothing was wrong.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import http from "node:http";
import { ensureEdge } from "../../web/edge/build.mjs";
import { workerd } from "../workerd.mjs";
import { mintedWorld } from "../world.mjs";

const seconds = Number(process.argv[2] ?? 60);
const packages = 20_000;
const known = Array.from({ length: 50 }, (_, i) => mintedWorld(`known${i}`, "1.0.0", { "package/index.js": "1" }));
const list = "v0.1.0\n".repeat(1000);

function upstream(request, response) {
  const url = `https://${request.headers.host}${request.url}`;
  if (url.endsWith("/list")) return response.writeHead(200, { "content-length": list.length }).end(list);
  const number = /\/fresh(\d+)\b/.exec(url)?.[1];
  const worlds = number ? [mintedWorld(`fresh${number}`, "1.0.0", { "package/index.js": number })] : known;
  const answer = worlds.map((world) => world(url)).find((one) => one);
  return response.writeHead(answer?.status ?? 404).end(answer?.body ?? "not found");
}

await ensureEdge();
const edge = await workerd({ upstream, site: { "/": ["text/html", "<p>hello"] } });
const pid = Number(execFileSync("pgrep", ["-P", String(process.pid), "workerd"], { encoding: "utf8" }).trim());
const memory = () => Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024);
const cpu = () => readdirSync(`/proc/${pid}/task`).reduce((sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]), 0) / 1e6;

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
let asker = 0;
const ask = (path) => new Promise((resolve) => {
  const began = performance.now();
  const request = http.get(edge.url + path, { agent, headers: { "cf-connecting-ip": `10.0.${asker++ >> 8 & 255}.${asker & 255}` } }, (response) => {
    let body = "";
    response.setEncoding("latin1").on("data", (chunk) => { body += chunk; }).on("end", () => resolve({ status: response.statusCode, body, ms: performance.now() - began }));
  });
  request.on("error", (error) => resolve({ status: 0, body: error.code, ms: performance.now() - began }));
});

let fresh = 0;
const kinds = {
  "badge, near": { path: () => `/badge/npm/known${fresh % 50}@1.0.0.svg`, right: /Integrity 1 of 3|checking/, workers: 12 },
  "badge, new": { path: () => `/badge/npm/fresh${fresh++ % packages}@1.0.0.svg`, right: /Integrity 1 of 3|checking/, workers: 2 },
  relay: { path: () => "/relay/proxy.golang.org/golang.org/x/mod/@v/list", right: /^v0\.1\.0\n/, workers: 4 },
  page: { path: () => "/", right: /hello/, workers: 4 },
};

for (let i = 0; i < 50; i++) await ask(`/badge/npm/known${i}@1.0.0.svg`);
const results = Object.fromEntries(Object.keys(kinds).map((name) => [name, { times: [], wrong: {} }]));
const samples = [];
const end = Date.now() + 1000 * seconds;
const sampling = setInterval(() => samples.push(memory()), 1000);
const [cpuBefore, began] = [cpu(), Date.now()];
await Promise.all(Object.entries(kinds).flatMap(([name, { path, right, workers }]) => Array.from({ length: workers }, async () => {
  while (Date.now() < end) {
    const { status, body, ms } = await ask(path());
    if (status === 200 && right.test(body)) results[name].times.push(ms);
    else {
      const what = `${status} ${body.slice(0, 80)}`;
      results[name].wrong[what] = (results[name].wrong[what] ?? 0) + 1;
    }
  }
})));
clearInterval(sampling);
const took = (Date.now() - began) / 1000;
let wrong = 0;
for (const [name, { times, wrong: bad }] of Object.entries(results)) {
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(share * (times.length - 1))]?.toFixed(1);
  wrong += Object.values(bad).reduce((sum, n) => sum + n, 0);
  process.stdout.write(`${name}: ${times.length} in ${took.toFixed(0)} s (${(times.length / took).toFixed(0)} a second), median ${at(0.5)} ms, 99 % ${at(0.99)} ms, most ${at(1)} ms; wrong ${JSON.stringify(bad)}\n`);
}
const third = Math.floor(samples.length / 3);
const mean = (part) => Math.round(part.reduce((sum, n) => sum + n, 0) / part.length);
process.stdout.write(`workerd: memory ${mean(samples.slice(0, third))}, ${mean(samples.slice(third, 2 * third))}, ${mean(samples.slice(2 * third))} MB in the three thirds, at most ${Math.max(...samples)}; ${((cpu() - cpuBefore) / 1000).toFixed(1)} s of CPU\n`);
await edge.stop();
process.exit(wrong === 0 ? 0 : 1);
