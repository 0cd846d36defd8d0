// The texts that put a badge into a README, for each form that READMEs have. Each
// leads to the page that checks again, and says in words what the picture is of.

/** A reference without version, digests and qualifiers; with its version where exact is true. */
export function plain(reference, exact) {
  const whole = reference.replace(/[?#].*$/s, "");
  const version = whole.lastIndexOf("@");
  return exact || version <= whole.lastIndexOf("/") ? whole : whole.slice(0, version);
}

/** The address of the picture, below the site's own. */
export const picture = (reference) => `/badge/${address(reference.replace(/^pkg:/, ""))}.svg`;

/** What ends an address in one of the forms, or in a sentence, is encoded. */
const address = (text) => text.replace(/[\s"'()<>[\]\\^`{|}*,]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);

/** What the picture is of, for who does not see it. */
function alternative(reference) {
  const [type, ...rest] = reference.replace(/^pkg:/, "").split("/");
  const [name, version] = rest.join("/").split(/@(?=[^@/]*$)/);
  const decoded = (text) => {
    try {
      return decodeURIComponent(text).replace(/[\s\p{C}]+/gu, " ");
    } catch {
      return text;
    }
  };
  return `Integrity of the ${type} package ${decoded(name)}${version ? ` ${decoded(version)}` : ""}, as checked by Touchstone`;
}

const html = (text) => text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

/**
 * The texts for a reference (a purl): [{name, text}]. origin is the site's, check
 * the fragment that asks the page for it.
 */
export function snippets(reference, origin, check) {
  const image = origin + picture(reference);
  const link = `${origin}/${address(check)}`;
  const alt = alternative(reference);
  return [
    { name: "Markdown", text: `[![${alt.replace(/[\\[\]<>`]/g, "\\$&")}](${image})](${link})` },
    { name: "HTML", text: `<a href="${html(link)}"><img src="${html(image)}" alt="${html(alt)}"></a>` },
    { name: "reStructuredText", text: `.. image:: ${image}\n   :alt: ${alt}\n   :target: ${link}` },
    { name: "AsciiDoc", text: `image:${image}["${alt.replaceAll('"', "'").replaceAll("]", "")}",link="${link}"]` },
  ];
}
