/** Exact versions of the providers that a lock file pins, by source. */
export function providersIn(lockFile: string): ReadonlyMap<string, string> {
  const found = lockFile.matchAll(/^provider "([^"]+)" \{\s*version\s*=\s*"([^"]+)"/gm);
  return new Map([...found].map(([, source = "", version = ""]) => [source, version]));
}
