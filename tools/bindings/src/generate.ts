import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ConstructsMakerTarget, ProviderSchema } from "@cdktf/commons";
import * as ts from "typescript";
import { type ProviderPackage, stampFile } from "./provider-package.js";

/**
 * Generates `lib/<resource>/index.js` and `index.d.ts` of a provider package. There is no index that loads them all.
 *
 * @returns how many resources, data sources and provider classes there are
 */
export async function generate(provider: ProviderPackage): Promise<number> {
  const work = mkdtempSync(join(provider.folder, ".bindings-"));
  try {
    const sources = await emitTypeScript(provider, join(work, "src"));
    const lib = join(work, "lib");
    compile(sources, lib);
    writeFileSync(join(lib, stampFile), provider.digest);
    rmSync(join(provider.folder, "lib"), { recursive: true, force: true });
    renameSync(lib, join(provider.folder, "lib"));
    return new Set(sources.map(dirname)).size;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function emitTypeScript({ name, source, version, schema }: ProviderPackage, target: string): Promise<string[]> {
  // Loading the generator loads cdktf: only when there is something to generate.
  const { TerraformProviderGenerator } =
    await import("@cdktf/provider-generator/lib/get/generator/provider-generator.js");
  const { CodeMaker } = await import("codemaker");
  const parsed = { ...(JSON.parse(schema) as ProviderSchema), provider_versions: { [source]: version } };
  const code = new CodeMaker();
  const [major, minor] = version.split(".");
  const constraint = {
    fqn: source,
    name,
    source,
    version: `~> ${String(major)}.${String(minor)}`,
    isModule: false,
    isProvider: true,
    fileName: name,
  };
  new TerraformProviderGenerator(code, parsed as ProviderSchema).generate(
    constraint as unknown as ConstructsMakerTarget,
  );
  mkdirSync(target, { recursive: true });
  await code.save(target);
  const root = join(target, "providers", name);
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && dirname(file) !== ".")
    .map((file) => join(root, file))
    .sort();
}

function compile(sources: readonly string[], outDir: string): void {
  const [first] = sources;
  if (first === undefined) throw new Error("the schema has no provider, resource or data source");
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    rootDir: dirname(dirname(first)),
    outDir,
    declaration: true,
    skipLibCheck: true,
    types: [],
  };
  const program = ts.createProgram([...sources], options);
  const { diagnostics, emitSkipped } = program.emit();
  if (emitSkipped)
    throw new Error(
      ts.formatDiagnostics(diagnostics, {
        getCanonicalFileName: (file) => file,
        getCurrentDirectory: () => outDir,
        getNewLine: () => "\n",
      }),
    );
}
