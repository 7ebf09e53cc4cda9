import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Deployment, loadInventory } from "../inventory.js";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "infra-providers-"));
  write("product.yaml", "providers: { vault: { address: https://vault.example, namespace: acme } }");
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(path: string, text: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, path === "product.yaml" ? `product: acme\nprovider: hetzner\nregion: fsn1\n${text}\n` : text);
}

const load = (): readonly Deployment[] => loadInventory(root).deployments;
const one = (text: string): Deployment => {
  write("production/app.yaml", text);
  return load().find(({ id }) => id === "production/app")!;
};

describe("the providers of a deployment", () => {
  it("are those that its own file names, with what shared files say of them", () => {
    write("production/environment.yaml", "providers: { vault: { namespace: live } }");
    expect(one("{}").providers).toEqual(new Map());
    expect(one("providers: { vault: { caCertFile: /ca.pem }, consul: {} }").providers).toEqual(
      new Map([
        [
          "vault",
          {
            arguments: { address: "https://vault.example", namespace: "live", caCertFile: "/ca.pem" },
            aliases: new Map(),
          },
        ],
        ["consul", { arguments: {}, aliases: new Map() }],
      ]),
    );
  });

  it("have further configurations by alias, which take nothing from the one without", () => {
    const { providers } = one("providers: { vault: { aliases: { east: { address: https://east.example } } } }");
    expect(providers?.get("vault")?.aliases).toEqual(new Map([["east", { address: "https://east.example" }]]));
  });

  it("count references and secrets of shared files only where a deployment names the provider", () => {
    write("product.yaml", "providers: { nomad: { address: { output: plane.url }, secretId: secret://acme/nomad#id } }");
    write("production/plane.yaml", "{}");
    const named = one("providers: { nomad: {} }");
    expect(named.references.map(String)).toEqual(["plane.url"]);
    expect(named.secrets.map(String)).toEqual(["secret://acme/nomad#id"]);
    const plane = load().find(({ id }) => id === "production/plane")!;
    expect([plane.references, plane.secrets]).toEqual([[], []]);
  });
});

describe("a wrong provider in the inventory", () => {
  it.each([
    ["providers: { valt: {} }", /app\.yaml:1:14 .*"valt" is not a known key.*Did you mean "vault"\?/s],
    ["providers: { vault: { adress: x } }", /"adress" is not a known key.*Did you mean "address"\?/s],
    ["providers: { vault: { token: hvs.abc } }", /a credential is written in clear.*secret:\/\/<path>#<field>/s],
    ["providers: { helm: { kubernetes: { token: abc } } }", /a credential is written in clear/],
    ["providers: { vault: { aliases: { East: {} } } }", /"East" is not a name/],
    ["providers: { vault: { skipChildToken: maybe } }", /"maybe" is not true or false/],
    ["providers: { vault: 1 }", /1 is not a map/],
  ])("%s is refused", (text, message) => {
    expect(() => one(text)).toThrow(message);
  });

  it("does not show the credential that is written in clear", () => {
    expect(() => one("providers: { cloudflare: { apiToken: never-shown } }")).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("never-shown") }),
    );
  });
});
