import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { infraError, type InfraError, parseJson, suggest } from "@infra/inventory";
import { z } from "zod";
import { templateStacks } from "./template.js";

const member = z.object({ package: z.string(), version: z.string() });
const publishedSchema = z.object({
  version: z.string(),
  "nx-migrations": z
    .object({ packageGroup: z.array(member).readonly().optional() })
    .readonly()
    .optional(),
});
const answerSchema = z.union([z.string().transform((version) => ({ version })), publishedSchema]);

/** What the registry says of a package. */
export type Published = Readonly<z.output<typeof publishedSchema>>;

/** Looks a package up, `@infra/core@latest`; undefined where there is no such package, version or tag. */
export type Registry = (spec: string) => Promise<Published | undefined>;

const remedy = "Check the network and npm's registry: npm config get registry";

/** The registry that npm is configured for in a folder. */
export function npmRegistry(folder: string): Registry {
  return async (spec) => {
    // npm exits with 0 and no output when the package exists and the version does not.
    const args = ["view", spec, "version", "nx-migrations", "--json"];
    let printed: string;
    try {
      printed = (await promisify(execFile)("npm", args, { cwd: folder })).stdout;
    } catch (error) {
      const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
      if (/E404|ETARGET/.test(stdout + stderr)) return undefined;
      throw infraError(`npm cannot look up ${spec}: ${firstLine(stderr) || String(error)}`, remedy);
    }
    if (printed.trim() === "") return undefined;
    const parsed = answerSchema.safeParse(parseJson(printed));
    if (parsed.success) return parsed.data;
    throw infraError(`npm says something else of ${spec} than a version`, remedy);
  };
}

/** The npm tag of a channel. */
export function tagOf(profile: string): string {
  return profile === "stable" ? "latest" : profile;
}

/**
 * A package in a channel. A package that `next` does not have is taken from `stable`; a named set is complete.
 *
 * @throws InfraError when the channel does not have it
 */
export async function inChannel(registry: Registry, name: string, profile: string): Promise<Published> {
  const found = await registry(`${name}@${tagOf(profile)}`);
  const known = found ?? (profile === "next" ? await registry(`${name}@latest`) : undefined);
  if (known) return known;
  if (profile === "stable") throw noPackage(name);
  throw infraError(`${JSON.stringify(profile)} is not a channel of ${name}`, suggest(profile, ["stable", "next"]));
}

function noPackage(name: string): InfraError {
  const [, stack] = /^@infra\/stack-(.+)$/.exec(name) ?? [];
  const remedy = stack === undefined ? "Correct its name" : suggest(stack, templateStacks());
  return infraError(`there is no package ${name}`, remedy);
}

function firstLine(text: string): string {
  return (
    text
      .split("\n")
      .find((line) => line.startsWith("npm error"))
      ?.replace(/^npm error( code)? /, "") ?? ""
  );
}
