// A lock file that comes to the first page goes on to the page for lock files. It
// is handed over in this browser's own store: no server sees it.
import { hand } from "./lockstore.js";

const names = document.getElementById("ask").dataset.locks.split(" ");

/** Tells whether a file is called like a lock file. A star in a name stands for any letters. */
export const isLock = (name) => names.some((one) => {
  const [before, after] = one.split("*");
  return after === undefined ? name === one : name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after);
});

/** Goes to the page for lock files with a file, or with a pasted text. Rejects where this browser keeps nothing. */
export async function goWith(given) {
  await hand(given instanceof File ? given : new File([given], ""));
  location.assign("/lock/");
}
