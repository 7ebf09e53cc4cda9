import { describe, expect, it } from "vitest";
import { gcpMetadata } from "./gcp-metadata.js";

describe("the metadata of a server of gcp", () => {
  it("lets the keys of the server in by one user, and none of the project", () => {
    const metadata = gcpMetadata({
      userData: "#cloud-config\n",
      user: "ops",
      publicKeys: ["ssh-ed25519 A a", "ssh-rsa B b"],
    });
    expect(metadata).toMatchObject({
      "user-data": "#cloud-config\n",
      "ssh-keys": "ops:ssh-ed25519 A a\nops:ssh-rsa B b",
      "block-project-ssh-keys": "TRUE",
      "serial-port-enable": "FALSE",
    });
  });

  it("lets nobody in when there is no user", () => {
    expect(gcpMetadata({ userData: "", publicKeys: [] })).not.toHaveProperty("ssh-keys");
  });

  it("installs cloud-init where the image lacks it, and starts again only then", () => {
    const script = gcpMetadata({ userData: "", publicKeys: [] })["startup-script"];
    expect(script).toMatch(
      /^#!\/bin\/sh\ncommand -v cloud-init >\/dev\/null && exit 0\n[^]*install cloud-init \|\| exit 1[^]*systemctl reboot\n$/,
    );
  });
});
