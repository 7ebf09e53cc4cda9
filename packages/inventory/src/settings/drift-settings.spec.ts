import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadInventory } from "../inventory.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "inventory-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const product = "product: acme\nprovider: hetzner\nregion: fsn1\n";

function load(files: Record<string, string>) {
  for (const [name, text] of Object.entries({ "production/net.yaml": "config: {}\n", ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return loadInventory(folder);
}

describe("drift: ignore", () => {
  it("is merged from product, environment and deployment, each rule with its place", () => {
    const { deployments } = load({
      "product.yaml": `${product}drift:\n  ignore:\n    hcloud_server.*: [labels]\n    "*": [tags.LastScan]\n`,
      "production/environment.yaml": "drift:\n  ignore:\n    hcloud_server.*: [labels, image]\n",
      "production/net.yaml": "drift: { ignore: { hcloud_network.one: [name] } }\n",
      "production/other.yaml": "drift: { ignore: { hcloud_server.*: [] } }\n",
    });
    const found = deployments.map(({ name, driftRules = [] }) => [
      name,
      driftRules.map(({ address, attributes, place: { file, line } }) => ({ address, attributes, file, line })),
    ]);
    const scan = { address: "*", attributes: ["tags.LastScan"], file: join(folder, "product.yaml"), line: 7 };
    expect(Object.fromEntries(found)).toEqual({
      net: [
        {
          address: "hcloud_server.*",
          attributes: ["labels", "image"],
          file: join(folder, "production/environment.yaml"),
          line: 3,
        },
        scan,
        { address: "hcloud_network.one", attributes: ["name"], file: join(folder, "production/net.yaml"), line: 1 },
      ],
      other: [scan],
    });
  });

  it("refuses what can't be an address or a path, at its place", () => {
    expect(() => load({ "product.yaml": `${product}drift: { ignore: { "a b": [labels] } }\n` })).toThrow(
      /product\.yaml:4:\d+ .*"a b" is not the address of a resource/,
    );
    expect(() => load({ "product.yaml": `${product}drift: { ignore: { "*": [labels..x] } }\n` })).toThrow(
      /"labels\.\.x" is not the path of an attribute/,
    );
    expect(() => load({ "product.yaml": `${product}drift: { ignored: {} }\n` })).toThrow(/Did you mean "ignore"\?/);
  });
});

describe("notify", () => {
  it("takes webhooks, Slack and e-mail by name, with what is left out", () => {
    const { notify = {} } = load({
      "product.yaml": `${product}notify:
  chat: { kind: slack, url: secret://acme/chat#url, events: [drift] }
  audit: { kind: webhook, url: https://audit.acme.example/in, secret: secret://acme/audit#key }
  mail: { kind: email, host: smtp.acme.example, from: infra@acme.example, to: [ops@acme.example] }
`,
    });
    expect(notify["chat"]).toMatchObject({ kind: "slack", events: ["drift"] });
    expect(String(notify["chat"]?.kind === "slack" && notify["chat"].url)).toBe("secret://acme/chat#url");
    expect(notify["audit"]).toMatchObject({ events: ["drift", "healed", "failed"] });
    expect(notify["mail"]).toMatchObject({ port: 587, security: "starttls" });
  });

  it("refuses an address of Slack and a password in clear, unknown events and unknown keys, at their places", () => {
    const refused = (line: string) => () => load({ "product.yaml": `${product}notify:\n  it: ${line}\n` });
    expect(refused("{ kind: slack, url: https://hooks.example/T0/B0 }")).toThrow(/product\.yaml:5:\d+ .*a secret/);
    const mail = "kind: email, host: h, from: a@b.example, to: [a@b.example]";
    expect(refused(`{ ${mail}, password: hunter2 }`)).toThrow(/notify\.it\.password: expected a secret/);
    expect(refused(`{ ${mail}, events: [drifts] }`)).toThrow(/"drifts".*Did you mean "drift"\?/);
    expect(refused(`{ ${mail}, hots: x }`)).toThrow(/hots/);
    expect(refused("{ kind: pager }")).toThrow(/notify\.it\.kind: "pager" is not a known kind/);
  });
});
