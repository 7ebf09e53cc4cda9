import { type StackDefinition, synthesize } from "@infra/core";
import { testDeployment } from "@infra/core/testing";
import { InfraError, jsonSchema, type ProviderName, providerNames } from "@infra/inventory";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grafted, marker, valuesOf } from "./odd-values.js";

const runs = Number(process.env["INFRA_FUZZ_RUNS"] ?? 210);

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICvYBsl/DgCvGh/DMo+nY6kmlyPI24+sT5OvcdsYbW6Q";

/** A configuration of each stack that clouds take, to which odd parts are added. */
const stacks: Readonly<Record<string, object>> = {
  compute: {
    network: { cidr: "10.0.0.0/16" },
    ssh: { keys: { ada: key } },
    groups: { web: { count: 2, size: "small", loadBalancer: { listeners: { http: { port: 80 } } } } },
  },
  dns: {},
  storage: { buckets: { data: {} } },
};

function definitionOf(stack: string): StackDefinition {
  return (require(`@infra/stack-${stack}`) as { default: StackDefinition }).default;
}

/** How often inputs were taken by each cloud: a run in which all are refused shows nothing. */
const taken = new Map<ProviderName, number>();

function tryOne(provider: ProviderName, stack: string, config: unknown): void {
  let text: string;
  try {
    const { configuration } = synthesize(testDeployment(provider, JSON.stringify(config)), definitionOf(stack));
    text = JSON.stringify(configuration);
    taken.set(provider, (taken.get(provider) ?? 0) + 1);
  } catch (error) {
    if (!(error instanceof InfraError)) throw error;
    for (const { message, place } of error.problems) {
      expect(message).not.toContain("unexpected");
      expect(place?.line).toBeGreaterThan(0);
    }
    return;
  }
  expect(evaluatedIn(text)).toEqual([]);
}

/** Where the marker stands in something that the engine evaluates: one sign, with none before it. */
function evaluatedIn(text: string): string[] {
  return text.match(new RegExp(`(?<!\\$)\\$\\{${marker}|(?<!%)%\\{ if ${marker}`, "g")) ?? [];
}

describe.each(providerNames)("synth on %s", (provider) => {
  it.each(Object.keys(stacks))(
    "answers any values of the right types for %s with a configuration in which texts are literal, or with problems at their places",
    (stack) => {
      const odd = valuesOf(jsonSchema(definitionOf(stack).config));
      fc.assert(
        fc.property(odd, fc.nat(), fc.boolean(), (value, choice, whole) => {
          tryOne(provider, stack, whole ? value : grafted(stacks[stack], value, choice));
        }),
        { numRuns: Math.ceil(runs / providerNames.length / Object.keys(stacks).length) },
      );
    },
  );
});

it("finds what is evaluated", () => {
  expect(evaluatedIn(`"\${${marker}}"`)).toHaveLength(1);
  expect(evaluatedIn(`"%{ if ${marker} }"`)).toHaveLength(1);
  expect(evaluatedIn(`"$\${${marker}}"`)).toEqual([]);
});
