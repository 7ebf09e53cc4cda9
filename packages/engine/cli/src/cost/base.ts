import { cpSync, existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { infraError, loadInventory } from "@infra/inventory";
import { askGit } from "@infra/io";
import { linkModules, ownPackages } from "@infra/impact";
import type { RunRequest } from "@infra/results";
import { run } from "@infra/engine";
import type { CostBase } from "./compare.js";

/**
 * What the deployments of a git revision cost: its inventory, planned offline with the packages that are installed now.
 *
 * @param request The run that is compared with it
 * @throws InfraError when there is no such revision, or its inventory is wrong
 */
export async function costsAt(ref: string, request: RunRequest): Promise<CostBase> {
  const root = realpathSync(request.root);
  const repository = realpathSync(await gitAt(root, ref, ["rev-parse", "--show-toplevel"]));
  const commit = await commitOf(ref, root);
  const folder = mkdtempSync(join(tmpdir(), "infra-base-"));
  const checkout = join(folder, "checkout");
  try {
    await gitAt(root, ref, ["worktree", "add", "--detach", "--quiet", checkout, commit]);
    const copy = join(checkout, relative(repository, root));
    linkModules(join(root, "node_modules"), copy, ownPackages(copy));
    // What is applied offline answers the references of both.
    const applied = join(root, ".infra/offline");
    if (existsSync(applied)) cpSync(applied, join(copy, ".infra/offline"), { recursive: true });
    const inventory = join(copy, relative(root, realpathSync(request.inventory)));
    return await run({ ...baseRequest(request, inventory), root: copy });
  } finally {
    await gitAt(root, ref, ["worktree", "remove", "--force", checkout]).catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The commit that a revision names. @throws InfraError when there is none */
export function commitOf(ref: string, root: string): Promise<string> {
  return gitAt(root, ref, ["rev-parse", "--verify", "--end-of-options", `${ref}^{commit}`]);
}

/** The same deployments, as far as the base has them, and always offline. */
function baseRequest(request: RunRequest, inventory: string): RunRequest {
  const { deployments: wanted, signal, parallelism, env } = request;
  const path = relative(process.cwd(), inventory);
  const known = wanted && new Set(loadInventory(path).deployments.map(({ id }) => id));
  return {
    verb: "cost",
    root: request.root,
    inventory: path,
    offline: true,
    ...(wanted && known ? { deployments: wanted.filter((id) => known.has(id)) } : {}),
    ...(signal ? { signal } : {}),
    ...(parallelism === undefined ? {} : { parallelism }),
    ...(env ? { env } : {}),
  };
}

async function gitAt(root: string, ref: string, args: readonly string[]): Promise<string> {
  try {
    return await askGit(root, ...args);
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw infraError(
      `git has no ${JSON.stringify(ref)} to compare with: ${stderr.trim().split("\n").at(-1) || message}`,
      "Name a branch, a tag or a commit, and fetch it: git fetch origin main",
    );
  }
}
