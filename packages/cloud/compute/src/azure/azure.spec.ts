import { Compute } from "@infra/cloud-compute";
import type { IFirewall, INetwork, ISsh } from "@infra/core";
import { synthesizeIn } from "@infra/core/testing";
import { describe, expect, it } from "vitest";
import { unitOf } from "../devices.js";

const network = {
  id: "net",
  cidr: "10.20.0.0/16",
  subnetId: (name: string) => name,
  subnetCidr: () => undefined,
  isPublic: () => undefined,
  subnetZone: (name: string) => (name === "data" ? "b" : undefined),
} as unknown as INetwork;
const firewall: IFirewall = { firewallId: (group) => `nsg-${group}`, membershipId: (group) => `asg-${group}` };
const sshWith = (...publicKeys: string[]): ISsh => ({ user: "ops", keyIds: () => [], publicKeys: () => publicKeys });

type Resources = Record<string, Record<string, Record<string, unknown>>>;

function resourcesOf(group: object, ssh: ISsh | undefined = sshWith("ssh-ed25519 A a")): Resources {
  const { configuration } = synthesizeIn("azure", (stack) => {
    new Compute(stack, "compute", { network, firewall, ssh, groups: { web: group } } as never);
    return {};
  });
  return configuration.resource as Resources;
}

function serverOf(group: object, ssh?: ISsh) {
  return resourcesOf(group, ssh)["azurerm_linux_virtual_machine"]?.["compute_web_1"];
}

/** Names of volumes that lead to the same number. */
function twins(): string[] {
  const names = Array.from({ length: 65 }, (_, index) => `v${String(index)}`);
  const twice = names.find((name, index) => names.slice(0, index).some((other) => unitOf(other) === unitOf(name)));
  return names.filter((name) => unitOf(name) === unitOf(twice ?? "")).slice(0, 2);
}

describe("servers on azure", () => {
  it("are made with the first key of a kind that azure takes, and never with a password", () => {
    const server = serverOf({}, sshWith("ecdsa-sha2-nistp256 E e", "ssh-rsa R r", "ssh-ed25519 A a"));
    expect(server).toMatchObject({
      admin_ssh_key: [{ public_key: "ssh-rsa R r", username: "ops" }],
      disable_password_authentication: true,
    });
  });

  it("are refused when no key would let anybody in", () => {
    expect(() => serverOf({}, sshWith("ecdsa-sha2-nistp256 E e"))).toThrow(
      /needs an SSH key of the kind RSA or Ed25519/,
    );
    const without = { user: undefined, keyIds: () => [], publicKeys: () => [] } as unknown as ISsh;
    expect(() => serverOf({}, without)).toThrow(/needs an SSH key/);
  });

  it("are in the zone that their subnet names, and then cannot be spread", () => {
    expect(serverOf({ subnet: "data" })).toMatchObject({ zone: "2" });
    expect(() => serverOf({ subnet: "data", placement: "spread" })).toThrow(/the subnet data names a zone/);
    expect(serverOf({ placement: "spread" })?.["availability_set_id"]).toMatch(/availability_set/);
  });

  it("cannot be deleted while the deployment is protected, neither here nor elsewhere", () => {
    const resources = resourcesOf({});
    expect(resources["azurerm_linux_virtual_machine"]?.["compute_web_1"]?.["lifecycle"]).toMatchObject({
      prevent_destroy: true,
    });
    expect(resources["azurerm_management_lock"]?.["compute_web_1_lock"]).toMatchObject({ lock_level: "CanNotDelete" });
  });

  it("belong to what stands for their group in rules of others", () => {
    const member = resourcesOf({})["azurerm_network_interface_application_security_group_association"];
    expect(Object.values(member ?? {})).toEqual([
      expect.objectContaining({ application_security_group_id: "asg-web" }),
    ]);
  });

  it("have no trusted launch when they are of arm64", () => {
    expect(serverOf({})).toMatchObject({ secure_boot_enabled: true, vtpm_enabled: true });
    expect(serverOf({ architecture: "arm64" })).toMatchObject({ secure_boot_enabled: false, vtpm_enabled: false });
  });

  it("refuse two volumes whose names lead to the same number", () => {
    const volumes = Object.fromEntries(twins().map((name) => [name, { size: 10 }]));
    expect(() => serverOf({ volumes })).toThrow(/would get the same number/);
  });
});
