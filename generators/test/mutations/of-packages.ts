import { integrityOf } from "./lock.js";
import { everything, hetzner, type Mutation, projects } from "./mutation.js";

const { compute, dns, hetznerStorage, azure, own, web } = projects;

/** A kind of which Nx's own comparison sees nothing. */
export const redirect = "a transitive dependency that is another of two versions, which both stay (nx#36929)";

/** Parts of the runner that cannot change what a deployment plans or applies. */
const besideRuns = ["cli", "report", "platforms", "impact"];

/** Parts of the runner that decide about every deployment; cost and policy do so for the targets of the same names. */
const insideRuns = ["inventory", "io", "state", "secrets", "opentofu", "keys", "results", "cost", "policy"];

function newVersionOf(part: string, planned: readonly string[]): Mutation {
  return {
    kind: `a new version of @infra/${part}`,
    change: (w) => {
      w.bump({ [`@infra/${part}`]: "0.1.1" });
    },
    planned,
  };
}

/** Changes of package.json and of package-lock.json. */
export const packageMutations: readonly Mutation[] = [
  ...besideRuns.map((part) => newVersionOf(part, [])),
  ...insideRuns.map((part) => newVersionOf(part, everything)),
  {
    kind: "a patch of a module, with the stack that pins it",
    isRun: true,
    change: (w) => {
      w.bump({ "@infra/cloud-network": "0.1.1", "@infra/stack-compute": "0.1.1" });
    },
    planned: compute,
  },
  {
    kind: "a patch of a stack",
    change: (w) => {
      w.bump({ "@infra/stack-dns": "0.1.1" });
    },
    planned: dns,
  },
  {
    kind: "a patch of a module that deployments on two clouds use",
    change: (w) => {
      w.bump({ "@infra/cloud-storage": "0.1.1", "@infra/stack-storage": "0.1.1" });
    },
    planned: [...hetznerStorage, ...azure],
  },
  {
    kind: "a patch of a module in the lock file alone",
    change: (w) => {
      w.bump({ "@infra/base-firewall": "0.1.1" });
    },
    planned: compute,
  },
  {
    kind: "a new version of the core",
    change: (w) => {
      w.bump({ "@infra/core": "0.1.1" });
    },
    planned: everything,
  },
  {
    kind: "a new version of the engine, with the OpenTofu that it pins",
    change: (w) => {
      w.bump({ "@infra/engine": "0.1.1" });
    },
    planned: everything,
  },
  {
    kind: "a new version of the plugin",
    change: (w) => {
      w.bump({ "@infra/product": "0.1.1" });
    },
    planned: [],
    forced: "another plugin may infer another graph",
  },
  {
    kind: "a new version of Nx",
    change: (w) => {
      w.bump({ nx: "23.2.2", "@nx/devkit": "23.2.2" });
    },
    planned: [],
    forced: "plugins depend on Nx",
  },
  {
    kind: "new bindings of one cloud",
    change: (w) => {
      w.bump({ "@infra/provider-hcloud": "1.57.1" });
    },
    planned: hetzner,
  },
  {
    kind: "new bindings of another cloud",
    change: (w) => {
      w.bump({ "@cdktf/provider-azurerm": "14.24.0" });
    },
    planned: azure,
  },
  {
    kind: "a transitive dependency of the core in another version",
    change: (w) => {
      w.bump({ "ip-address": "10.9.9" });
    },
    planned: everything,
  },
  {
    kind: "a transitive dependency with the same version and other content",
    change: (w) => {
      w.lock((packages) => {
        Object.assign(packages["node_modules/pad-core"] ?? {}, { integrity: integrityOf("other") });
      });
    },
    planned: own,
  },
  {
    kind: redirect,
    isRun: true,
    change: (w) => {
      w.lock((packages) => {
        Object.assign(packages, {
          "node_modules/left-pad/node_modules/pad-core": packages["node_modules/web/node_modules/pad-core"],
        });
      });
    },
    planned: own,
  },
  {
    kind: "a dependency of a dependency that is dropped, with the package gone",
    change: (w) => {
      w.lock((packages) => {
        delete packages["node_modules/prettier"]?.dependencies?.["print-width"];
        delete packages["node_modules/print-width"];
      });
    },
    planned: [],
  },
  {
    kind: "a dependency that a used package loses, with the package gone",
    change: (w) => {
      w.lock((packages) => {
        delete packages["node_modules/left-pad"]?.dependencies;
        packages["node_modules/pad-core"] = { ...packages["node_modules/web/node_modules/pad-core"] };
        delete packages["node_modules/web/node_modules/pad-core"];
        delete packages["node_modules/prettier"]?.dependencies?.["pad-core"];
      });
    },
    planned: own,
  },
  {
    kind: "a package that no deployment uses, in the lock file alone",
    change: (w) => {
      w.bump({ "print-width": "1.0.1" });
    },
    planned: [],
  },
  {
    kind: "a tool that package.json pins and no deployment uses",
    change: (w) => {
      w.bump({ prettier: "3.0.1" });
    },
    planned: [],
  },
  {
    kind: "a package that is added and that nothing uses yet",
    change: (w) => {
      w.manifest(({ dependencies }) => Object.assign(dependencies ?? {}, { "is-odd": "3.0.1" }));
      w.lock((packages) => {
        Object.assign(packages, { "node_modules/is-odd": { version: "3.0.1", integrity: integrityOf("is-odd") } });
      });
    },
    planned: [],
  },
  {
    kind: "a package that a stack of the product imports",
    change: (w) => {
      w.bump({ "left-pad": "1.3.1" });
    },
    planned: own,
  },
  {
    kind: "a dependency of a stack in a workspace",
    change: (w) => {
      w.bump({ "web-tool": "1.0.1" });
    },
    planned: web,
  },
  {
    kind: "the lock file, formatted in another way",
    change: (w) => {
      w.write("package-lock.json", JSON.stringify(JSON.parse(w.read("package-lock.json"))));
    },
    planned: [],
  },
  {
    kind: "package.json: a description, a script",
    change: (w) => {
      w.manifest((manifest) => Object.assign(manifest, { description: "Other.", scripts: { hello: "true" } }));
    },
    planned: [],
  },
];
