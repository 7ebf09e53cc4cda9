import { readFileSync } from "node:fs";
import { infraError } from "@infra/core/inventory";
import { z } from "zod";
import type { ReportedDeployment } from "./report.js";

const findingSchema = z.object({
  /** Id of the rule: `open-ssh`, `CKV_AWS_24`. */
  rule: z.string().min(1),
  /** What is wrong, one sentence without a full stop. */
  message: z.string(),
  /** What to do, without a full stop. @default - nothing is known */
  remedy: z.string().optional(),
  level: z.enum(["error", "warning", "note"]).default("error"),
  /** Id of the deployment. @default - the one that has a change at the address */
  deployment: z.string().optional(),
  /** Address of the resource: `hcloud_firewall.firewall`. */
  address: z.string().optional(),
  /** `inventory/production/compute.yaml:14`. @default - the inventory line that asks for the resource */
  place: z.string().optional(),
});

/** What a policy objects to: a rule, what is wrong, what to do, and where. Any tool can write such ones. */
export type Finding = z.output<typeof findingSchema>;

/** Reads a file of findings, a JSON array. @throws InfraError when it is none */
export function readFindings(file: string): Finding[] {
  const parsed = z.array(findingSchema).safeParse(parseJson(file));
  if (parsed.success) return parsed.data;
  const { path = [], message = "" } = parsed.error.issues[0] ?? {};
  throw infraError(
    `${file} has no findings: ${path.length > 0 ? `${path.map(String).join(".")}: ` : ""}${message}`,
    "Write an array of { rule, message, remedy, deployment, address, place }",
  );
}

/** Findings with the deployment and the inventory line of their resource, where the results know them. */
export function locateFindings(findings: readonly Finding[], results: readonly ReportedDeployment[]): Finding[] {
  const places = new Map<string, { deployment: string; place?: string }>();
  for (const { id, changes } of results)
    for (const { address, place } of changes) {
      const found = { deployment: id, ...(place === undefined ? {} : { place }) };
      places.set(`${id} ${address}`, found);
      places.set(` ${address}`, places.has(` ${address}`) ? { deployment: "" } : found);
    }
  return findings.map((finding) => {
    const { deployment, place } = places.get(`${finding.deployment ?? ""} ${finding.address ?? ""}`) ?? {};
    return { ...(deployment ? { deployment } : {}), ...(place === undefined ? {} : { place }), ...finding };
  });
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw infraError(
      `${file} can't be read as JSON: ${(error as Error).message}`,
      "Name a file that holds such an array",
    );
  }
}
