// The form by which a repository assesses itself. It writes the file that the
// principles' loader reads, a report and the text of an issue; nothing leaves
// the browser.
const form = document.getElementById("assess");
const [out, said, save, report, issue] = ["a-out", "a-said", "a-save", "a-report", "a-issue"].map((id) => document.getElementById(id));
const attributes = [...form.querySelectorAll(".attribute")];
const lines = [...form.querySelectorAll(".assess-line")];
const value = (name) => form.elements[name].value.trim();
const today = () => new Date().toISOString().slice(0, 10);
const word = (requirement) => form.elements[`status-${requirement}`].selectedOptions[0].text;

/** What the repository does not have. */
const lacking = () => new Set(attributes.filter((a) => !form.elements[`has-${a.dataset.attribute}`].checked).map((a) => a.dataset.attribute));

/** Leaves out the lines that need what is not there. */
function narrow() {
  const lacks = lacking();
  for (const a of attributes) a.querySelector(".lacking").hidden = !lacks.has(a.dataset.attribute);
  for (const line of lines) line.hidden = line.dataset.needs.split(" ").some((need) => lacks.has(need));
}

/** The assessment in the form of principles/registries/ID.json. */
function assessment() {
  const lacks = [...lacking()].map((attribute) => ({ attribute, note: value(`lack-note-${attribute}`), source: value(`lack-source-${attribute}`), date: today() }));
  return {
    id: value("id"),
    name: value("name"),
    serves: value("serves"),
    home: value("home"),
    client: value("client"),
    ...(lacks.length && { lacks }), // an empty list says nothing, and the schema has none
    answers: lines.filter((line) => !line.hidden).map((line) => {
      const requirement = line.dataset.line;
      const status = value(`status-${requirement}`);
      const [note, source] = [value(`note-${requirement}`), value(`source-${requirement}`)];
      return { requirement, status, ...(note && { note }), ...(source && { source, date: today() }) };
    }),
  };
}

/** What is still missing before the file can be read; null for nothing. */
function incomplete(a) {
  for (const field of ["name", "id", "serves", "home", "client"]) if (!form.elements[field].value.trim() || !form.elements[field].checkValidity()) return form.elements[field];
  for (const lack of a.lacks ?? []) for (const part of ["note", "source"]) {
    const field = form.elements[`lack-${part}-${lack.attribute}`];
    if (!lack[part] || !field.checkValidity()) return field;
  }
  for (const answer of a.answers) for (const part of ["note", "source"]) {
    const field = form.elements[`${part}-${answer.requirement}`];
    if ((answer.status !== "not-established" && !answer[part]) || !field.checkValidity()) return field;
  }
  return null;
}

const nameOf = (requirement) => lines.find((line) => line.dataset.line === requirement).dataset;
const plain = (text) => text.replace(/[\\`*_{}[\]<>#|]/g, "\\$&");

const address = (url) => `<${url.replace(/[<>|\s]/g, encodeURIComponent)}>`;

/** The assessment for people, as Markdown. */
function markdown(a) {
  const rows = [`# ${plain(a.name)}, by the Principles for Package Repository Security`, "", `${plain(a.serves)}. Client: ${plain(a.client)}. ${today()}.`];
  let track = "";
  for (const answer of a.answers) {
    const line = nameOf(answer.requirement);
    if (line.track !== track) rows.push("", `## ${track = line.track}`, "", "| Level | Line | Answer | Note | Source |", "| --- | --- | --- | --- | --- |");
    rows.push(`| ${line.level} | ${plain(line.name)} | ${word(answer.requirement)} | ${plain(answer.note ?? "")} | ${answer.source ? address(answer.source) : ""} |`);
  }
  for (const lack of a.lacks ?? []) rows.push("", `Does not have: ${plain(attributes.find((a) => a.dataset.attribute === lack.attribute).dataset.name)}. ${plain(lack.note)} ${address(lack.source)}`);
  return `${rows.join("\n")}\n`;
}

/** Shows what was written, and offers it as a file. */
function write(text, file, type) {
  out.value = text;
  if (save.href) URL.revokeObjectURL(save.href);
  save.href = URL.createObjectURL(new Blob([text], { type }));
  save.download = file;
  save.hidden = false;
  said.textContent = `Written: ${file}.`;
  out.focus();
}

function when(complete) {
  const a = assessment();
  const missing = incomplete(a);
  if (!missing) return complete(a);
  said.textContent = "Something is missing: every answer but “not established” takes a sentence and an https source.";
  missing.focus();
  missing.scrollIntoView({ block: "center" });
}

form.addEventListener("input", narrow);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  when((a) => write(`${JSON.stringify(a, null, 2)}\n`, `${a.id}.json`, "application/json"));
});
form.noValidate = true; // what is missing is said beside the button, whichever of the three was pressed
report.addEventListener("click", () => when((a) => write(markdown(a), `${a.id}.md`, "text/markdown")));
issue.addEventListener("click", () => when((a) => write(`Assessment of ${a.name}\n\nWho I am, and how you can see that:\n\nThe file principles/registries/${a.id}.json:\n\n\`\`\`json\n${JSON.stringify(a, null, 2)}\n\`\`\`\n`, `${a.id}-issue.md`, "text/markdown")));
narrow(); // a browser may have kept what was entered before
