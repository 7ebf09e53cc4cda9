import { describe, expect, it } from "vitest";
import { clientConfig } from "./ssh-client.js";

const servers = {
  web: { "web-1": { id: "1", name: "acme-web-1", privateIpv4: "10.20.0.10", publicIpv4: "192.0.2.10" } },
  db: { "db-1": { id: "2", name: "acme-db-1", privateIpv4: "10.20.0.20" } },
};
const ssh = { user: "ops" };

describe("the lines for ~/.ssh/config", () => {
  it("lead to every server through the bastion, by private addresses", () => {
    const lines = clientConfig(servers, ssh, "192.0.2.1");
    expect(lines).toBe(
      [
        ...["Host acme-web-1", "  HostName 10.20.0.10", "  User ops", "  ProxyJump ops@192.0.2.1", ""],
        ...["Host acme-db-1", "  HostName 10.20.0.20", "  User ops", "  ProxyJump ops@192.0.2.1", ""],
      ].join("\n"),
    );
  });

  it("lead to servers by their public addresses, where they have one and there is no bastion", () => {
    const lines = clientConfig(servers, ssh, undefined);
    expect(lines).toContain("Host acme-web-1\n  HostName 192.0.2.10\n  User ops\n");
    expect(lines).toContain("Host acme-db-1\n  HostName 10.20.0.20\n  User ops\n");
    expect(lines).not.toContain("ProxyJump");
  });
});
