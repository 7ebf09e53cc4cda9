import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineEnvironment, findEngine } from "@infra/opentofu";
import type { ProviderIdentity } from "./provider-package.js";

/** Reads the schema of a provider from the provider itself, with the real engine, into `schema.json` of its package. */
export async function refreshSchema({ name, folder, source, version }: ProviderIdentity): Promise<void> {
  const engine = await findEngine();
  const work = mkdtempSync(join(tmpdir(), "provider-schema-"));
  const run = (...args: string[]) =>
    execFileSync(engine.path, args, {
      cwd: work,
      env: engineEnvironment(process.env, true),
      encoding: "utf8",
      maxBuffer: 512 * 1024 * 1024,
      stdio: ["ignore", "pipe", "inherit"],
    });
  try {
    writeFileSync(
      join(work, "main.tf.json"),
      JSON.stringify({ terraform: { required_providers: { [name]: { source, version } } } }),
    );
    run("init", "-input=false", "-no-color");
    const schema: unknown = JSON.parse(run("providers", "schema", "-json"));
    writeFileSync(join(folder, "schema.json"), JSON.stringify(schema));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
