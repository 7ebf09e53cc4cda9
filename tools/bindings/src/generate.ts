import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ConstructsMakerTarget, ProviderSchema } from "@cdktf/commons";
import * as ts from "typescript";
import { type ProviderPackage, stampFile } from "./provider-package.js";

/**
 * Generates `lib/<resource>/index.js` and `index.d.ts` of a provider package. There is no index that loads them all.
 * The stamp is written last: bindings that an interrupted run left are out of date.
 *
 * @returns how many resources, data sources and provider classes there are
 */
export async function generate(provider: ProviderPackage): Promise<number> {
  const lib = join(provider.folder, "lib");
  const work = join(lib, ".work");
  rmSync(lib, { recursive: true, force: true });
  const sources = await emitTypeScript(provider, work);
  compile(sources, lib);
  rmSync(work, { recursive: true });
  writeFileSync(join(lib, stampFile), provider.digest);
  return new Set(sources.map(dirname)).size;
}

/**
 * Loads the generator. A module of it runs `terraform version` when it is loaded and reports a failure to HashiCorp, both
 * of no use here; it reads these variables only then.
 */
async function loadGenerator() {
  const quiet = { TERRAFORM_BINARY_NAME: "no-engine-is-needed", CHECKPOINT_DISABLE: "1" };
  const before = Object.keys(quiet).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, quiet);
  try {
    return await import("@cdktf/provider-generator/lib/get/generator/provider-generator.js");
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}

async function emitTypeScript({ name, source, version, schema }: ProviderPackage, target: string): Promise<string[]> {
  const { TerraformProviderGenerator } = await loadGenerator();
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
    noCheck: true,
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
