// Narrows the tables of the repositories. Without it they are all there.
const form = document.getElementById("filter");
const [name, track, status, found] = ["filter-name", "filter-track", "filter-status", "filter-count"].map((id) => document.getElementById(id));
const lines = [...document.querySelectorAll(".lines tr[data-registry]")];
const levels = [...document.querySelectorAll(".standings tr[data-registry]")];
const tables = [...document.querySelectorAll(".lines")];
const columns = [...document.querySelectorAll(".standings [data-track]")];

const counted = (n, one, many) => `${n} ${n === 1 ? one : many}`;

/** Shows what is asked for, and says how much that is. */
function narrow() {
  const words = name.value.trim().toLowerCase();
  const asked = { track: track.value, status: status.value };
  const shown = new Set();
  let answers = 0;
  for (const cell of columns) cell.hidden = asked.track !== "" && cell.dataset.track !== asked.track;
  for (const table of tables) table.hidden = asked.track !== "" && table.dataset.track !== asked.track;
  const named = (row) => words === "" || row.dataset.name.toLowerCase().includes(words) || row.dataset.registry.includes(words);
  for (const row of lines) {
    const cells = [...row.querySelectorAll("td[data-status]")];
    const fitting = cells.filter((cell) => asked.status === "" || cell.dataset.status === asked.status);
    for (const cell of cells) cell.classList.toggle("faded", !fitting.includes(cell));
    row.hidden = !named(row) || fitting.length === 0;
    if (row.hidden || row.closest(".lines").hidden) continue;
    shown.add(row.dataset.registry);
    answers += fitting.length;
  }
  for (const row of levels) row.hidden = !named(row) || !shown.has(row.dataset.registry);
  for (const table of tables) {
    table.querySelector(".pane").hidden = ![...table.querySelectorAll("tbody tr")].some((row) => !row.hidden);
  }
  const all = words === "" && asked.track === "" && asked.status === "";
  found.textContent = all ? "" : `${counted(answers, "answer", "answers")} of ${counted(shown.size, "repository", "repositories")}`;
}

form.hidden = false;
form.addEventListener("input", narrow);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(narrow)); // the fields are emptied after the event
narrow(); // a browser may have kept what was entered before
