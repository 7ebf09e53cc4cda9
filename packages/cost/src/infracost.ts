import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { infraError, parseJson } from "@infra/inventory";
import { z } from "zod";

/** What Infracost knows of the resources of a plan. */
export interface InfracostPrices {
  readonly currency: string;
  /** Per month, now and once the plan is applied; undefined for what it does not price. */
  of(address: string): { readonly before: number | undefined; readonly after: number | undefined };
}

/** Infracost was not asked. */
export const noInfracost: InfracostPrices = { currency: "USD", of: () => ({ before: undefined, after: undefined }) };

const breakdown = z.object({
  resources: z
    .array(z.object({ name: z.string(), monthlyCost: z.coerce.number().nullish() }))
    .nullish()
    .transform((resources) => resources ?? []),
});

/** The parts of `infracost breakdown --format json` that are used. */
const outputSchema = z.object({
  currency: z.string().default("USD"),
  projects: z.array(z.object({ breakdown: breakdown.nullish(), pastBreakdown: breakdown.nullish() })),
});

/** Reads what `infracost breakdown --format json` prints. @throws InfraError when it is something else */
export function parseInfracost(text: string): InfracostPrices {
  const parsed = outputSchema.safeParse(parseJson(text));
  if (!parsed.success)
    throw infraError("infracost printed no breakdown in JSON", "Update infracost, or unset INFRACOST_API_KEY");
  const { currency, projects } = parsed.data;
  const costs = (side: "breakdown" | "pastBreakdown") =>
    new Map(
      projects.flatMap((project) =>
        (project[side]?.resources ?? []).flatMap(({ name, monthlyCost }): [string, number][] =>
          typeof monthlyCost === "number" ? [[name, monthlyCost]] : [],
        ),
      ),
    );
  const [before, after] = [costs("pastBreakdown"), costs("breakdown")];
  return { currency, of: (address) => ({ before: before.get(address), after: after.get(address) }) };
}

/** Is Infracost configured? Its program is looked up on PATH when it is asked. */
export function usesInfracost(env: Readonly<NodeJS.ProcessEnv>): boolean {
  return (env["INFRACOST_API_KEY"] ?? "") !== "";
}

/**
 * Asks Infracost for the prices of a plan.
 *
 * @param plan File with the plan in JSON, without secrets.
 * @returns undefined when the program is not on PATH
 * @throws InfraError when it fails
 */
export async function askInfracost(
  plan: string,
  env: Readonly<NodeJS.ProcessEnv>,
): Promise<InfracostPrices | undefined> {
  const args = ["breakdown", "--path", plan, "--format", "json", "--log-level", "error"];
  const quiet = { ...env, INFRACOST_SKIP_UPDATE_CHECK: "true" };
  try {
    const { stdout } = await promisify(execFile)("infracost", args, { env: quiet, maxBuffer: 256 * 1024 * 1024 });
    return parseInfracost(stdout);
  } catch (error) {
    const { code, stderr = "" } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === "ENOENT") return undefined;
    if (stderr === "" && !(error as { cmd?: string }).cmd) throw error;
    throw infraError(
      `infracost failed: ${stderr.trim().split("\n").at(-1) ?? ""}`,
      "Fix what it names, or unset INFRACOST_API_KEY to use the prices of @infra/cost alone",
    );
  }
}
