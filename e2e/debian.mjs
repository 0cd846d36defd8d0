// Debian's packages that tests use: a browser, and other readers to compare with.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian's package of each tool that a test compares with or makes a repository with. Such a test says so and is skipped where its tool is absent. */
const tools = {
  gpg: "gpg",
  "gpg-agent": "gpg-agent", // without it gpg makes no key
  gpgv: "gpgv",
  "apt-ftparchive": "apt-utils",
  "dpkg-deb": "dpkg",
  rpm: "rpm",
  rpmbuild: "rpm",
  rpmsign: "rpm",
  rpmkeys: "rpm",
  createrepo_c: "createrepo-c",
  "docker-registry": "docker-registry",
  skopeo: "skopeo",
  xz: "xz-utils",
  zstd: "zstd",
  unzip: "unzip",
  openssl: "openssl",
  jarsigner: "default-jdk-headless",
};

/** The path of a command; undefined where it is not here. */
export const pathOf = (command) => process.env.PATH.split(delimiter).map((folder) => join(folder, command)).find((path) => existsSync(path));

/** Those of some tools that are not here. */
export const missing = (commands) => commands.filter((command) => !pathOf(command));

let fresh; // the list of packages is fetched once

/** Runs a command; its code, or -1 where it could not be started. */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"], ...options, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
    child.once("error", () => resolve(-1));
    child.once("close", resolve);
  });
}

/** Installs Debian's packages where this may do so; whether it did. */
export async function install(packages) {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false;
  fresh ??= run("apt-get", ["update", "-qq"]);
  await fresh;
  return await run("apt-get", ["install", "-qq", "--no-install-recommends", ...packages]) === 0;
}

/** Installs the tools that are not here, and says which could not be. */
export async function ensureTools(say) {
  const absent = () => missing(Object.keys(tools));
  if (absent().length) {
    const packages = [...new Set(absent().map((command) => tools[command]))];
    say(`installing from Debian's packages: ${packages.join(" ")}\n`);
    await install(packages);
  }
  if (absent().length) say(`not here, and not installed: ${absent().join(", ")}. The tests that need them are skipped.\n`);
}
