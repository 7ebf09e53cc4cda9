import { firewallAdapters } from "@infra/base-firewall";
import { computeAdapters, type ComputeContract } from "@infra/cloud-compute";
import { networkAdapters, type NetworkContract } from "@infra/cloud-network";
import { type FeatureOf, gapOf, synthesize, type TerraformConfiguration } from "@infra/core";
import { synthesizeIn, testDeployment } from "@infra/core/testing";
import { type ProviderName, providerNames } from "@infra/inventory";
import compute from "@infra/stack-compute";
import { describe, expect, it } from "vitest";
import { synthesizeExample } from "./examples.js";
import { exampleKey, modules } from "./modules/index.js";
import { findEarly, Order } from "./order.js";
import { needs } from "./order-needs.js";

/** A stack that uses as much of a cloud's network and servers as it has: NAT, private subnets, names, load balancers, pools. */
function everything(provider: ProviderName): TerraformConfiguration {
  const network = (feature: FeatureOf<NetworkContract>) => !gapOf(networkAdapters, provider, feature);
  const has = (feature: FeatureOf<ComputeContract>) => !gapOf(computeAdapters, provider, feature);
  const filtered = !gapOf(firewallAdapters, provider, "filteredPrivateTraffic");
  const group = {
    firewall: { allow: ["http"], ...(filtered ? { privateTraffic: "rules" } : {}) },
    loadBalancer: { listeners: { http: { port: 80 } } },
  };
  const isPrivate = has("privateServers") && has("privateInChosenSubnet") && network("privateSubnets");
  const config = {
    network: {
      cidr: "10.20.0.0/16",
      subnets: { default: {}, ...(isPrivate ? { data: { public: false } } : {}) },
      ...(network("nat") ? { nat: true } : {}),
      ...(network("dnsSuffix") ? { dnsSuffix: "acme.internal" } : {}),
    },
    ...(has("sshKeys") ? { ssh: { keys: { alice: exampleKey }, bastion: { from: ["203.0.113.0/24"] } } } : {}),
    groups: {
      web: { ...group, count: 2 },
      ...(has("autoscaling") ? { pool: { ...group, autoscaling: { max: 3 } } } : {}),
      ...(isPrivate ? { db: { subnet: "data", publicAddress: false } } : {}),
    },
  };
  return synthesize(testDeployment(provider, JSON.stringify(config)), compute).configuration;
}

/** Every configuration of a cloud: the stack, and each example and each feature of each module. */
async function configurationsOf(provider: ProviderName): Promise<[string, TerraformConfiguration][]> {
  const found: [string, TerraformConfiguration][] = [["everything", everything(provider)]];
  for (const each of modules) {
    if (typeof each.adapters[provider] !== "function") continue;
    for (const { name, refusedBy } of each.examples)
      if (!refusedBy?.includes(provider))
        found.push([`${each.word}/${name}`, (await synthesizeExample(each, name, provider)).configuration]);
    for (const [feature, props] of Object.entries(each.uses))
      if (!gapOf(each.adapters, provider, feature))
        found.push([
          `${each.word} ${feature}`,
          synthesizeIn(provider, (stack) => each.build(stack, props)).configuration,
        ]);
  }
  return found;
}

describe.each(providerNames)("the order of resources on %s", async (provider) => {
  const configurations = (await configurationsOf(provider)).map(([name, each]) => [name, new Order(each)] as const);

  it("has no circle", () => {
    for (const [, order] of configurations) for (const address of order.addresses) order.before(address);
  });

  it.each(needs[provider].map((need) => [need.what, need.first, need] as const))(
    "makes no %s before its %s",
    (what, first, need) => {
      const both = configurations.filter(
        ([, order]) => order.ofType(what).length > 0 && order.ofType(first).length > 0,
      );
      expect(both.length, "nothing shows it").toBeGreaterThan(0);
      for (const [name, order] of both) expect(findEarly(order, need), `${name}: ${need.why}`).toEqual([]);
    },
  );
});

describe("what is made too early", () => {
  const server = { resource: { x_server: { a: { subnet: "${x_subnet.s.id}" } }, x_subnet: { s: {} } } };
  const need = { what: "x_server", first: "x_route", via: "x_subnet", why: "" };

  it("is found where both hang on the same resource, and only there", () => {
    const routeOf = (subnet: string) => ({ x_route: { r: { subnet: `\${x_subnet.${subnet}.id}` } } });
    const order = (routes: object) =>
      new Order({ resource: { ...server.resource, x_subnet: { s: {}, t: {} }, ...routes } });
    expect(findEarly(order(routeOf("s")), need)).toEqual(["x_server.a does not wait for x_route.r"]);
    expect(findEarly(order(routeOf("t")), need)).toEqual([]);
  });

  it("is not what waits, directly or through others", () => {
    const waiting = { x_server: { a: { subnet: "${x_subnet.s.id}", depends_on: ["x_way.w"] } } };
    const rest = { x_way: { w: { depends_on: ["x_route.r"] } }, x_route: { r: { subnet: "${x_subnet.s.id}" } } };
    expect(findEarly(new Order({ resource: { ...waiting, ...rest, x_subnet: { s: {} } } }), need)).toEqual([]);
  });
});
