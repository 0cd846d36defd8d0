// All files of one version: each has its own audit, and the version's answer is
// that of the weakest. The audits follow one another: what is the same for all of
// them is asked once, and a device with little memory holds one file at a time.
/** The references of a version's other files, as the report of one of them lists them. */
export const othersOf = (report) => report.topics.find(({ id }) => id === "other-files")?.items ?? [];

/** The file that a reference names; the whole reference where it names none. */
export function fileOf(reference) {
  const [, name] = /[?&]file_name=([^&#]*)/.exec(reference) ?? [];
  return name ? decodeURIComponent(name) : reference;
}

/**
 * Audits the files of a version: one answer each, { reference, report } or
 * { reference, error }. The report that is there counts as its file's answer,
 * unless it is about a file that somebody brought. Ends early when it is aborted.
 */
export async function* answers(shown, audit, signal) {
  const brought = Boolean(shown.artifact.name);
  if (!brought) yield { reference: shown.reference, report: shown };
  for (const reference of brought ? [shown.reference, ...othersOf(shown)] : othersOf(shown)) {
    if (signal.aborted) return;
    let answer;
    try {
      answer = { reference, report: await audit(reference, signal) };
    } catch (error) {
      answer = { reference, error };
    }
    if (signal.aborted) return;
    yield answer;
  }
}

/**
 * The weakest of some answers: how many files there are, how many of them failed,
 * could not be asked or raise an alarm, and the tracks, each under its id. A track
 * stands where its lowest file stands, and may rise as far as the file that may
 * rise least. Of a file that could not be asked nothing is known: then every track
 * stands at 0. No order of the answers, and no further answer, raises anything.
 */
export function weakest(all) {
  const reports = all.flatMap(({ report }) => report ?? []);
  const count = (is) => reports.filter(({ verdict }) => is(verdict)).length;
  const weak = { files: all.length, failed: count(({ failed }) => failed), unasked: all.length - reports.length, alarms: count(({ alarms }) => alarms.length > 0) };
  for (const { id, name } of reports[0]?.tracks ?? []) {
    const lowest = (what) => Math.min(...reports.map(({ verdict }) => verdict[id][what]));
    const broken = weak.failed > 0;
    weak[id] = { name, level: broken || weak.unasked > 0 ? 0 : lowest("level"), atMost: broken ? 0 : lowest("atMost"), of: reports[0].verdict[id].of };
  }
  return weak;
}

/** The weakest of some answers in words, which go on after a colon; one is what there are several of. */
export function inWords({ files: n, failed, unasked, alarms, ...tracks }, one = "file") {
  const files = (count) => `${count} ${one}${count === 1 ? "" : "s"}`;
  if (failed > 0) return n === 1 ? "FAILED" : `FAILED, with ${failed} of ${files(n)}`;
  if (unasked === n) return `not known, as no ${one} could be asked`;
  const said = Object.values(tracks).map(({ name, level, atMost, of }) => `${name} ${level} of ${of}${atMost > level ? `, at most ${atMost}` : ""}`);
  if (alarms > 0 && n === 1) said.push("with an alarm");
  const sentences = [said.join("; ")];
  if (alarms > 0 && n > 1) sentences.push(`${files(alarms)} with an alarm`);
  if (unasked > 0) sentences.push(`${files(unasked)} could not be asked`);
  return sentences.join(". ");
}

/** What one file's answer says, in words. */
export const lineOf = (answer) => (answer.error ? `could not be asked: ${answer.error.refused?.detail ?? answer.error.message}` : inWords(weakest([answer])));

/** What a version is worth, by all of its files. */
export const ofFiles = {
  count: (report) => othersOf(report).length + 1,
  answers,
  name: ({ reference }) => fileOf(reference),
  words: (all) => inWords(weakest(all)),
  whole: (all) => `The whole version, by its weakest file: ${inWords(weakest(all))}.`,
  cancelled: (left, total) => `Cancelled: ${left} ${left === 1 ? "file" : "files"} of ${total} did not answer, so nothing is said about the whole version.`,
};
