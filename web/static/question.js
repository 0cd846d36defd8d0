// A question is what the address says behind its "#": a reference, whole, with
// its digests and qualifiers. Everything that asks again asks this.

/** How long a question may be, in bytes of UTF-8: the auditor reads no more (purl.MaxInput). */
const longest = 8192;

/** How long a package URL may be: it carries the digests of all files that a lock file pins (purl.MaxReference). */
const longestReference = 65536;

/** How long this text may be, to be a question. */
export const most = (text) => (/^pkg:\S*$/.test(text) ? longestReference : longest);

/** How much of a question a title or a heading repeats, in characters. */
const shown = 200;

/** Control, invisible and direction-changing characters as escapes that show: purl.Hidden in Go. */
export function visible(text) {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufffc\ufffd]/gu, (c) => `\\u${c.codePointAt(0).toString(16).padStart(4, "0")}`);
}

/** A question for a title, a heading or an announcement. */
export function brief(text) {
  const characters = [...text.slice(0, 4 * shown)];
  return visible(characters.slice(0, shown).join("")) + (characters.length > shown || text.length > 4 * shown ? "…" : "");
}

/** Tells whether a text is too long to be a question. */
export function tooLong(text) {
  const bound = most(text);
  return text.length > bound || new TextEncoder().encode(text).length > bound;
}

/** A part of the report, behind the question: "#!files". A question holds no bare "#" (see fragment). */
const part = /#!([a-z]+)$/;

/** The part of the report that the address asks for; empty for none. */
export const addressedPart = () => part.exec(location.hash)?.[1] ?? "";

/** From which source repository the package is expected, behind the question: "#from=github.com/owner/name". */
const source = /#from=([^#]*)/;

/**
 * With what else it was asked: "#with=inside,key". "inside" are the pieces that stand
 * apart from the package, "key" a key that the reader brought, which is not in it.
 */
const also = /#with=([a-z,]*)/;

function decoded(raw) {
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}

/** The question that the address asks; empty for none. */
export const addressed = () => decoded(location.hash.slice(1).replace(part, "").replace(also, "").replace(source, ""));

/** The source repository that the address expects; empty for none. */
export const addressedSource = () => decoded(source.exec(location.hash)?.[1] ?? "");

/** With what else the address asks: a Set of "inside" and "key". */
export const addressedAlso = () => new Set((also.exec(location.hash)?.[1] ?? "").split(",").filter((word) => word === "inside" || word === "key"));

const encoded = (text) => encodeURIComponent(text.toWellFormed()).replace(/%(2F|3A|40|2C|2B|3D|26|24|3B|3F)/g, decodeURIComponent);

// What this person expected, and not a link: kept for as long as the tab is.
const own = "expected here";

/** Notes that the person asking says from where the package is expected. */
export function expects(question, from) {
  if (from === "") return;
  try {
    sessionStorage.setItem(own, JSON.stringify([...JSON.parse(sessionStorage.getItem(own) ?? "[]").slice(-99), fragment(question, from)]));
  } catch { /* without a store a reload asks as the link does */ }
}

/** Tells whether a link says from where the package is expected, and nobody here did. */
export function linked(question, from) {
  if (from === "") return false;
  try {
    return !JSON.parse(sessionStorage.getItem(own) ?? "[]").includes(fragment(question, from));
  } catch {
    return true;
  }
}

/**
 * The fragment that asks a question, and says from where the package is expected and
 * with what else it is asked. Half a surrogate pair is no character, and has no address.
 */
export const fragment = (text, from = "", wants = new Set()) => `#${encoded(text)}${from && `#from=${encoded(from)}`}${wants.size > 0 ? `#with=${[...wants].sort().join()}` : ""}`;

/** What belongs to one version of a package alone, among the qualifiers of a package URL. */
const ofOneVersion = ["checksum", "file_name", "epoch"];

/**
 * The question what is newest of a package: its purl without the version, of the same
 * registry, suite and architecture. Of an image that is what its tag means now; empty
 * where it has none.
 */
export function newestOf(reference) {
  const [, whole, query = ""] = /^([^?#]*)(?:\?([^#]*))?/s.exec(reference);
  const version = whole.lastIndexOf("@");
  const kept = query.split("&").filter((pair) => pair !== "" && !ofOneVersion.includes(pair.split("=", 1)[0]));
  if (whole.startsWith("pkg:oci/") && !kept.some((pair) => pair.startsWith("tag="))) return "";
  return (version > whole.lastIndexOf("/") ? whole.slice(0, version) : whole) + (kept.length > 0 ? `?${kept.join("&")}` : "");
}
