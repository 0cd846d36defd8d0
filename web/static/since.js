// Narrows what changed in the answers to a time and a repository. Without it
// everything is there.
const form = document.getElementById("since");
const [day, registry, count] = ["since-day", "since-registry", "since-count"].map((id) => document.getElementById(id));
const editions = [...document.querySelectorAll(".edition")];

/** Shows what is asked for, and says how much that is. */
function narrow() {
  let turns = 0;
  for (const edition of editions) {
    edition.hidden = day.value !== "" && edition.dataset.day < day.value;
    for (const part of edition.querySelectorAll("details")) {
      part.hidden = registry.value !== "" && part.dataset.registry !== registry.value;
      if (!edition.hidden && !part.hidden) turns += part.querySelectorAll("li").length;
    }
  }
  count.textContent = day.value === "" && registry.value === "" ? "" : `${turns} ${turns === 1 ? "answer" : "answers"} changed`;
}

form.hidden = false;
form.addEventListener("input", narrow);
form.addEventListener("submit", (event) => event.preventDefault());
narrow();
