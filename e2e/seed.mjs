// What is tried at random is another choice with each tree and the same for one
// tree: what passed before a commit is pushed passes after it. SEED=N chooses.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

process.env.SEED ||= fromTree();

/** The first 48 bits of the tree's hash; the time, where there is no repository. */
function fromTree() {
  try {
    const hash = execFileSync("git", ["rev-parse", "HEAD^{tree}"], { cwd: fileURLToPath(new URL("..", import.meta.url)), encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return String(parseInt(hash.slice(0, 12), 16));
  } catch {
    return String(Date.now());
  }
}

/** Numbers from 0 to below 1, the same again from the same seed and name. */
export function seeded(name) {
  let state = [...name].reduce((sum, letter) => (Math.imul(sum, 31) + letter.codePointAt(0)) | 0, Number(BigInt(process.env.SEED) & 0xffffffffn));
  return () => {
    // Knuth's constants for a linear congruential generator of 32 bits; the high bits are the good ones.
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
}
