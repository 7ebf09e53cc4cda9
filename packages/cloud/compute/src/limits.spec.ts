import { Firewall } from "@infra/base-firewall";
import { Compute } from "@infra/cloud-compute";
import { Network } from "@infra/cloud-network";
import type { ProviderName } from "@infra/inventory";
import { addressesOf, synthesizeIn } from "@infra/core/testing";
import { describe, expect, it } from "vitest";

const synthesized = (provider: ProviderName, group: object, subnets: object = { default: {} }) =>
  synthesizeIn(provider, (stack) => {
    const network = new Network(stack, "network", { cidr: "10.20.0.0/16", subnets } as never);
    const firewall = new Firewall(stack, "firewall", { network, groups: { web: {} } });
    return { id: new Compute(stack, "compute", { network, firewall, groups: { web: group } }).node.id };
  });

const balanced = (listener: object, more: object = {}) => ({
  loadBalancer: { listeners: { http: listener }, ...more },
});

describe("servers of oracle", () => {
  it.each([
    ["more servers on hosts of their own than there are fault domains", { count: 4, placement: "spread" }, /at most 3/],
    ["a volume under 50 GiB", { volumes: { data: { size: 49 } } }, /49 GiB is too small.*at least 50/s],
    ["a flexible shape of unknown size", { native: { oracle: { shape: "VM.Standard.E5.Flex" } } }, /Add `cores`/],
    ["a size for a fixed shape", { native: { oracle: { shape: "VM.DenseIO2.8", cores: 8 } } }, /Remove `cores`/],
    ["a label whose key has a dot", { labels: { "a.b": "c" } }, /"a\.b" is not a key of a tag/],
  ])("refuse %s", (_name, group, message) => {
    expect(() => synthesized("oracle", group)).toThrow(message);
  });

  it("get the cores and the memory that the inventory names for a flexible shape", () => {
    const native = { oracle: { shape: "VM.Standard.E5.Flex", cores: 2, memory: 24 } };
    const { configuration } = synthesized("oracle", { native });
    expect(configuration.resource?.["oci_core_instance"]?.["compute_web_1"]).toMatchObject({
      shape: "VM.Standard.E5.Flex",
      shape_config: { ocpus: 2, memory_in_gbs: 24 },
    });
  });

  it("that are private have their load balancer in the public subnet", () => {
    const group = { subnet: "data", publicAddress: false, ...balanced({ port: 80 }) };
    const { configuration } = synthesized("oracle", group, { default: {}, data: { public: false } });
    const balancers = configuration.resource?.["oci_network_load_balancer_network_load_balancer"];
    expect(balancers?.["compute_web_load_balancer"]).toMatchObject({
      subnet_id: "${oci_core_subnet.network_default.id}",
    });
    expect(() => synthesized("oracle", group, { data: { public: false } })).toThrow(/stands in a public one/);
  });
});

describe("servers of digitalocean", () => {
  it("refuse a label that is no tag", () => {
    expect(() => synthesized("digitalocean", { labels: { version: "1.2" } })).toThrow(/"version:1\.2" is not a tag/);
  });

  it("refuse to come and go by themselves without an SSH key", () => {
    expect(() => synthesized("digitalocean", { autoscaling: { max: 3 } })).toThrow(/need an SSH key/);
  });
});

describe("apps of heroku", () => {
  it.each([
    ["a port that the router does not listen on", balanced({ port: 8080 }), /listens on 80 and 443, not on 8080/],
    ["a port for the health check", balanced({ port: 80 }, { healthCheck: { port: 81 } }), /Remove `port`/],
  ])("refuse %s", (_name, group, message) => {
    expect(() => synthesized("heroku", group)).toThrow(message);
  });

  it("make one app and one formation for a group, however many dynos it has", () => {
    const addresses = addressesOf(synthesized("heroku", { count: 3 }));
    expect(addresses.filter((each) => each.includes(".compute"))).toEqual([
      "heroku_app.compute_web",
      "heroku_formation.compute_web_web",
    ]);
  });

  it("take no traffic of the internet when the group has no public addresses", () => {
    const { configuration } = synthesized("heroku", { publicAddress: false });
    expect(configuration.resource?.["heroku_app"]?.["compute_web"]).toMatchObject({ internal_routing: true });
  });
});
