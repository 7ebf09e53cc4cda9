import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { ansible, findHosts, generated, NoHosts, refusals, type Refusal, roles, runScenario } from "./index.js";
import { casesOf } from "./bad-input.js";
import { collection, readYaml } from "./collection.js";

const all = roles();
const services = all.filter(({ name }) => !name.startsWith("_"));

describe("the collection", () => {
  test("has the version of the npm packages", () => {
    const { version } = JSON.parse(readFileSync(join(collection, "../packages/core/package.json"), "utf8")) as {
      version: string;
    };
    expect(readYaml(join(collection, "galaxy.yml"))).toMatchObject({ namespace: "infra", name: "platform", version });
  });

  test("is built and installed by ansible-galaxy, and its roles can be applied from there", async () => {
    const { run, scratch } = await ansible();
    const folder = await mkdtemp(join(scratch, "galaxy-"));
    try {
      expect(await run("ansible-galaxy", ["collection", "build", "--output-path", folder])).toMatchObject({
        succeeded: true,
      });
      const archive = join(folder, "infra-platform-0.1.0.tar.gz");
      const install = ["collection", "install", "--offline", "--no-deps", "--collections-path", folder, archive];
      // Only the folder: beside the sources of the collection, galaxy would find it installed.
      const only = { ANSIBLE_COLLECTIONS_PATH: folder };
      expect(await run("ansible-galaxy", install, only)).toMatchObject({ succeeded: true });
      const listed = await run("ansible-doc", ["--type", "role", "--list", "infra.platform"], only);
      expect(services.filter(({ name }) => !listed.output.includes(`infra.platform.${name}:`))).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("passes ansible-lint at its production profile", async () => {
    const { run } = await ansible();
    const { succeeded, output } = await run("ansible-lint", ["--offline", "--nocolor", "--strict"]);
    expect(succeeded, output).toBe(true);
  });

  test("passes yamllint without a warning", async () => {
    const { run } = await ansible();
    const { succeeded, output } = await run("yamllint", ["--strict", "."]);
    expect(succeeded, output).toBe(true);
  });

  test.each(all.map((role) => [role.name, role] as const))(
    "%s has a default for each variable that is not required",
    (_name, role) => {
      const options = Object.values(role.entryPoints).flatMap(({ options = {} }) => Object.entries(options));
      const defaults = readYaml(join(role.folder, "defaults/main.yml")) as Record<string, unknown>;
      for (const [name, option] of options)
        if (!option.required) expect([name, defaults[name]]).toEqual([name, option.default]);
      expect(Object.keys(defaults).filter((name) => !options.some(([known]) => known === name))).toEqual([]);
    },
  );

  test.each(services.map((role) => [role.name, role] as const))(
    "%s checks its input before anything else",
    (_name, { folder }) => {
      const [first] = readYaml(join(folder, "tasks/main.yml")) as Record<string, unknown>[];
      expect(first).toMatchObject({ "ansible.builtin.import_tasks": "check_input.yml" });
    },
  );
});

describe("the READMEs", async () => {
  test.each((await generated()).map((each) => [each.path, each] as const))("%s is current", (_path, each) => {
    expect(each.actual, "stale: run node tools/roles/dist/cli.js tables").toBe(each.expected);
  });
});

describe.each(services.map((role) => [role.name, role] as const))(
  "%s refuses, before the host is touched,",
  (_name, role) => {
    let found: readonly Refusal[] = [];
    beforeAll(async () => void (found = await refusals(role)));

    test("at least 10 kinds of bad input", () => {
      expect(casesOf(role).length).toBeGreaterThanOrEqual(10);
    });

    test.each(casesOf(role).map(({ refuses, says }, index) => ({ refuses, says, index })))(
      "$refuses",
      ({ says, index }) => {
        expect(says.length).toBeGreaterThanOrEqual(4);
        for (const part of says) expect(found[index]?.message).toContain(part);
      },
    );
  },
);

describe("the short form of the scenario", () => {
  const log = (line: string) => void process.stdout.write(`${line}\n`);
  let missing: NoHosts | undefined;
  beforeAll(async () => {
    await findHosts(log).catch((error: unknown) => {
      if (!(error instanceof NoHosts)) throw error;
      missing = error;
      log(`skipped: the scenarios of the roles. ${error.message}`);
    });
  });

  for (const role of services.filter(({ scenario }) => scenario))
    test(`of ${role.name} passes`, { timeout: 600_000 }, async ({ skip }) => {
      skip(missing !== undefined, missing?.message);
      const { succeeded, output } = await runScenario(role, "short", log);
      expect(succeeded, output).toBe(true);
    });
});
