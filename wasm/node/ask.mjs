// The way out under Node: one request by node:http or node:https, redirects not
// followed. The global fetch does the same and costs more: a lock file of a thousand
// pins took 14.3 s of processor time with it, and 11.0 s with this (npm run bench --
// pins). internal/fetch/asked_js.go says what it is given and gives.
import * as http from "node:http";
import * as https from "node:https";
import { pipeline } from "node:stream";
import { createGunzip, gunzipSync } from "node:zlib";

/** So many bytes of a body, as they are sent, are given with its head; of a longer one the rest comes piece by piece. */
const together = 256 << 10;

/** How long the beginning of a body waits for the rest, to be given with it, in milliseconds. */
const patience = 100;

/** What is packed is unpacked at once where that makes no more bytes than these; else piece by piece. */
const unpacked = 4 << 20;

/** Connections stay open between requests. No setting of the environment lets an unverified host through. */
const agents = {
  "http:": { request: http.request, agent: new http.Agent({ keepAlive: true, scheduling: "lifo" }) },
  "https:": { request: https.request, agent: new https.Agent({ keepAlive: true, scheduling: "lifo", rejectUnauthorized: true }) },
};

/** Whether who runs this gave Node's own fetch another way out (a proxy): then that is taken. */
export function elsewhere(env = process.env, given = [...process.execArgv, ...(env.NODE_OPTIONS ?? "").split(/\s+/)]) {
  return env.NODE_USE_ENV_PROXY === "1" || given.includes("--use-env-proxy") || Object.getOwnPropertySymbols(globalThis).some((symbol) => Symbol.keyFor(symbol)?.startsWith("undici.globalDispatcher."));
}

/** Why there is no answer. Of a host that has several addresses each may fail in its own way. */
const why = (error) => error.message || error.errors?.map(({ message }) => message).join("; ") || error.code || "it failed without a reason";

/**
 * Asks, and calls done once: with why there is no answer; or with the answer's head,
 * the bytes of its body that came together with it, and for a body that goes on (or
 * broke off) a reader of the rest. The question and the head are lines. The function
 * that is returned ends the exchange.
 */
export function ask(question, done) {
  const [method, address, accept, range, authorization, agent] = question.split("\n");
  let called = false;
  const tell = (...what) => {
    if (called) return;
    called = true;
    done(...what);
  };
  let sent;
  let stopped = false;
  const send = (again) => {
    const { protocol, hostname, port, pathname, search } = new URL(address);
    sent = agents[protocol].request({
      protocol, hostname, port, path: pathname + search, method, agent: agents[protocol].agent, insecureHTTPParser: false,
      headers: {
        accept: accept || "*/*", "user-agent": agent, "accept-encoding": range ? "identity" : "gzip",
        ...(range && { range }), ...(authorization && { authorization }),
      },
    });
    sent.on("error", (error) => {
      // A host may close a connection that was kept just when it is used again.
      if (again && sent.reusedSocket && error.code === "ECONNRESET" && !called && !stopped) send(false);
      else tell(why(error));
    });
    sent.on("response", (response) => collect(response, method, tell));
    sent.on("upgrade", (_, socket) => {
      socket.destroy();
      tell("it answers in another protocol, which was not asked for");
    });
    sent.end();
  };
  try {
    send(true);
  } catch (error) {
    process.nextTick(tell, why(error)); // never while the caller still calls
  }
  return () => {
    stopped = true;
    sent?.destroy();
  };
}

/** The answer's fields by name. */
function fieldsOf({ rawHeaders }) {
  const fields = new Map();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i].toLowerCase();
    fields.set(name, fields.has(name) ? `${fields.get(name)}, ${rawHeaders[i + 1]}` : rawHeaders[i + 1]);
  }
  return fields;
}

/** The answer's head: its status, then name and value of each field by turns. */
function headOf({ statusCode }, fields) {
  const lines = [statusCode];
  for (const [name, value] of fields) lines.push(name, value.replace(/[\r\n]/g, " "));
  return lines.join("\n");
}

const nothing = new Uint8Array();
const broken = (error) => ({ read: () => Promise.reject(error) });
const rest = (stream) => {
  const pieces = stream.on("error", ignored)[Symbol.asyncIterator](); // which gives the error to who reads
  return { read: () => pieces.next() };
};
const ignored = () => {};

/** Waits for a body that comes soon and is short, and tells what came. */
function collect(response, method, tell) {
  const fields = fieldsOf(response);
  const head = headOf(response, fields);
  const packed = method !== "HEAD" && /^(x-)?gzip$/i.test(fields.get("content-encoding") ?? "");
  const came = [];
  let size = 0;
  const data = (chunk) => {
    came.push(chunk);
    size += chunk.length;
    if (size > together) longer();
  };
  const end = () => {
    leave();
    const body = came.length === 1 ? came[0] : Buffer.concat(came);
    if (!packed || size === 0) return tell(head, body);
    try {
      tell(head, gunzipSync(body, { maxOutputLength: unpacked }));
    } catch (error) {
      if (error.code !== "ERR_BUFFER_TOO_LARGE") return tell(head, nothing, broken(error));
      const unpacking = createGunzip();
      unpacking.end(body);
      tell(head, nothing, rest(unpacking));
    }
  };
  const failed = (error) => {
    leave();
    tell(head, packed ? nothing : Buffer.concat(came), broken(error));
  };
  const longer = () => {
    leave();
    response.pause();
    if (!packed) return tell(head, Buffer.concat(came), rest(response));
    const unpacking = createGunzip();
    const pieces = rest(unpacking);
    for (const chunk of came) unpacking.write(chunk);
    pipeline(response, unpacking, ignored); // what breaks, the reader is told
    tell(head, nothing, pieces);
  };
  const soon = setTimeout(longer, patience);
  const leave = () => {
    clearTimeout(soon);
    response.off("data", data).off("end", end).off("error", failed);
  };
  response.on("data", data).on("end", end).on("error", failed).on("error", ignored); // it may yet break when nobody listens
}
