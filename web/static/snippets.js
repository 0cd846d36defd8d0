// The texts that put a badge into a README, for each form that READMEs have. Each
// leads to the page that checks again, and says in words what the picture is of.

/** Text out of a package URL, where it can be decoded. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * What a reference says of an image: registry and repository, digest and tag; the last
 * two may be empty. Undefined for what is no image.
 */
function image(reference) {
  const [, name, version = "", query = ""] = /^pkg:oci\/([^@?#/]+)(?:@([^?#]*))?(?:\?([^#]*))?/s.exec(reference) ?? [];
  if (!name) return undefined;
  const says = Object.fromEntries(query.split("&").map((pair) => [pair.split("=", 1)[0], decoded(pair.slice(pair.indexOf("=") + 1))]));
  return { name: decoded(name), repository: says.repository_url || `docker.io/library/${decoded(name)}`, digest: decoded(version), tag: says.tag ?? "" };
}

/** Which moving tag a reference of an image says beside its digest; empty for none. */
export const tagOf = (reference) => image(reference)?.tag ?? "";

/** An image as clients write it. */
const imageName = ({ repository, digest, tag }) => repository + (digest ? `@${digest}` : tag && `:${tag}`);

/**
 * A reference without version, digests and what else the asker brought; with its version
 * where exact is true. An image keeps its registry, and has its digest or its tag: what it has of
 * both, where it has one alone.
 */
export function plain(reference, exact) {
  const one = image(reference);
  if (one) {
    const pinned = one.digest && (exact || !one.tag);
    return `pkg:oci/${encodeURIComponent(one.name)}${pinned ? `@${encodeURIComponent(one.digest).replace("%3A", ":")}` : ""}?repository_url=${encodeURIComponent(one.repository)}${!pinned && one.tag ? `&tag=${encodeURIComponent(one.tag)}` : ""}`;
  }
  const [whole, query = ""] = reference.replace(/#.*$/s, "").split("?", 2);
  const chosen = query.split("&").filter((pair) => choosing.includes(pair.split("=", 1)[0])).join("&");
  const version = whole.lastIndexOf("@");
  return (exact || version <= whole.lastIndexOf("/") ? whole : whole.slice(0, version)) + (chosen && `?${chosen}`);
}

/** The qualifiers that choose one of a version's packages. */
const choosing = ["abi", "arch", "branch", "classifier", "distro", "epoch", "type"];

/** The address of the picture, below the site's own. */
export function picture(reference) {
  const one = image(reference);
  const path = one ? `oci/${imageName(one).replaceAll("%", "%25").replaceAll("?", "%3F").replaceAll("#", "%23")}` : reference.replace(/^pkg:/, "").replace("?", "%3F");
  return `/badge/${address(path)}.svg`;
}

/** What ends an address in one of the forms, or in a sentence, is encoded. */
const address = (text) => text.replace(/[\s"'()<>[\]\\^`{|}*,]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);

/** What the picture is of, for who does not see it. */
function alternative(reference) {
  const one = image(reference);
  if (one) return `Integrity of the container image ${imageName(one).replace(/[\s\p{C}]+/gu, " ")}, as checked by Touchstone`;
  const [bare, query = ""] = reference.replace(/^pkg:/, "").split("?", 2);
  const [type, ...rest] = bare.split("/");
  const [name, version] = rest.join("/").split(/@(?=[^@/]*$)/);
  const shown = (text) => decoded(text).replace(/[\s\p{C}]+/gu, " ");
  return `Integrity of the ${type} package ${shown(name)}${version ? ` ${shown(version)}` : ""}${query && ` ${shown(query.replaceAll("&", " "))}`}, as checked by Touchstone`;
}

const html = (text) => text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

/**
 * The texts for a reference (a purl): [{name, text}]. origin is the site's, check
 * the fragment that asks the page for it.
 */
export function snippets(reference, origin, check) {
  const drawn = origin + picture(reference);
  const link = `${origin}/${address(check)}`;
  const alt = alternative(reference);
  return [
    { name: "Markdown", text: `[![${alt.replace(/[\\[\]<>`]/g, "\\$&")}](${drawn})](${link})` },
    { name: "HTML", text: `<a href="${html(link)}"><img src="${html(drawn)}" alt="${html(alt)}"></a>` },
    { name: "reStructuredText", text: `.. image:: ${drawn}\n   :alt: ${alt}\n   :target: ${link}` },
    { name: "AsciiDoc", text: `image:${drawn}["${alt.replaceAll('"', "'").replaceAll("]", "")}",link="${link}"]` },
  ];
}
