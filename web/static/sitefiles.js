// Compares the files of a site with a list of them (build.json): in the page, and
// from outside by web/compare.mjs.

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** The address that a browser shows for a file: a folder for its index. */
export const shown = (path) => path.replace(/\/index\.html$/, "/");

/**
 * Asks for each file of the list that was brought, with get, and says what differs:
 * in bytes, in what the site lists beside it, and in what was loaded.
 * Resolves to {same, size, wrong}: counts, bytes, sentences.
 */
export async function differences(brought, mine, loaded, get) {
  const files = Object.entries(brought?.files ?? {});
  if (brought?.format !== "touchstone-build/1" || files.length === 0) throw new Error("the file is no build.json of this kind of site");
  const wrong = [];
  let same = 0;
  let size = 0;
  const left = files.slice();
  const work = async () => {
    for (let one = left.shift(); one; one = left.shift()) {
      const [path, sum] = one;
      try {
        const answer = await get(path);
        const body = await answer.arrayBuffer();
        if (!answer.ok && path !== "/404.html") wrong.push(`${path} is not here: the server answers ${answer.status}.`);
        else if (hex(await crypto.subtle.digest("SHA-256", body)) !== sum) wrong.push(`${path} is another file here.`);
        else {
          same++;
          size += body.byteLength;
        }
      } catch (error) {
        wrong.push(`${path} could not be fetched: ${error.message}`);
      }
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  const listed = new Set(files.map(([path]) => shown(path)));
  for (const path of Object.keys(mine.files)) if (!listed.has(shown(path))) wrong.push(`${path} is here, and not in your list.`);
  for (const address of loaded) {
    const { origin, pathname } = new URL(address);
    if (origin === globalThis.location?.origin && !listed.has(pathname) && pathname !== "/build.json") wrong.push(`${pathname} was loaded by this page, and is not in your list.`);
  }
  return { same, size, wrong: wrong.sort() };
}
