// Whether a port of this machine can be listened at.
import { createServer } from "node:net";

/** Rejects where something else listens at a port, with what to do; 0 stands for any that is free. */
export async function free(port) {
  const server = createServer();
  await new Promise((resolve, reject) => {
    server.once("error", ({ code, message }) => reject(new Error(code === "EADDRINUSE"
      ? `port ${port} is in use: end what listens there, or name another, as in npm start -- --port ${port < 65535 ? port + 1 : port - 1}`
      : `port ${port} can't be listened at (${code ?? message}): name another with --port`)));
    server.listen(port, "127.0.0.1", resolve);
  });
  await new Promise((resolve) => { server.close(resolve); });
}
