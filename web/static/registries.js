// Narrows the tables of the repositories. Without it they are all there.
const form = document.getElementById("filter");
const [name, track, status, needs, found] = ["filter-name", "filter-track", "filter-status", "filter-needs", "filter-count"].map((id) => document.getElementById(id));
const heads = [...document.querySelectorAll(".lines thead th[data-registry]")];
const cells = [...document.querySelectorAll(".lines td[data-registry]")];
const lines = [...document.querySelectorAll(".lines tr[data-line]")];
const levels = [...document.querySelectorAll(".standings tr[data-registry]")];
const tables = [...document.querySelectorAll(".lines")];
const columns = [...document.querySelectorAll(".standings [data-track]")];

const counted = (n, one, many) => `${n} ${n === 1 ? one : many}`;

/** Shows what is asked for, and says how much that is. */
function narrow() {
  const words = name.value.trim().toLowerCase();
  const asked = { track: track.value, status: status.value, without: needs.value };
  const named = (cell) => words === "" || cell.dataset.name.toLowerCase().includes(words) || cell.dataset.registry.includes(words);
  const columnsShown = new Set(heads.filter(named).map((head) => head.dataset.registry));
  for (const cell of [...heads, ...cells]) cell.hidden = !columnsShown.has(cell.dataset.registry);
  for (const cell of columns) cell.hidden = asked.track !== "" && cell.dataset.track !== asked.track;
  for (const table of tables) table.hidden = asked.track !== "" && table.dataset.track !== asked.track;
  const shown = new Set();
  let answers = 0;
  for (const row of lines) {
    const here = [...row.querySelectorAll("td[data-status]")];
    const fitting = here.filter((cell) => !cell.hidden && (asked.status === "" || cell.dataset.status === asked.status));
    for (const cell of here) cell.classList.toggle("faded", !fitting.includes(cell));
    row.hidden = fitting.length === 0 || (asked.without !== "" && row.dataset.needs.split(" ").includes(asked.without));
    if (row.hidden || row.closest(".lines").hidden) continue;
    for (const cell of fitting) shown.add(cell.dataset.registry);
    answers += fitting.length;
  }
  for (const row of levels) row.hidden = !named(row) || !shown.has(row.dataset.registry);
  for (const table of tables) {
    for (const body of table.querySelectorAll("tbody")) body.hidden = ![...body.querySelectorAll("tr[data-line]")].some((row) => !row.hidden);
    table.querySelector(".pane").hidden = ![...table.querySelectorAll("tbody")].some((body) => !body.hidden);
  }
  const all = words === "" && asked.track === "" && asked.status === "" && asked.without === "";
  found.textContent = all ? "" : `${counted(answers, "answer", "answers")} of ${counted(shown.size, "repository", "repositories")}`;
}

form.hidden = false;
form.addEventListener("input", narrow);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(narrow)); // the fields are emptied after the event
narrow(); // a browser may have kept what was entered before
