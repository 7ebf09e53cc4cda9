/*
 * The engine without infra, in a process of its own: `node bare-child.js <engine> <parallelism> <folder>…`. Starts one mock provider,
 * initialises and plans every folder, and prints what that took. As in a run of infra, the provider is new to its process.
 */
import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { engineEnvironment } from "@infra/opentofu";
import { reattachEnvironment, startMockProvider, usedTypes } from "@infra/mock-provider";

const [, , engine = "", parallelism = "1", ...folders] = process.argv;

async function main(): Promise<void> {
  const [first = ""] = folders;
  const [used] = usedTypes(JSON.parse(readFileSync(join(first, "cdk.tf.json"), "utf8")));
  if (!used) throw new Error(`the configuration in ${first} uses no provider`);
  const bindings = dirname(require.resolve("@infra/provider-hcloud/package.json"));
  const provider = await startMockProvider({ ...used, bindings, cloud: join(first, "cloud.jsonl") });
  const env = { ...engineEnvironment(process.env, true), ...reattachEnvironment([provider]) };
  try {
    process.stdout.write(JSON.stringify(await planAll(env)));
  } finally {
    await provider.close();
  }
}

/** Seconds from the first call to the last, and of each command added up. */
async function planAll(env: NodeJS.ProcessEnv): Promise<{ seconds: number; init: number; plan: number }> {
  const added = { init: 0, plan: 0 };
  const queue = [...folders];
  const work = async () => {
    for (let folder = queue.shift(); folder !== undefined; folder = queue.shift()) {
      rmSync(join(folder, ".terraform"), { recursive: true, force: true });
      added.init += await call(folder, env, "init", "-input=false");
      added.plan += await call(folder, env, "plan", "-input=false", "-out=plan.tfplan");
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: Number(parallelism) }, work));
  return { seconds: (performance.now() - begun) / 1000, ...added };
}

function call(cwd: string, env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<number> {
  const begun = performance.now();
  const child = spawn(engine, args, { cwd, env, stdio: ["ignore", "ignore", "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("exit", (code) => {
      if (code === 0) resolve((performance.now() - begun) / 1000);
      else reject(new Error(`${args.join(" ")} ended with ${String(code)} in ${cwd}`));
    });
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
