import { posix } from "node:path";
import type { CreateNodes } from "@nx/devkit";

const names = ["synth", "validate", "policy", "plan", "apply", "destroy", "drift", "cost", "output"];

/** The least that a plugin can infer of the same files: a project each, with the same targets, which do nothing and have one input. */
export const createNodes: CreateNodes = [
  "inventory/*/*.yaml",
  (files) =>
    files.map((file) => {
      const root = file.replace(/\.yaml$/, "");
      const target = { executor: "nx:noop", inputs: [`{workspaceRoot}/${file}`] };
      const targets = Object.fromEntries(names.map((name) => [name, target]));
      return [file, { projects: { [root]: { root, name: posix.basename(root), targets } } }] as const;
    }),
];
