// A folder in which packages were installed: which they are, and the digests of
// their files. The page and the command line read folders by the same steps.

/** The largest file whose text is read to find packages, in bytes. */
const largestText = 1 << 20;

/**
 * Finds the packages of a folder: [{ reference, folder, partial, files, texts }].
 * files are { path, size, read(), link }; auditor has named() and packages().
 */
export async function packagesIn(root, files, auditor) {
  const named = new Set(JSON.parse(await auditor.named()));
  const texts = {};
  for (const file of files) {
    if (!file.link && named.has(file.path.split("/").at(-1)) && file.size <= largestText) texts[file.path] = new TextDecoder().decode(await file.read());
  }
  const found = JSON.parse(await auditor.packages(JSON.stringify({ root, paths: files.map(({ path }) => path), texts })));
  return share(found, files, texts);
}

/** Gives every file to the innermost package that it lies in. */
function share(found, files, texts) {
  const places = new Map(found.map((one) => [one.folder, { ...one, files: [], texts: {} }]));
  for (const file of files) {
    for (let dir = parent(file.path); ; dir = parent(dir)) {
      const place = places.get(dir);
      if (place) {
        const path = dir === "" ? file.path : file.path.slice(dir.length + 1);
        place.files.push({ ...file, path });
        if (texts[file.path] !== undefined) place.texts[path] = texts[file.path];
        break;
      }
      if (dir === "") break;
    }
  }
  return [...places.values()];
}

function parent(path) {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/**
 * The digests of a package's files, one file at a time, as an audit takes them.
 * progress is told how many are done.
 */
export async function digestsOf({ files, partial, texts }, sha256, progress = () => {}) {
  const out = [];
  for (const file of files) {
    out.push({ path: file.path, size: file.size, sha256: file.link ? "" : await sha256(file) });
    progress(out.length, files.length);
  }
  return { files: out, partial: partial ?? "", texts };
}

/** A comparison in a sentence. */
export function inWords({ same, differences, unread, as }) {
  const count = (state, known) => differences.filter((d) => d.state === state && Boolean(d.known) === known).length;
  const parts = ["changed", "missing", "extra"].map((state) => [count(state, false), state]).filter(([n]) => n > 0).map(([n, state]) => `${n} ${state}`);
  const explained = differences.filter((d) => d.known).length;
  const known = explained > 0 ? ` ${explained} more differ as installers are known to make them.` : "";
  if (unread) return unread;
  return as ? `All ${same} files are as published.${known}` : `${parts.join(", ")}; ${same} files are as published.${known}`;
}
