import { join } from "node:path";
import { parseArgs } from "node:util";
import { isCurrent, providerNames, readProviderIdentity, readProviderPackage } from "./provider-package.js";

const help = `Generates the bindings of the providers in packages/providers from their schemas.

Usage: node tools/bindings/dist/cli.js [name...] [--check] [--force] [--refresh]

  name      providers to generate; all when none is named
  --check   generate nothing; exit code 1 when bindings are out of date
  --force   generate also what is up to date
  --refresh read the schemas from the real providers first, with tofu or terraform`;

const providers = join(__dirname, "..", "..", "..", "packages", "providers");

async function main(): Promise<number> {
  const options = {
    check: { type: "boolean" },
    force: { type: "boolean" },
    refresh: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) {
    console.log(help);
    return 0;
  }
  let stale = 0;
  for (const name of positionals.length > 0 ? positionals : providerNames(providers)) {
    if (values.refresh) {
      const { refreshSchema } = await import("./refresh.js");
      await refreshSchema(readProviderIdentity(providers, name));
    }
    const provider = readProviderPackage(providers, name);
    const label = `${name} ${provider.version}`;
    if (isCurrent(provider) && !values.force) {
      console.log(`${label}: up to date`);
      continue;
    }
    stale += 1;
    if (values.check) console.log(`${label}: out of date. Run npm run build`);
    else {
      // The compiler and the generator are loaded only when there is something to do.
      const { generate } = await import("./generate.js");
      console.log(`${label}: ${String(await generate(provider))} bindings`);
    }
  }
  return values.check && stale > 0 ? 1 : 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
