import { type Mutation, projects } from "./mutation.js";

const { own, web } = projects;

/** Changes of what lies around the inventory. */
export const fileMutations: readonly Mutation[] = [
  {
    kind: "the folder of a stack of the product's own",
    isRun: true,
    change: (w) => {
      w.replace("stacks/own/index.js", '"x"', '"y"');
    },
    planned: own,
  },
  {
    kind: "a file added to the folder of a stack of the product's own",
    change: (w) => {
      w.write("stacks/own/data.json", "{}\n");
    },
    planned: own,
  },
  {
    kind: "code outside that a stack of the product's own imports",
    change: (w) => {
      w.replace("stacks/shared/names.js", "acme-", "shop-");
    },
    planned: own,
  },
  {
    kind: "a stack in a workspace",
    change: (w) => {
      w.append("packages/stack-web/index.js", "// changed\n");
    },
    planned: web,
  },
  {
    kind: "a package of the workspace that no deployment uses",
    change: (w) => {
      w.append("packages/docs/index.js", "// changed\n");
    },
    planned: [],
  },
  {
    kind: "nx.json",
    change: (w) => {
      w.replace("nx.json", '"analytics": false', '"analytics": false,\n  "parallel": 2');
    },
    planned: [],
    forced: "every target may depend on nx.json",
  },
  ...[
    ["README", "README.md"],
    ["a Markdown file of docs/", "docs/decisions.md"],
    [".env.example", ".env.example"],
    ["a pipeline of GitHub", ".github/workflows/infra.yml"],
    ["a pipeline of GitLab", ".gitlab-ci.yml"],
    ["the Makefile", "Makefile"],
    ["targets of the product's own", "local.mk"],
    ["the settings of Renovate", "renovate.json"],
    ["the settings of editors", ".editorconfig"],
    [".gitignore", ".gitignore"],
  ].map(([kind = "", file = ""]): Mutation => ({
    kind: `${kind}: ${file}`,
    change: (w) => {
      w.write(file, `${w.has(file) ? w.read(file) : ""}\n`);
    },
    planned: [],
  })),
];
