// What differs between two versions of a package: how they were checked, who
// made them, what installing runs, and which files are others. Both are audits
// of this page, made the same way.
import { element, list } from "./files.js";
import { fragment, visible } from "./question.js";

/** The purl of another version of the same package, without what pins the first one's bytes. */
export function otherVersion(reference, version) {
  const [bare] = reference.split(/[?#]/);
  const at = bare.lastIndexOf("@");
  return `${at > bare.indexOf("/") ? bare.slice(0, at) : bare}@${encodeURIComponent(version)}`;
}

/** The files by their path below the folder that holds them all, which often names the version. */
function byPath(files) {
  const [first] = files;
  let prefix = first ? first.path.slice(0, first.path.lastIndexOf("/") + 1) : "";
  for (const { path } of files) while (!path.startsWith(prefix)) prefix = prefix.slice(0, prefix.lastIndexOf("/", prefix.length - 2) + 1);
  return new Map(files.map((file) => [file.path.slice(prefix.length), file.sha256]));
}

/** What the files of two reports differ in: { changed, added, removed }, each a list of paths. */
export function filesApart(before, after) {
  const [a, b] = [byPath(before), byPath(after)];
  return {
    changed: [...b.keys()].filter((path) => a.has(path) && a.get(path) !== b.get(path)),
    added: [...b.keys()].filter((path) => !a.has(path)),
    removed: [...a.keys()].filter((path) => !b.has(path)),
  };
}

const words = {
  cards: (report) => report.cards.map((card) => [card.title, [card.state.word, ...card.lead, ...card.entries.filter((entry) => /repository|workflow|runner/i.test(entry.label)).map((entry) => `${entry.label}: ${entry.value}`)].join("; ")]),
  requirements: (report) => report.requirements.map((one) => [one.name, one.state.word]),
  topics: (report) => report.topics.filter((topic) => topic.about === "containment" || topic.about === "ingredients").map((topic) => [topic.text, (topic.items ?? []).join(", ") || "so"]),
};

/** What is said of each thing in two reports, where it differs: [thing, before, after]. */
export function apart(before, after, say) {
  const [a, b] = [new Map(say(before)), new Map(say(after))];
  return [...new Set([...a.keys(), ...b.keys()])].filter((key) => a.get(key) !== b.get(key)).map((key) => [key, a.get(key) ?? "not said", b.get(key) ?? "not said"]);
}

function table(caption, rows, [before, after]) {
  const made = element("table");
  const head = element("tr");
  for (const title of ["What", before, after]) head.append(element("th", visible(title), { scope: "col" }));
  const body = element("tbody");
  body.append(...rows.map(([thing, a, b]) => {
    const row = element("tr");
    row.append(element("th", visible(thing), { scope: "row" }), element("td", visible(a)), element("td", visible(b)));
    return row;
  }));
  const top = element("thead");
  top.append(head);
  made.append(element("caption", caption), top, body);
  const scroll = element("div", "", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: `${caption}, compared` });
  scroll.append(made);
  return scroll;
}

function paths(title, all) {
  const details = element("details");
  details.append(element("summary", `${title}: ${all.length}`));
  const inner = element("ul", "", { className: "items" });
  details.append(inner);
  list(inner, all, (path) => element("li", visible(path), { dir: "auto" }));
  return details;
}

/** Shows what differs, the shown report first; both have names. */
function show(place, before, after, names) {
  const link = element("a", `Open the report of ${visible(names[1])}`, { href: fragment(after.reference) });
  const first = element("p", `${visible(after.verdict.title)}. `);
  first.append(link);
  place.replaceChildren(first);
  for (const [caption, say] of [["Where it comes from", words.cards], ["Requirements", words.requirements], ["What installing runs and pulls", words.topics]]) {
    const rows = apart(before, after, say);
    if (rows.length > 0) place.append(table(caption, rows, names));
    else place.append(element("p", `${caption}: no difference.`));
  }
  if (before.files.length === 0 || after.files.length === 0) {
    place.append(element("p", "The files of one of them could not be read, so they are not compared."));
    return;
  }
  const { changed, added, removed } = filesApart(before.files, after.files);
  if (changed.length + added.length + removed.length === 0) place.append(element("p", "The files are the same."));
  else place.append(paths("Files changed", changed), paths("Files added", added), paths("Files removed", removed));
}

/**
 * Brings the form to life, and gives a function that compares with a reference.
 * audit gives the report of one; of one's own file, the repository's copy of the
 * same version is the other.
 */
export function enlivenCompare(root, report, audit, say, go) {
  const form = root.querySelector("[data-compare]");
  const [input, said, place] = [form.querySelector("input"), root.querySelector("[data-compare-says]"), root.querySelector("[data-compared]")];
  let running = null;
  const typed = () => {
    const version = input.value.trim();
    if (version !== "") return compare(otherVersion(report.reference, version), version);
    running?.abort();
    place.replaceChildren();
    said.textContent = "Write a version first.";
    input.focus();
  };
  const compare = async (reference, version, shown = report.version) => {
    running?.abort();
    place.replaceChildren();
    const abort = new AbortController();
    running = abort;
    said.textContent = `Checking ${visible(version)} …`;
    try {
      const other = await audit(reference, abort.signal);
      if (abort.signal.aborted) return;
      said.textContent = "";
      show(place, report, other, [shown, other.version === report.version ? version : other.version]);
      say(`Compared with ${visible(version)}`);
    } catch (error) {
      if (abort.signal.aborted) return;
      said.textContent = visible(error.refused?.detail ?? error.message);
    }
  };
  form.querySelector("button").addEventListener("click", typed);
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") typed(); });
  root.querySelector("[data-differ]")?.addEventListener("click", () => {
    go("compare");
    compare(report.reference, "the repository’s copy", "your file");
  });
  return compare;
}
