import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { filesWith } from "../../test/canaries.js";
import { command, Product } from "../../test/product.js";
import { ageKey, encrypt, type SopsTools, sopsTools, writeRules } from "../../test/sops-product.js";

let tools: SopsTools;
let product: Product;
let recipient: string;

beforeAll(async () => {
  tools = await sopsTools();
});
beforeEach(() => {
  product = new Product("tofu");
  const key = ageKey(tools);
  recipient = key.recipient;
  writeRules(product.root, recipient);
  const env = { PATH: [dirname(tools.sops), process.env["PATH"]].join(delimiter), SOPS_AGE_KEY: key.identity };
  Object.assign(product, { env: { ...env, HOME: product.root } });
  encrypt(tools, product.root, "acme/db", { password: "canary-one", user: "joe" });
  product.write(
    "inventory/production/app.yaml",
    "stack: ./stacks/values\nconfig:\n  kept: { one: secret://acme/db#password, two: secret://acme/db#other }\n",
  );
});
afterEach(() => product.remove());

/** Runs the command with something on its standard input. */
function infraWith(input: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    cwd: product.root,
    env: product.env,
    input,
    encoding: "utf8",
  });
  return { code: status, stdout, output: stdout + stderr };
}

describe("infra secrets check", () => {
  it("says per secret which tier has it, and per tier whether it can be asked, without values", async () => {
    const ran = await product.infra("secrets", "check");
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/^✓ sops \(secrets\): sops \d+\.\d+\.\d+, 1 files$/m);
    expect(ran.stdout).toMatch(/^secret:\/\/acme\/db#password +sops +there +not-found +production\/app$/m);
    expect(ran.stdout).toMatch(/^secret:\/\/acme\/db#other +NOWHERE +not-found +not-found +production\/app$/m);
    expect(ran.output).not.toContain("canary");
    const { secrets, tiers } = JSON.parse((await product.infra("secrets", "check", "--json")).stdout) as {
      secrets: unknown[];
      tiers: unknown[];
    };
    expect(tiers).toHaveLength(2);
    expect(secrets[0]).toEqual({
      secret: "secret://acme/db#password",
      deployments: ["production/app"],
      tiers: { sops: "there", environment: "not-found" },
      from: "sops",
    });
  });

  it("says what is wrong with a tier that can't be used, as doctor does", async () => {
    for (const args of [["secrets", "check"], ["doctor"]]) {
      const ran = await product.infraWith({ SOPS_AGE_KEY: ageKey(tools).identity }, ...args);
      expect(ran.code).toBe(1);
      expect(ran.stdout).toMatch(
        /✗ .*sops \(secrets\): no key at hand opens secrets\/acme\/db.yaml\. Set SOPS_AGE_KEY/,
      );
    }
  });

  it("asks nobody when it is offline", async () => {
    const ran = await product.infra("secrets", "check", "--offline");
    expect(ran).toMatchObject({
      code: 0,
      stdout: "offline: the values of 2 secrets are made up, and no store is asked\n",
    });
  });
});

describe("infra secrets get", () => {
  it("prints a value only on request where there is no terminal", async () => {
    const refused = await product.infra("secrets", "get", "acme/db#password");
    expect(refused.code).toBe(1);
    expect(refused.output).toContain("Add --reveal when that is wanted");
    const json = await product.infra("secrets", "get", "secret://acme/db#password", "--json");
    expect(JSON.parse(json.stdout)).toEqual({ secret: "secret://acme/db#password", from: "sops", where: "secrets" });
    expect(refused.output + json.output).not.toContain("canary");
    expect((await product.infra("secrets", "get", "acme/db#password", "--reveal")).stdout).toBe("canary-one\n");
  });

  it("refuses what is no secret", async () => {
    const ran = await product.infra("secrets", "get", "acme/db");
    expect(ran.code).toBe(1);
    expect(ran.output).toContain('"secret://acme/db" is not a secret: it names no field');
  });
});

describe("infra secrets set", () => {
  it("writes what it reads to where the secret is, and names who uses it", () => {
    const ran = infraWith("canary-new\n", "secrets", "set", "acme/db#password");
    expect(ran.output).toBe(
      "wrote secret://acme/db#password to sops (secrets); production/app will change with the next apply\n",
    );
    expect(infraWith("", "secrets", "get", "acme/db#password", "--reveal").stdout).toBe("canary-new\n");
    expect(infraWith("", "secrets", "get", "acme/db#user", "--reveal").stdout).toBe("joe\n");
    expect(filesWith(product.root, ["canary"])).toEqual([]);
  });

  it("refuses an empty value, a tier that can't be written to, and offline runs", () => {
    expect(infraWith("\n", "secrets", "set", "acme/db#password").output).toContain("is empty");
    const other = infraWith("x", "secrets", "set", "acme/db#password", "--tier", "environment");
    expect(other.output).toContain("environment can't be written to, or is not set up. Use one of: sops");
    expect(infraWith("x", "secrets", "set", "acme/db#password", "--offline").code).toBe(1);
  });
});

describe("infra secrets rotate", () => {
  it("writes a new random value, and shows none", () => {
    const ran = infraWith("", "secrets", "rotate", "acme/db#password", "--length", "24", "--json");
    expect(JSON.parse(ran.stdout)).toMatchObject({ tier: "sops", deployments: ["production/app"] });
    const value = infraWith("", "secrets", "get", "acme/db#password", "--reveal").stdout.trim();
    expect(value).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(ran.output).not.toContain(value);
  });

  it("renews the data keys of files for who .sops.yaml names now", () => {
    const added = ageKey(tools);
    writeRules(product.root, `${recipient},${added.recipient}`);
    expect(infraWith("", "secrets", "rotate", "--keys").output).toBe("renewed secrets/acme/db.yaml\n");
    const env = { ...product.env, SOPS_AGE_KEY: added.identity };
    const got = spawnSync(process.execPath, [command, "secrets", "get", "acme/db#user", "--reveal"], {
      cwd: product.root,
      env,
      encoding: "utf8",
    });
    expect(got.stdout).toBe("joe\n");
  });
});

describe("infra secrets edit", () => {
  it("opens the file in the editor, through sops, and leaves nothing in clear", () => {
    const editor = join(product.root, "editor.sh");
    writeFileSync(editor, '#!/bin/sh\nsed -i "s/canary-one/canary-two/" "$1"\n');
    chmodSync(editor, 0o755);
    Object.assign(product.env, { EDITOR: editor });
    expect(infraWith("", "secrets", "edit", "acme/db").output).toContain("wrote secrets/acme/db.yaml");
    expect(infraWith("", "secrets", "get", "acme/db#password", "--reveal").stdout).toBe("canary-two\n");
    expect(infraWith("", "secrets", "edit", "acme/db").output).toContain("secrets/acme/db.yaml was left as it is");
    expect(filesWith(join(product.root, "secrets"), ["canary"])).toEqual([]);
  });
});
