// Folders on this device, for the command line.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { pipeline } from "node:stream/promises";

/** The files of a folder, in the order of their paths. Links are listed and not followed. */
export async function filesOf(folder) {
  const root = await realpath(folder); // a package may be linked to where it is
  const files = [];
  async function walk(dir, at) {
    for (const entry of (await readdir(dir, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const [place, path] = [join(dir, entry.name), at + entry.name];
      if (entry.isDirectory()) await walk(place, `${path}/`);
      else if (entry.isFile()) files.push({ path, place, size: (await stat(place)).size, link: false, read: () => readFile(place) });
      else files.push({ path, place, size: 0, link: true, out: await leadsOut(place, root) });
    }
  }
  await walk(root, "");
  return { root: root.split(sep).join("/"), files };
}

/** Whether what is at a place is not in the folder of that root. */
const leadsOut = (place, root) => realpath(place).then((to) => !to.startsWith(root.endsWith(sep) ? root : root + sep), () => true);

/** The SHA-256 of a file, read a piece at a time. */
export async function sha256(file) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file.place), hash);
  return hash.digest("hex");
}
