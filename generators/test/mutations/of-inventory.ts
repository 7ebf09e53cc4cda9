import { everything, type Mutation, projects, staging } from "./mutation.js";

const { compute, own } = projects;

/** Changes of the inventory. */
export const inventoryMutations: readonly Mutation[] = [
  {
    kind: "product.yaml: a setting of all deployments",
    change: (w) => {
      w.replace("inventory/product.yaml", "region: fsn1", "region: hel1");
    },
    planned: everything,
  },
  {
    kind: "product.yaml: a setting added",
    change: (w) => {
      w.append("inventory/product.yaml", "\n# changed\ndeletionProtection: true\n");
    },
    planned: everything,
  },
  {
    kind: "product.yaml: a management domain",
    change: (w) => {
      w.append("inventory/product.yaml", "\nmanagement: { domain: mgmt.acme.example }\n");
    },
    planned: everything,
  },
  {
    kind: "environment.yaml: a setting of one environment",
    change: (w) => {
      w.replace("inventory/staging/environment.yaml", "nbg1", "hel1");
    },
    planned: staging,
  },
  {
    kind: "environment.yaml: removed",
    change: (w) => {
      w.remove("inventory/staging/environment.yaml");
    },
    planned: staging,
  },
  {
    kind: "a deployment's file",
    change: (w) => {
      w.append("inventory/staging/compute.yaml", "\n# changed\ndeployment: {}\n");
    },
    planned: ["staging-compute"],
  },
  {
    kind: "a deployment that another one refers to",
    change: (w) => {
      w.replace("inventory/production/web.yaml", "hello", "bye");
    },
    planned: ["production-web", "production-edge"],
  },
  {
    kind: "a comment in a deployment's file",
    change: (w) => {
      w.append("inventory/staging/dns.yaml", "# a comment\n");
    },
    planned: [],
    extra: { planned: ["staging-dns"], because: "Nx compares contents of files" },
  },
  {
    kind: "a reference added",
    change: (w) => {
      w.replace("inventory/staging/web.yaml", "hello", "{ output: compute.network }");
    },
    planned: ["staging-web"],
  },
  {
    kind: "a deployment added",
    change: (w) => {
      w.write("inventory/staging/jobs.yaml", "stack: compute\nconfig: {}\n");
    },
    planned: ["staging-jobs"],
  },
  {
    kind: "a deployment removed that nothing refers to",
    change: (w) => {
      w.remove("inventory/staging/dns.yaml");
    },
    planned: [],
  },
  {
    kind: "a deployment removed that another one refers to",
    change: (w) => {
      w.remove("inventory/production/web.yaml");
    },
    planned: ["production-edge"],
  },
  {
    kind: "a deployment renamed",
    change: (w) => {
      w.write("inventory/staging/names.yaml", `stack: dns\n${w.read("inventory/staging/dns.yaml")}`);
      w.remove("inventory/staging/dns.yaml");
    },
    planned: ["staging-names"],
  },
  {
    kind: "an environment added",
    isRun: true,
    change: (w) => {
      w.write("inventory/preview/environment.yaml", "region: nbg1\n");
      for (const name of ["edge", "web"])
        w.write(`inventory/preview/${name}.yaml`, w.read(`inventory/production/${name}.yaml`));
    },
    planned: ["preview-edge", "preview-web"],
  },
  {
    kind: "an environment removed",
    change: (w) => {
      w.remove("inventory/staging");
    },
    planned: [],
  },
  {
    kind: "a provider lock file",
    change: (w) => {
      w.append("inventory/production/own.lock.hcl", "# changed\n");
    },
    planned: own,
  },
  {
    kind: "a provider lock file added",
    change: (w) => {
      w.write("inventory/staging/compute.lock.hcl", "# locks\n");
    },
    planned: ["staging-compute"],
  },
  {
    kind: "an encrypted file of a secret",
    change: (w) => {
      w.append("secrets/acme/hetzner.yaml", "other: encrypted\n");
    },
    planned: own,
  },
  {
    kind: "an encrypted file of a secret that no deployment names",
    change: (w) => {
      w.write("secrets/acme/other.yaml", "token: encrypted\n");
    },
    planned: [],
  },
  {
    kind: "a file of a deployment that cannot be read",
    change: (w) => {
      w.write("inventory/staging/compute.yaml", "config: [\n");
    },
    planned: ["staging-compute"],
  },
  {
    kind: "another cloud for one environment",
    change: (w) => {
      w.write("inventory/staging/environment.yaml", "provider: azure\nregion: westeurope\n");
    },
    planned: staging,
  },
  {
    kind: "two deployments of one stack",
    change: (w) => {
      for (const environment of ["production", "staging"])
        w.append(`inventory/${environment}/compute.yaml`, "\n# changed\n");
    },
    planned: compute,
  },
];
