// All files of one version on the command line.
import { answers, fileOf, inWords, lineOf, weakest } from "../shared/allfiles.js";
import { one } from "./ending.mjs";

/** The options that speak of one file, and leave no sense beside all of them. */
const ofOne = ["record", "evidence", "check", "file", "folder", "lock"];

/** Why the options do not go together; empty where they do. */
export function wrong(values) {
  const other = values["all-files"] ? ofOne.find((name) => values[name] !== undefined) : undefined;
  return other ? `--all-files: leave out --${other}, which is about one thing alone` : "";
}

/** Audits the other files of the version: { files: one answer each, version: the weakest, text }. */
export async function allFiles(report, audit, signal) {
  const files = [];
  for await (const answer of answers(report, audit, signal)) files.push(answer);
  if (signal.aborted) throw new Error("auditing all files of the version: cancelled");
  const version = weakest(files);
  const lines = files.map((answer) => `  ${one(fileOf(answer.reference))}: ${one(lineOf(answer))}\n`);
  return { files, version, text: `\nThe files of this version\n${lines.join("")}The whole version, by its weakest file: ${inWords(version)}.\n` };
}
