import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureTool } from "@infra/toolchain";
import { afterAll, beforeAll, expect, it } from "vitest";

const repository = join(__dirname, "../../..");
const script = '#!/bin/sh\necho ${HOME} %{x} "quoted" \\back\n';
const group = (more: object) => JSON.stringify({ config: more });
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICvYBsl/DgCvGh/DMo+nY6kmlyPI24+sT5OvcdsYbW6Q";
let root: string;

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "cloud-init-")));
  mkdirSync(join(root, "inventory/production"), { recursive: true });
  writeFileSync(join(root, "package.json"), '{ "infra": {} }');
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  const groups = { web: { cloudInit: script } };
  writeFileSync(join(root, "inventory/product.yaml"), "product: acme\nprovider: hetzner\nregion: fsn1\n");
  writeFileSync(
    join(root, "inventory/production/compute.yaml"),
    group({ network: { cidr: "10.0.0.0/16" }, ssh: { keys: { alice: key } }, groups }),
  );
  const joined = { network: { output: "compute.network" }, ssh: { output: "compute.ssh" }, groups };
  writeFileSync(join(root, "inventory/production/more.yaml"), `stack: compute\nconfig: ${JSON.stringify(joined)}\n`);
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** The parts of the cloud-config archive that the servers of a deployment were given. */
function partsOf(deployment: string): { type: string; content: string }[] {
  const lines = readFileSync(join(root, ".infra/offline/production", deployment, "cloud.jsonl"), "utf8")
    .trim()
    .split("\n");
  const objects = lines.map((line) => JSON.parse(line) as { type: string; values: { user_data?: string } });
  const [header, ...rest] = objects.find(({ type }) => type === "hcloud_server")?.values.user_data?.split("\n") ?? [];
  expect(header).toBe("#cloud-config-archive");
  return JSON.parse(rest.join("\n")) as { type: string; content: string }[];
}

it("hands scripts over to servers as they were written, whether the keys are known or come from another deployment", async () => {
  const engine = process.env["INFRA_ENGINE"] ?? (await ensureTool("tofu"));
  const { PATH, HOME } = process.env;
  const args = [join(repository, "packages/engine/cli/bin/infra.js"), "apply", "--all", "--offline", "--yes"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    env: { PATH, HOME, INFRA_ENGINE: engine },
  });
  expect(status, stdout + stderr).toBe(0);
  for (const deployment of ["compute", "more"]) {
    const [hardened, own] = partsOf(deployment);
    expect(own).toEqual({ type: "text/x-shellscript", content: script });
    const { ssh_pwauth: passwords, users } = JSON.parse(hardened?.content ?? "") as {
      ssh_pwauth: boolean;
      users: { ssh_authorized_keys: string[] }[];
    };
    expect(passwords).toBe(false);
    expect(users[0]?.ssh_authorized_keys).toEqual([key]);
  }
});
