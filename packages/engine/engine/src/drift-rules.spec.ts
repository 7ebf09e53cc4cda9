import type { Deployment, DriftRule } from "@infra/inventory";
import type { Synthesis } from "@infra/core";
import { describe, expect, it } from "vitest";
import type { ResourceChange } from "@infra/results";
import { RulesInUse, sift } from "./drift-rules.js";

const update = (address: string, ...paths: string[]): ResourceChange => ({
  address,
  action: "update",
  attributes: paths.map((path) => ({ path, before: "1", after: "2" })),
});
const rule = (address: string, ...attributes: string[]): DriftRule => ({
  address,
  attributes,
  place: { file: "inventory/product.yaml", line: 5, column: 3 },
});

describe("what the inventory ignores", () => {
  it("is no drift: an attribute with all below it, of each resource that the address is for", () => {
    const changes = [
      update("hcloud_server.web_1", "labels.owner", "labels"),
      update("hcloud_network.one", "labels.owner"),
    ];
    expect(sift(changes, [rule("hcloud_server.*", "labels")])).toEqual({
      changes: [changes[1]],
      ignored: [changes[0]],
    });
  });

  it("leaves the other attributes of the same resource", () => {
    const { changes, ignored } = sift([update("a.b", "labels.x", "labels_all", "size")], [rule("*", "labels")]);
    expect(changes[0]?.attributes?.map(({ path }) => path)).toEqual(["labels_all", "size"]);
    expect(ignored[0]?.attributes?.map(({ path }) => path)).toEqual(["labels.x"]);
  });

  it("takes * for one name in a path, and for any letters in an address, of instances too", () => {
    const change = update('aws_instance.web["a.b"]', "nic.0.ip");
    expect(sift([change], [rule("aws_instance.w*", "nic.*.ip")]).changes).toEqual([]);
    expect(sift([change], [rule("aws_instance.web", "nic")]).changes).toEqual([]);
    expect(sift([change], [rule('aws_instance.web["a.b"]', "nic")]).changes).toEqual([]);
    expect(sift([change], [rule("aws_instance.we", "nic")]).changes).toEqual([change]);
    expect(sift([change], [rule("aws_instance.web", "nic.*.mac")]).changes).toEqual([change]);
    expect(sift([change], [rule("aws_instance.web", "*.ip")]).changes).toEqual([change]);
  });

  it("never hides that a resource vanished or appeared", () => {
    const changes: ResourceChange[] = [
      { address: "a.b", action: "delete" },
      { ...update("a.c", "labels"), action: "create" },
      { address: "a.d", action: "update" },
    ];
    expect(sift(changes, [rule("*", "*")])).toEqual({ changes, ignored: [] });
  });
});

describe("a rule for no resource", () => {
  const deployment = (id: string, driftRules: DriftRule[]) =>
    ({ id, driftRules, file: `inventory/${id}.yaml` }) as unknown as Deployment;
  const synthesis = { configuration: { resource: { hcloud_server: { web: {} } } } } as unknown as Synthesis;
  const [server, volume] = [rule("hcloud_server.*", "labels"), rule("hcloud_volume.*", "labels")];
  const note = "inventory/product.yaml:5 drift.ignore: hcloud_volume.* is the address of no resource";

  it("is noted when all deployments that have it were looked at", () => {
    const both = [deployment("p/a", [server, volume]), deployment("p/b", [volume])];
    const rules = new RulesInUse();
    rules.look(both[0]!, synthesis, []);
    expect(rules.notes(both, true)).toEqual([]);
    rules.look(both[1]!, synthesis, []);
    expect(rules.notes(both, true)).toEqual([note]);
  });

  it("is not noted when one of them has such a resource, or it drifted", () => {
    const both = [deployment("p/a", [volume]), deployment("p/b", [volume])];
    const rules = new RulesInUse();
    rules.look(both[0]!, synthesis, []);
    rules.look(both[1]!, synthesis, ["hcloud_volume.data"]);
    expect(rules.notes(both, true)).toEqual([]);
  });

  it("is noted in a run over some deployments only where the deployment's own file has it", () => {
    const own = { ...volume, place: { file: "inventory/p/a.yaml", line: 2, column: 1 } };
    const one = deployment("p/a", [volume, own]);
    const rules = new RulesInUse();
    rules.look(one, synthesis, []);
    expect(rules.notes([one], false)).toEqual([note.replace("product.yaml:5", "p/a.yaml:2")]);
  });
});
