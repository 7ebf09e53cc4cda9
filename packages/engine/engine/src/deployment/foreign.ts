import {
  type Deployment,
  InfraError,
  type Inventory,
  type Problem,
  bindingsOf,
  providerNames,
  terraformProviderOf,
  terraformProviderNames,
  terraformProviders,
} from "@infra/inventory";
import type { Synthesis } from "@infra/core";
import { placeOfAddress } from "./places.js";

const registry = "registry.opentofu.org";

/** What blocks of Terraform's JSON configuration hold: anything. */
type Block = Readonly<Record<string, unknown>>;

/** Parts of `terraform` that the synthesis writes; others would change where states are and who can read them. */
const settings = ["required_providers", "required_version", "backend"];

/**
 * Refuses a configuration that would run or download what nobody has looked at: providers that are not allowed, provisioners,
 * modules from elsewhere. It is asked before `init`, which downloads and starts what a configuration names.
 *
 * @param allow What is let through all the same.
 * @throws InfraError with everything that is refused
 */
export function refuseForeign(deployment: Deployment, synthesis: Synthesis, allow: Inventory["allow"]): void {
  const configuration = synthesis.configuration as Block;
  const known = new Set([...ownSources(deployment), ...allow.providers]);
  const problems = [
    ...usedProviders(configuration).flatMap((each) => (known.has(each.source) ? [] : [foreignProvider(each)])),
    ...(allow.provisioners ? [] : provisioners(configuration)),
    ...modules(configuration),
    ...engineSettings(configuration),
  ];
  if (problems.length === 0) return;
  const whole = { file: deployment.file, line: 1, column: 1 };
  throw new InfraError(
    problems.map(({ address, message, remedy }) => ({
      message,
      remedy,
      place: placeOfAddress(deployment, synthesis, address) ?? whole,
    })),
  );
}

type Refusal = Pick<Problem, "message" | "remedy"> & { readonly address: string };

/** The providers of the clouds, with those that stand in for what a cloud lacks, and those that the deployment names. */
function ownSources({ providers }: Deployment): string[] {
  const ofClouds = providerNames.flatMap((cloud) => bindingsOf(cloud).map(({ source }) => source));
  const named = [...(providers?.keys() ?? terraformProviderNames)].map((name) => terraformProviders[name].source);
  return [...ofClouds, ...named];
}

interface UsedProvider {
  readonly source: string;
  /** Address of what uses it. */
  readonly address: string;
}

function foreignProvider({ source, address }: UsedProvider): Refusal {
  const name = terraformProviderOf(source);
  if (name)
    return {
      address,
      message: `${address} needs the provider ${source}, which the deployment's inventory file does not name`,
      remedy: `Leave it out, or add \`providers: { ${name}: {} }\` to that file`,
    };
  return {
    address,
    message: `${address} needs the provider ${source}, which this product does not allow`,
    remedy: `Leave it out; or let somebody who may decide it add ${source} to allow.providers of inventory/product.yaml`,
  };
}

/** Declared providers, and those that a block of settings names, or a type implies by its first word. */
function usedProviders(configuration: Block): UsedProvider[] {
  const declared = blocksOf(
    blocksOf(configuration["terraform"]).flatMap((each) => blocksOf(each["required_providers"])),
  );
  const sources = new Map(
    declared.flatMap((each) =>
      Object.entries(each).map(([name, value]) => [name, qualified(textAt(value, "source") ?? name)] as const),
    ),
  );
  const named = [...sources].map(([name, source]) => ({ source, address: `provider.${name}` }));
  const configured = blocksOf(configuration["provider"]).flatMap((each) => Object.keys(each));
  const implied = [
    ...configured.map((name) => ({ name, address: `provider.${name}` })),
    ...entriesOf(configuration).map(({ address, type, body }) => {
      const name = (textAt(body, "provider") ?? type.split("_")[0] ?? type).split(".")[0] ?? type;
      return { name, address };
    }),
  ].filter(({ name }) => !sources.has(name) && name !== "terraform");
  return [...named, ...implied.map(({ name, address }) => ({ source: qualified(name), address }))];
}

/** The full address of a provider: the engine completes short ones in the same way. */
function qualified(source: string): string {
  const parts = source.split("/");
  if (parts.length === 1) return `${registry}/hashicorp/${source}`;
  return parts.length === 2 ? `${registry}/${source}` : source;
}

function provisioners(configuration: Block): Refusal[] {
  const removed = blocksOf(configuration["removed"]).map((body) => ({ address: "removed", body }));
  return [...entriesOf(configuration), ...removed].flatMap(({ address, body }) =>
    blocksOf(body["provisioner"])
      .flatMap((each) => Object.keys(each))
      .map((kind) => ({
        address,
        message: `${address} has a provisioner (${kind}), which would run a program where the engine runs`,
        remedy:
          "Leave it out: what servers run comes from cloud-init, images or Ansible. Or write allow: { provisioners: true } in inventory/product.yaml",
      })),
  );
}

function modules(configuration: Block): Refusal[] {
  return blocksOf(configuration["module"]).flatMap((each) =>
    Object.entries(each).map(([name, body]) => ({
      address: `module.${name}`,
      message: `module.${name} is a module of Terraform, from ${textAt(body, "source") ?? "nowhere"}`,
      remedy: "Use a module package instead: its version is pinned, and what it makes can be looked at",
    })),
  );
}

function engineSettings(configuration: Block): Refusal[] {
  return blocksOf(configuration["terraform"]).flatMap((each) => {
    const backends = blocksOf(each["backend"]).flatMap((backend) => Object.keys(backend));
    const foreign = [
      ...Object.keys(each).filter((key) => !settings.includes(key)),
      ...backends.filter((kind) => kind !== "http").map((kind) => `backend.${kind}`),
    ];
    return foreign.map((key) => ({
      address: `terraform.${key}`,
      message: `the stack sets terraform.${key}, which only the engine may`,
      remedy: "Leave it out: where states are kept stands in the inventory",
    }));
  });
}

/** Every resource, data source and ephemeral resource, also those of checks. */
function entriesOf(configuration: Block): { address: string; type: string; body: Block }[] {
  const kinds = [["resource", ""] as const, ["data", "data."] as const, ["ephemeral", "ephemeral."] as const];
  const scopes = [configuration, ...blocksOf(configuration["check"]).flatMap((each) => blocksOf(Object.values(each)))];
  return scopes.flatMap((scope) =>
    kinds.flatMap(([kind, prefix]) =>
      blocksOf(scope[kind]).flatMap((types) =>
        Object.entries(types).flatMap(([type, names]) =>
          blocksOf(names).flatMap((byName) =>
            Object.entries(byName).flatMap(([name, bodies]) =>
              blocksOf(bodies).map((body) => ({ address: `${prefix}${type}.${name}`, type, body })),
            ),
          ),
        ),
      ),
    ),
  );
}

/** JSON lets a block stand alone or in a list. */
function blocksOf(value: unknown): Block[] {
  if (Array.isArray(value)) return value.flatMap(blocksOf);
  return typeof value === "object" && value !== null ? [value as Block] : [];
}

function textAt(value: unknown, key: string): string | undefined {
  const [found] = blocksOf(value).flatMap((each) => (typeof each[key] === "string" ? [each[key]] : []));
  return found ?? (key === "source" && typeof value === "string" ? value : undefined);
}
