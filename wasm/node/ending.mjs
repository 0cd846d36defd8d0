// How every command ends: with its exit code, after all that it wrote was read.

/** A question that cannot be asked: its message is for the person who asked. */
export class Refused extends Error {}

/** A message may quote what came from outside: a terminal must not obey it. */
export function plain(text) {
  return String(text).replace(/[^\P{C}\n\t]/gu, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);
}

/** The same inside one line: what came from outside begins no line of its own, which would read as ours. */
export const one = (text) => plain(text).replace(/[\n\t]/g, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);

/** What an audit that gave no answer is told as; a fault of ours says where it was. */
export function refusedBy(error) {
  if (error.name === "PanicError") process.stderr.write(`${plain(error.stack)}\n`);
  return error instanceof Refused ? error : new Refused(error.message);
}

/** Runs a command, which resolves to an exit code, and ends the process with it; 2 where it gave no answer. */
export async function ended(name, command) {
  let code;
  // A program that ends under way (no memory left, say) is no verdict, and a
  // reader who has seen enough (a pipe into head) is no error.
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.on(event, (error) => {
      process.stderr.write(`${name}: ${plain(error?.stack ?? error)}\n`);
      process.exit(2);
    });
  }
  process.stdout.on("error", (error) => process.exit(error.code === "EPIPE" ? (code ?? 2) : 2));
  try {
    code = await command();
  } catch (error) {
    process.stderr.write(`${name}: ${plain(error instanceof Refused ? error.message : error.stack)}\n`);
    code = 2;
  }
  // The Go program waits for ever; standard output must be flushed first.
  process.stdout.write("", () => process.exit(code));
}
