import { Compute } from "@infra/cloud-compute";
import type { IFirewall, INetwork } from "@infra/core";
import { synthesizeIn } from "@infra/core/testing";
import { describe, expect, it } from "vitest";

const network = {
  id: "net",
  cidr: "10.20.0.0/16",
  subnetId: (name: string) => name,
  subnetCidr: () => undefined,
  isPublic: () => undefined,
  subnetZone: (name: string) => (name === "data" ? "b" : undefined),
} as unknown as INetwork;
const firewall: IFirewall = { firewallId: (group) => `tag-${group}` };

type Resources = Record<string, Record<string, Record<string, unknown>>>;

function resourcesOf(group: object): Resources {
  const { configuration } = synthesizeIn("gcp", (stack) => {
    new Compute(stack, "compute", { network, firewall, groups: { web: group } } as never);
    return {};
  });
  return configuration.resource as Resources;
}

describe("servers on gcp", () => {
  it("are in the zone that their subnet names, else in the first", () => {
    const zoneOf = (group: object) => resourcesOf(group)["google_compute_instance"]?.["compute_web_1"]?.["zone"];
    expect(zoneOf({})).toBe("europe-west3-a");
    expect(zoneOf({ subnet: "data" })).toBe("europe-west3-b");
  });

  it("have a domain each when they are spread, which their number decides", () => {
    const { google_compute_instance: servers } = resourcesOf({ count: 2, placement: "spread" });
    expect(servers?.["compute_web_2"]?.["scheduling"]).toMatchObject({ availability_domain: 2 });
    expect(() => resourcesOf({ count: 9, placement: "spread" })).toThrow(/spreads at most 8 servers, not 9/);
  });

  it("start from a disk that their kind takes, and their volumes are of the same kind", () => {
    const { google_compute_instance: servers, google_compute_disk: disks } = resourcesOf({
      architecture: "arm64",
      size: "medium",
      volumes: { data: { size: 10 } },
    });
    expect(servers?.["compute_web_1"]).toMatchObject({
      machine_type: "c4a-highcpu-4",
      boot_disk: { initialize_params: { type: "hyperdisk-balanced" } },
    });
    expect(Object.values(disks ?? {})).toMatchObject([{ type: "hyperdisk-balanced" }]);
    expect(resourcesOf({})["google_compute_instance"]?.["compute_web_1"]).toMatchObject({
      boot_disk: { initialize_params: { type: "pd-balanced" } },
    });
  });

  it("have no secure boot when they are of arm64", () => {
    const shield = (group: object) =>
      resourcesOf(group)["google_compute_instance"]?.["compute_web_1"]?.["shielded_instance_config"];
    expect(shield({})).toMatchObject({ enable_secure_boot: true });
    expect(shield({ architecture: "arm64" })).toMatchObject({ enable_secure_boot: false });
  });

  it("have labels in lower case only", () => {
    expect(() => resourcesOf({ labels: { Tier: "front" } })).toThrow(
      /groups\.web\.labels\.Tier.*is not a label there/s,
    );
    expect(() => resourcesOf({ labels: { tier: "v1.2" } })).toThrow(/lower-case letters, digits, dashes/);
  });

  it("let health checks of their load balancer in, on the port that is asked", () => {
    const listeners = { http: { port: 80 } };
    const { google_compute_firewall: rules } = resourcesOf({
      loadBalancer: { listeners, healthCheck: { port: 8080 } },
    });
    expect(Object.values(rules ?? {})).toEqual([
      expect.objectContaining({ target_tags: ["tag-web"], allow: [{ ports: ["8080"], protocol: "tcp" }] }),
    ]);
  });
});
