import { synthesizeIn } from "@infra/core/testing";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  type AdaptersOf,
  adaptersOf,
  type Build,
  type CloudContract,
  CloudModule,
  type Construct,
  type Contract,
  gapOf,
  Module,
  unsupported,
} from "@infra/core";
import { InfraError, providerNames } from "@infra/inventory";

const config = z.strictObject({ size: z.int().default(1), labels: z.boolean().default(false) });

type QueueContract = CloudContract<typeof config, undefined, { readonly size: number }, "labels">;

const queueContract: QueueContract = {
  name: "queue",
  adapters: "per cloud",
  config,
  features: { labels: { description: "labels", usedAt: ({ labels }) => (labels ? [["labels"]] : []) } },
};

class Queue extends CloudModule<QueueContract> {
  constructor(scope: Construct, id: string, adapters: AdaptersOf<QueueContract>, props: z.input<typeof config>) {
    super(scope, id, queueContract, adapters, props, undefined);
  }
}

const noLabels = unsupported("queues have no labels", "Remove `labels`");
const files: Readonly<Record<string, object>> = {
  "./hetzner": {
    hetzner: { lacks: { labels: noLabels }, build: (_: unknown, { size }: { size: number }) => ({ size }) },
  },
  "./aws": { queue: {} },
};

/** The adapters, from files that are noted when they are loaded. */
function loaded(noted: string[] = []): AdaptersOf<QueueContract> {
  const load = (path: string) => {
    noted.push(path);
    return files[path] ?? {};
  };
  return adaptersOf<QueueContract>(load, { heroku: unsupported("Heroku has no queues", "Choose another cloud") });
}

const built = (provider: "aws" | "heroku" | "hetzner", props: z.input<typeof config>, noted?: string[]) =>
  synthesizeIn(provider, (stack) => ({ ...new Queue(stack, "queue", loaded(noted), props).outputs })).configuration;

describe("a module with an adapter per cloud", () => {
  it("loads the adapter of the deployment's cloud and no other", () => {
    const noted: string[] = [];
    expect(built("hetzner", { size: 3 }, noted).output).toMatchObject({ size: { value: 3 } });
    expect(noted).toEqual(["./hetzner"]);
  });

  it("supports what its adapter does not lack, and refuses the rest where it stands", () => {
    expect(gapOf(loaded(), "hetzner", "labels")).toBe(noLabels);
    expect(() => built("hetzner", { labels: true })).toThrow(InfraError);
    expect(() => built("hetzner", { labels: true })).toThrow(
      /labels: hetzner: queues have no labels\. Remove `labels`/,
    );
  });

  it("is refused as a whole where the gap is declared for the cloud", () => {
    expect(() => built("heroku", {})).toThrow("heroku has no queue: Heroku has no queues. Choose another cloud");
  });

  it("has an entry for every cloud, and names the file whose export is missing", () => {
    expect(Object.keys(loaded()).sort()).toEqual([...providerNames].sort());
    expect(() => built("aws", {})).toThrow("./aws exports no adapter named aws");
  });
});

describe("a module without clouds", () => {
  type TableContract = Contract<typeof config, { readonly factor: number }, { readonly size: number }>;
  const contract: TableContract = { name: "table", adapters: "none", config };
  const build: Build<TableContract> = (_scope, { size }, { factor }) => ({ size: size * factor });

  class Table extends Module<TableContract> {
    constructor(scope: Construct, id: string, props: z.input<typeof config>) {
      super(scope, id, contract, build, props, { factor: 2 });
    }
  }

  it("is built in the same way on every cloud, with its peers, and brings no provider", () => {
    for (const provider of providerNames) {
      const { configuration } = synthesizeIn(provider, (stack) => ({
        ...new Table(stack, "table", { size: 4 }).outputs,
      }));
      expect(configuration.output).toMatchObject({ size: { value: 8 } });
      expect(configuration.provider).toBeUndefined();
    }
  });

  it("refuses bad input", () => {
    const wrong = { size: "big" } as never;
    expect(() => synthesizeIn("aws", (stack) => ({ ...new Table(stack, "table", wrong).outputs }))).toThrow(/"big"/);
  });
});
