import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { infraError } from "@infra/inventory";

/** A saved plan and its record, as pipelines keep them: `.infra/real/production/compute/plan.tfplan`. */
const planFile = /^(?:\.infra\/)?((?:real|offline)\/([a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9-]*)\/plan\.(?:tfplan|json))$/;

/** Bytes that unpacked plans may take together. */
const largest = 500_000_000;

/**
 * Puts the saved plans of an archive where an apply looks for them. What else it holds is left out: an archive of a pipeline is
 * not trusted to name files.
 *
 * @returns ids of the deployments that have a plan now
 * @throws InfraError when it is no archive, or too large
 */
export async function takePlans(archive: Uint8Array, root: string): Promise<string[]> {
  const { unzipSync } = await import("fflate");
  let size = 0;
  const filter = ({ name, originalSize }: { name: string; originalSize: number }) => {
    if (!planFile.test(name)) return false;
    size += originalSize;
    if (size > largest)
      throw infraError(`the plans take more than ${String(largest)} bytes`, "Plan fewer deployments at once");
    return true;
  };
  const ids = new Set<string>();
  for (const [name, content] of Object.entries(unzipped(() => unzipSync(archive, { filter })))) {
    const [, path = "", id = ""] = planFile.exec(name) ?? [];
    const file = join(root, ".infra", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: 0o600 });
    ids.add(id);
  }
  return [...ids].sort();
}

function unzipped<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error && "problems" in error) throw error;
    throw infraError("what the platform keeps as plans is no zip archive", "Plan again: the apply will tell which");
  }
}
