// A folder in which packages were installed: which they are, and the digests of
// their files. The page and the command line read folders by the same steps.

/** The largest file whose text is read to find packages, in bytes. */
const largestText = 1 << 20;

/**
 * Finds the packages of a folder: [{ reference, folder, partial, files, texts }],
 * and beside them the files that are of none and would run, as differences: strays.
 * files are { path, size, read(), link, out }; out tells of a link that it leads
 * out of the folder; auditor has named() and packages().
 */
export async function packagesIn(root, files, auditor) {
  const named = new Set(JSON.parse(await auditor.named()));
  const texts = {};
  for (const file of files) {
    if (!file.link && named.has(file.path.split("/").at(-1)) && file.size <= largestText) texts[file.path] = new TextDecoder().decode(await file.read());
  }
  const found = JSON.parse(await auditor.packages(JSON.stringify({ root, paths: files.map(({ path }) => path), out: files.filter(({ out }) => out).map(({ path }) => path), links: files.filter(({ link, out }) => link && !out).map(({ path }) => path), texts })));
  const strays = found.filter(({ reference }) => reference === "").flatMap(({ files, open }) => files.map((path) => ({ path, state: "extra", ...(open && { known: open, open: true }) })));
  return Object.assign(share(found.filter(({ reference }) => reference !== ""), files, texts), { strays });
}

/** What is said of strays as of a package: each is extra. */
export const asStrays = (strays) => ({
  reference: "files of no package", folder: "", failed: false,
  compared: { same: 0, as: false, open: strays.every(({ open }) => open), differences: strays },
});

/**
 * Gives every file to the package that it is of: where several share a folder,
 * as Find says, else to the innermost in whose folder it lies.
 */
function share(found, files, texts) {
  const shared = ofLists(found.filter((one) => one.files), files, texts);
  const alone = found.filter((one) => !one.files);
  if (alone.length === 0) return shared;
  const places = new Map(alone.map((one) => [one.folder, { ...one, files: [], texts: {} }]));
  for (const file of files) {
    for (let dir = parent(file.path); ; dir = parent(dir)) {
      const place = places.get(dir);
      if (place) {
        const path = dir === "" ? file.path : file.path.slice(dir.length + 1);
        place.files.push(new Within(file, path));
        if (texts[file.path] !== undefined) place.texts[path] = texts[file.path];
        break;
      }
      if (dir === "") break;
    }
  }
  return [...places.values(), ...shared];
}

/** A file of a folder as one of a package in it: by another path. Its size is not asked for; there may be 50,000 of them. */
class Within {
  constructor(of, path) { [this.of, this.path] = [of, path]; }
  get size() { return this.of.size; }
  get link() { return this.of.link; }
  get file() { return this.of.file; } // in a browser
  get place() { return this.of.place; } // on the command line
  get out() { return this.of.out; }
  read() { return this.of.read(); }
}

/** Packages whose files are listed. */
function ofLists(found, files, texts) {
  const owners = new Map(); // path → the packages that list it
  const all = found.map((one) => ({ ...one, files: [], texts: {} }));
  found.forEach((one, i) => {
    for (const path of one.files) owners.set(path, [...owners.get(path) ?? [], all[i]]);
  });
  for (const file of files) {
    for (const one of new Set(owners.get(file.path))) {
      const path = one.folder === "" ? file.path : file.path.slice(one.folder.length + 1);
      one.files.push(new Within(file, path));
      if (texts[file.path] !== undefined) one.texts[path] = texts[file.path];
    }
  }
  return all;
}

/** The name in a package URL, without version and what follows. */
const nameOf = (reference) => reference.replace(/[?#].*$/, "").replace(/@[^@/]*$/, "");

/**
 * The package of a folder that an audit is about: the folder's own, or, where it
 * holds many, the one of this name; undefined where there is none.
 */
export function packageOf(found, reference) {
  const named = found.filter((one) => nameOf(one.reference) === nameOf(reference));
  return named.find((one) => one.reference === reference) ?? named[0] ?? (found.length === 1 && found[0].folder === "" ? found[0] : undefined);
}

function parent(path) {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/**
 * The digests of a package's files, one file at a time, as an audit takes them.
 * progress is told how many are done.
 */
export async function digestsOf({ reference, files, partial, texts }, sha256, progress = () => {}) {
  const out = [];
  for (const file of files) {
    out.push({ path: file.path, size: file.size, sha256: file.link ? "" : await sha256(file) });
    progress(out.length, files.length);
  }
  return { reference, files: out, partial: partial ?? "", texts };
}

/** Of a folder that by its own word is another package than it was compared with, that word in a sentence; else empty. */
export function anothers({ reference: own }, reference) {
  const bare = (text) => text.replace(/[?#].*$/, "");
  return own && bare(own) !== bare(reference) ? `By its own word the folder holds ${own}.` : "";
}

/**
 * Of npm's package that stands under another name than its own, that name: by it
 * programs load it. An alias is installed so, and whoever puts one package in the
 * place of another does the same.
 */
export function calledOtherwise({ reference, folder }) {
  if (!reference.startsWith("pkg:npm/") || !folder) return "";
  const there = `/${folder}`.split("/node_modules/").at(-1).replace(/^\//, "");
  return there === decodeURIComponent(nameOf(reference).slice("pkg:npm/".length)) ? "" : ` (loaded as ${there})`;
}

const counted = (n) => (n === 1 ? "1 file" : `${n} files`);

/** A comparison in a sentence or two. */
export function inWords({ same, differences, unread, as, open }) {
  const those = (state, known) => differences.filter((d) => d.state === state && Boolean(d.known) === known && !d.open).length;
  const parts = ["changed", "missing", "extra"].map((state) => [those(state, false), state]).filter(([n]) => n > 0).map(([n, state]) => `${n} ${state}`);
  const explained = differences.filter((d) => d.known && !d.open).length;
  const known = explained > 0 ? ` ${explained} more differ as installers are known to make them.` : "";
  const caches = differences.filter((d) => d.open).length;
  const uncompared = caches > 0 ? ` ${counted(caches)} that can run ${caches === 1 ? "was" : "were"} not compared: nobody publishes such files.` : "";
  if (unread) return unread;
  if (as) return `All ${same} files are as published.${known}`;
  if (open) return `${counted(same)} ${same === 1 ? "is" : "are"} as published.${known}${uncompared}`;
  return `${parts.join(", ")}; ${same} files are as published.${known}${uncompared}`;
}
