import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publishablePackages } from "./release.js";

/** What every published package says of where it comes from, which npm checks against the provenance, and of the Node that it needs. */
export function originOf(repository: string, folder: string) {
  const { repository: origin, engines } = JSON.parse(
    readFileSync(join(repository, "generators/package.json"), "utf8"),
  ) as { repository: { type: string; url: string }; engines: { node: string } };
  return {
    repository: { type: origin.type, url: origin.url, directory: folder },
    publishConfig: { access: "public", provenance: true },
    engines,
  };
}

/** Writes into every published package's manifest where it comes from and what it needs, as generators/package.json says it for all. */
export function completeManifests(repository: string): void {
  for (const { folder } of publishablePackages(repository)) {
    const file = join(repository, folder, "package.json");
    const manifest = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    const origin = originOf(repository, folder);
    const entries = Object.entries(manifest)
      .filter(([key]) => !(key in origin))
      .flatMap((entry) => (entry[0] === "license" ? [entry, ...Object.entries(origin)] : [entry]));
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
  }
}

if (require.main === module) completeManifests(process.cwd());
