// Samples in headless Chromium: each a new page of a new profile. The page gets
// its files from a server of this process on the loopback interface.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { launchOptions } from "../chromium.mjs";
import { subjects } from "./subjects.mjs";

const built = new URL("../../build/", import.meta.url);

/** Starts server and browser. */
export async function chromium() {
  const [{ chromium: launcher }, esbuild] = await Promise.all([import("playwright-core"), import("esbuild")]);
  const library = await esbuild.build({
    stdin: { contents: 'export * from "@freedomofpress/sigstore-browser";', resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
    bundle: true, minify: true, format: "esm", write: false, platform: "browser",
  });
  const files = {
    "/": ["text/html", Buffer.from("<!doctype html><title>bench</title>")],
    "/verifiers.mjs": ["text/javascript", await readFile(new URL("verifiers.mjs", import.meta.url))],
    "/library.mjs": ["text/javascript", Buffer.from(library.outputFiles[0].contents)],
    "/wasm_exec.js": ["text/javascript", await readFile(new URL("wasm_exec.js", built))],
    "/conformance.wasm": ["application/wasm", await readFile(new URL("conformance.wasm", built))],
  };
  const server = createServer((request, response) => {
    const [type, body] = files[request.url] ?? ["text/plain", null];
    response.writeHead(body ? 200 : 404, { "content-type": type });
    response.end(body);
  });
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const origin = `http://localhost:${server.address().port}/`; // a secure context: WebCrypto is there
  let browser;
  try {
    browser = await launcher.launch(launchOptions());
  } catch (error) {
    server.close();
    throw new Error(`starting Chromium: ${error.message.split("\n")[0]}; TOUCHSTONE_CHROMIUM names another`);
  }
  const list = subjects();
  return {
    name: "Chromium",
    async sample(verifier, name) {
      const context = await browser.newContext();
      try {
        const page = await context.newPage();
        await page.goto(origin);
        const { artifact, ...subject } = list[name];
        return await page.evaluate(inPage, { verifier, subject, artifact: Buffer.from(artifact).toString("base64") });
      } finally {
        await context.close();
      }
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** Runs in the page. */
async function inPage({ verifier, subject, artifact }) {
  const { sample } = await import("/verifiers.mjs");
  const env = {
    script: async (name) => {
      await import(`/${name}`);
      globalThis.fs.writeSync = (fd, bytes) => bytes.length;
    },
    instantiate: async (name, imports) => (await WebAssembly.instantiateStreaming(fetch(`/${name}`), imports)).instance,
    module: () => import("/library.mjs"),
  };
  return sample(env, verifier, { ...subject, artifact: Uint8Array.from(atob(artifact), (c) => c.charCodeAt(0)) });
}
