import { type ModuleCase, modules } from "@infra/conformance";
import { jsonSchema } from "@infra/inventory";
import { computeStackConfig } from "@infra/stack-compute";
import { dnsStackConfig } from "@infra/stack-dns";
import { storageStackConfig } from "@infra/stack-storage";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { inputsTable } from "./inputs.js";
import { outputsTable } from "./outputs.js";
import { packageGraph, packagesIn, packageTables } from "./packages.js";
import { supportTable } from "./support.js";

export { circleIn, packageGraph, packagesIn } from "./packages.js";

const repository = join(__dirname, "../../..");

/** The parts of a README that are written by the generator, by the name of their markers. */
type Sections = Readonly<Record<string, string>>;

const interfaces: Readonly<Record<string, string>> = {
  network: "INetwork",
  firewall: "IFirewall",
  ssh: "ISsh",
  compute: "ICompute",
  dns: "IDns",
  storage: "IStorage",
};

/** A README: what it holds, and what it should hold. */
export interface Readme {
  readonly path: string;
  readonly actual: string;
  readonly expected: string;
}

/** Every README and supports.md: they have generated parts, or are generated. */
export async function readmes(): Promise<readonly Readme[]> {
  return [...(await withSections()), ...(await Promise.all(modules.map(supportsOf)))];
}

/** What each cloud supports of a module. */
async function supportsOf(each: ModuleCase): Promise<Readme> {
  const path = join(repository, each.folder, "supports.md");
  const text = `# What each cloud supports of ${each.word}\n\nGenerated from what the adapters declare. What a cloud does not support is refused when a deployment is synthesized, with the words below the table.\n\n${supportTable(each)}\n`;
  return {
    path,
    actual: existsSync(path) ? readFileSync(path, "utf8") : "",
    expected: await format(text, { parser: "markdown", printWidth: 120 }),
  };
}

async function withSections(): Promise<readonly Readme[]> {
  const packages = packagesIn(repository);
  const folders: { readonly folder: string; readonly sections: Sections }[] = [
    {
      folder: "packages",
      sections: { graph: packageGraph(packages), packages: packageTables(packages, "packages") },
    },
    ...modules.map((each) => ({
      folder: each.folder,
      sections: {
        example: exampleOf(each.folder, each.examples[0].name),
        inputs: inputsTable(each.contract.config, jsonSchema),
        outputs: outputsTable(join(repository, "packages/core/src/contracts.ts"), interfaces[each.word] ?? each.word),
      },
    })),
    {
      folder: "packages/stacks/compute",
      sections: {
        example: exampleOf("packages/stacks/compute", "web"),
        inputs: inputsTable(computeStackConfig, jsonSchema),
      },
    },
    {
      folder: "packages/stacks/dns",
      sections: {
        example: exampleOf("packages/stacks/dns", "site"),
        inputs: inputsTable(dnsStackConfig, jsonSchema),
      },
    },
    {
      folder: "packages/stacks/storage",
      sections: {
        example: exampleOf("packages/stacks/storage", "files"),
        inputs: inputsTable(storageStackConfig, jsonSchema),
      },
    },
  ];
  return Promise.all(folders.map(({ folder, sections }) => readmeOf(join(folder, "README.md"), sections)));
}

async function readmeOf(path: string, sections: Sections): Promise<Readme> {
  const actual = readFileSync(join(repository, path), "utf8");
  const filled = Object.entries(sections).reduce((text, [name, content]) => fill(path, text, name, content), actual);
  return {
    path: join(repository, path),
    actual,
    expected: await format(filled, { parser: "markdown", printWidth: 120 }),
  };
}

function fill(path: string, text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- begin:${name} -->`, `<!-- end:${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path} has no markers ${begin} and ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}

function exampleOf(folder: string, example: string): string {
  return `\`\`\`ts\n${readFileSync(join(repository, folder, "examples", `${example}.ts`), "utf8").trimEnd()}\n\`\`\``;
}
