import { isAbsolute, resolve } from "node:path";

/** A path that the person typed, relative to where they typed it: npm runs scripts elsewhere. */
export function typed(path) {
  return isAbsolute(path) ? path : resolve(process.env.INIT_CWD || process.cwd(), path);
}
