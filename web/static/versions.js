// The versions of a package, to choose another one from.
import { element } from "./files.js";
import { fragment, visible } from "./question.js";

/** How many versions stand in the list. */
const most = 1000;

/** Brings the button to life. versions asks which there are, compare compares with one. */
export function enlivenVersions(root, report, versions, compare) {
  const button = root.querySelector("[data-versions]");
  const place = root.querySelector("#versions");
  const [said, choice] = [place.querySelector("[role=status]"), place.querySelector("select")];
  const parts = [...place.children].filter((part) => part !== said);
  button.addEventListener("click", async () => {
    place.hidden = !place.hidden;
    button.setAttribute("aria-expanded", String(!place.hidden));
    if (place.hidden || choice.options.length > 0) return;
    for (const part of parts) part.hidden = true;
    said.textContent = "Asking which versions there are …";
    try {
      const { all, newest, note, unread } = await versions(report.reference, "");
      choice.replaceChildren(...all.slice(0, most).map(({ version, reference, withdrawn }) => element("option",
        visible(version) + (reference === newest ? " (newest)" : "") + (withdrawn ? " (withdrawn)" : ""), { value: reference, selected: version === report.version })));
      const few = all.length > most ? `${all.length} versions, of which the newest ${most} are here. ` : all.length === 0 ? "The repository lists none. " : "";
      said.textContent = visible(unread || few + note).trim();
      if (all.length === 0) return;
      for (const part of parts) part.hidden = false;
      choice.focus();
    } catch (error) {
      said.textContent = visible(error.refused?.detail ?? error.message);
    }
  });
  place.querySelector("[data-version-check]").addEventListener("click", () => { location.hash = fragment(choice.value); });
  place.querySelector("[data-version-compare]").addEventListener("click", () => compare(choice.value, choice.selectedOptions[0].textContent));
}
