// How every command ends: with its exit code, after all that it wrote was read.

/** A question that cannot be asked: its message is for the person who asked. */
export class Refused extends Error {}

/** A message may quote what came from outside: a terminal must not obey it, nor hide it (purl.Hidden in Go). */
export function plain(text) {
  return String(text).replace(/(?![\n\t])[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufffc\ufffd]/gu, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);
}

/** The same inside one line: what came from outside begins no line of its own, which would read as ours. */
export const one = (text) => plain(text).replace(/[\n\t]/g, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);

/** JSON whose texts hold, as escapes of JSON, what a terminal would obey or hide: it says the same to a program. */
export const json = (value, indent = 2) => JSON.stringify(value, null, indent).replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufffc\ufffd]/gu, (c) => c.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""));

/**
 * What a build service would take for an order to itself, as text: GitHub takes a line
 * that begins with "::", it, Azure and TeamCity take "##[", "##vso[" and the like.
 */
export const unordered = (text) => String(text).replace(/(##[A-Za-z]*)\[/g, "$1\\u005b").replace(/^([^\S\n]*):(?=:)/gm, "$1\\u003a");

/** Writes to standard output. What came from outside orders nothing there. */
export const print = (text) => process.stdout.write(unordered(text));

/** The same to standard error. */
export const remark = (text) => process.stderr.write(unordered(text));

/** What an audit that gave no answer is told as; a fault of ours says where it was. */
export function refusedBy(error) {
  if (error.name === "PanicError") remark(`${plain(error.stack)}\n`);
  return error instanceof Refused ? error : new Refused(error.message);
}

/** Runs a command and resolves to its exit code; 2 where it gave no answer. */
export async function exitCode(name, command) {
  try {
    return await command();
  } catch (error) {
    remark(`${name}: ${plain(error instanceof Refused ? error.message : error.stack)}\n`);
    return 2;
  }
}

/** Runs a command and ends the process with its exit code. */
export async function ended(name, command) {
  let code;
  // A program that ends under way (no memory left, say) is no verdict, and a
  // reader who has seen enough (a pipe into head) is no error.
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.on(event, (error) => {
      remark(`${name}: ${plain(error?.stack ?? error)}\n`);
      process.exit(2);
    });
  }
  process.stdout.on("error", (error) => process.exit(error.code === "EPIPE" ? (code ?? 2) : 2));
  code = await exitCode(name, command);
  // The Go program waits for ever; standard output must be flushed first.
  process.stdout.write("", () => process.exit(code));
}
