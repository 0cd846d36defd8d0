// Holds this site to a list of files that somebody else built and brought.
import { bytes } from "./progress.js";
import { differences } from "./sitefiles.js";
import { visible } from "./question.js";

const $ = (id) => document.getElementById(id);
document.documentElement.classList.add("script"); // what needs it shows

$("compare-file").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  if (!file) return;
  $("compare-list").replaceChildren();
  $("compare-says").textContent = "Asking for every file …";
  try {
    const brought = JSON.parse(await file.text());
    const mine = await (await fetch("/build.json", { cache: "no-store" })).json();
    const loaded = [location.href, ...performance.getEntriesByType("resource").filter((entry) => entry.initiatorType !== "fetch").map((entry) => entry.name)];
    const { same, wrong, size } = await differences(brought, mine, loaded, (path) => fetch(path, { cache: "no-store" }));
    $("compare-list").replaceChildren(...wrong.map((text) => {
      const item = document.createElement("li");
      item.textContent = visible(text);
      return item;
    }));
    $("compare-says").textContent = wrong.length === 0
      ? `All ${same} files (${bytes(size)}) are those of your list.`
      : `${same} files are those of your list; ${wrong.length} ${wrong.length === 1 ? "thing differs" : "things differ"}:`;
  } catch (error) {
    $("compare-says").textContent = `That could not be compared: ${visible(error.message)}`;
  }
});
