// The buttons that check all of what a report names: a version's files, or the
// packages that installing it pulls.
import { lineOf, ofFiles } from "../../wasm/shared/allfiles.js";
import { ofPackages } from "./dependencies.js";
import { element } from "./files.js";
import { fragment, visible } from "./question.js";

const kinds = { files: () => ofFiles, packages: ofPackages };

/** Brings the buttons to life. audit gives the report of a reference, versions which versions there are of a package. */
export function enlivenCheckAll(root, shown, audit, versions) {
  for (const place of root.querySelectorAll("[data-check-all]")) enlivenOne(place, shown, audit, kinds[place.dataset.checkAll](shown.topics[place.dataset.topic], versions));
}

function enlivenOne(place, shown, audit, kind) {
  const [start, cancel] = place.querySelectorAll("button");
  const [said, list] = [place.querySelector("[role=status]"), place.querySelector("ul")];
  const total = kind.count(shown);
  let abort = null;
  cancel.addEventListener("click", () => abort.abort());
  start.addEventListener("click", async () => {
    abort = new AbortController();
    [start.hidden, cancel.hidden] = [true, false];
    cancel.focus();
    list.replaceChildren();
    const all = [];
    said.textContent = `0 of ${total}`;
    for await (const answer of kind.answers(shown, audit, abort.signal)) {
      all.push(answer);
      const item = element("li");
      item.append(element("a", visible(kind.name(answer)), { href: fragment(answer.reference), dir: "ltr" }), `: ${visible(lineOf(answer))}`);
      list.append(item);
      said.textContent = `${all.length} of ${total}. So far: ${kind.words(all)}.`;
      if (place.getClientRects().length === 0) abort.abort(); // nobody looks at it any more
    }
    const left = total - all.length;
    said.textContent = left === 0 ? kind.whole(all) : kind.cancelled(left, total);
    const held = document.activeElement === cancel; // a hidden button loses the focus
    [start.hidden, cancel.hidden] = [false, true];
    if (held) start.focus();
  });
}
