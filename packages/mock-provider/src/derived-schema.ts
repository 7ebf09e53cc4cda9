import { type BindingFacts, type BindingGetter, type BindingMember } from "./binding-text.js";
import { type Attribute, type Block, type CtyType, type NestedBlock, type Nesting, type Schema } from "./schema.js";
import { nothingUnrecorded, type Unrecorded } from "./unrecorded.js";

/**
 * Optional attributes of the top level that a provider fills when they are unset. A binding does not tell them from
 * plainly optional ones, so their names decide; every other unset optional attribute is null.
 */
const filledWhenUnset =
  /^(id|arn|name|address|identifier|region|availability_zone|private_ip|private_dns|public_ip|public_dns|ipv6_address|dns_name|fqdn|self_link|etag|fingerprint|tags_all|labels_all)$/;

/** The same for optional attributes of nested blocks: the addresses of a server of gcp. */
const filledWhenUnsetInBlock = /^(nat_ip|network_ip)$/;

/** Attributes that a provider receives and never keeps in the state. */
const writeOnly = /_wo$/;

/**
 * The schema that the facts of a binding amount to. The version of the state is not in a binding: it is 0.
 * @param unrecorded what is known of the type besides. @default - nothing: names decide what is computed
 */
export function deriveSchema(facts: BindingFacts, unrecorded: Unrecorded = nothingUnrecorded): Schema {
  return { version: 0, block: new Derivation(facts, unrecorded).block() };
}

/** Where a structure is in the text of a binding, and in the schema. */
interface Place {
  readonly struct: string;
  readonly className: string;
  readonly interfaceName: string;
  /** The path that the names of its members continue, such as `ebs_block_device.`; empty at the top level. */
  readonly path: string;
  /** Matches the optional attributes that the provider fills. */
  readonly filled: RegExp;
}

class Derivation {
  constructor(
    readonly facts: BindingFacts,
    readonly unrecorded: Unrecorded,
  ) {}

  block(): Block {
    const { name, base, config } = this.facts.main;
    const isProvider = base === "TerraformProvider";
    const filled = isProvider ? filledWhenUnsetInBlock : filledWhenUnset;
    const block = this.#struct({ struct: name, className: name, interfaceName: config, path: "", filled });
    const attributes = { ...block.attributes };
    if (isProvider) delete attributes["alias"];
    return { ...block, attributes };
  }

  #struct({ struct, className, interfaceName, path, filled }: Place): Block {
    const attributes: Record<string, Attribute> = {};
    const blocks: Record<string, NestedBlock> = {};
    const inputs = this.facts.inputs.get(struct) ?? [];
    const getters = new Map((this.facts.getters.get(className) ?? []).map((getter) => [getter.name, getter]));
    const properties = this.facts.properties.get(interfaceName);
    for (const member of inputs) {
      const property = properties?.get(member.property ?? "");
      const required = property?.required ?? false;
      const at = path + member.name;
      if (member.struct !== undefined && property?.block) {
        blocks[member.name] = this.#nestedBlock(member, member.struct, required, at);
      } else {
        const noted = member.struct !== undefined && (getters.get(member.name)?.computed ?? false);
        const computed = noted || filled.test(member.name);
        attributes[member.name] = this.#input(member, required, this.unrecorded.computed.get(at) ?? computed, at);
      }
    }
    for (const getter of getters.values()) {
      if (!attributes[getter.name] && !blocks[getter.name])
        attributes[getter.name] = this.#computed(getter, path + getter.name);
    }
    return { attributes, block_types: blocks };
  }

  #nested(struct: string, at: string): Block {
    const className = `${struct}OutputReference`;
    return this.#struct({
      struct,
      className,
      interfaceName: struct,
      path: `${at}.`,
      filled: filledWhenUnsetInBlock,
    });
  }

  #nestedBlock(member: BindingMember, struct: string, required: boolean, at: string): NestedBlock {
    const nesting_mode = nestingOf(member);
    const isCollection = nesting_mode === "list" || nesting_mode === "set";
    const min_items = this.unrecorded.least.get(at) ?? (isCollection && required ? 1 : undefined);
    const max_items = this.unrecorded.most.get(at) ?? (isCollection && !member.many ? 1 : undefined);
    return {
      nesting_mode,
      block: this.#nested(struct, at),
      ...(min_items !== undefined && { min_items }),
      ...(max_items !== undefined && { max_items }),
    };
  }

  #input(member: BindingMember, required: boolean, computed: boolean, at: string): Attribute {
    const flags = {
      ...(required ? { required } : { optional: true, ...(computed && { computed }) }),
      ...this.#secret(at),
    };
    if (member.struct !== undefined) {
      const attributes = this.#nested(member.struct, at).attributes ?? {};
      return { ...flags, nested_type: { attributes, nesting_mode: nestingOf(member) } };
    }
    const type = storageType(member.storage ?? "string", member.kind === "set");
    return { ...flags, type, ...(writeOnly.test(member.name) && { write_only: true }) };
  }

  #computed({ name, getter, fromSet }: BindingGetter, at: string): Attribute {
    const flags = { computed: true, ...this.#secret(at) };
    const primitive = /^(String|Number|Boolean|Any)?(List|Map)?$/.exec(getter);
    if (primitive) {
      const element = (primitive[1] ?? "String").toLowerCase();
      return { ...flags, type: storageType(element + (primitive[2] ?? ""), fromSet) };
    }
    const [, struct = getter, suffix] = /^(\w+?)(OutputReference|List|Map)$/.exec(getter) ?? [];
    const nesting_mode = suffix === "List" ? (fromSet ? "set" : "list") : suffix === "Map" ? "map" : "single";
    if (name === "id" || !this.facts.getters.has(`${struct}OutputReference`)) return { ...flags, type: "string" };
    return { ...flags, nested_type: { attributes: this.#nested(struct, at).attributes ?? {}, nesting_mode } };
  }

  #secret(at: string): Pick<Attribute, "sensitive"> {
    return this.unrecorded.sensitive.has(at) ? { sensitive: true } : {};
  }
}

function nestingOf(member: BindingMember): Nesting {
  return member.kind === "list" || member.kind === "set" || member.kind === "map" ? member.kind : "single";
}

/** `stringMapList` → a list of maps of strings; `isSet` makes the outermost list a set. */
function storageType(storage: string, isSet: boolean): CtyType {
  if (storage.endsWith("List")) return [isSet ? "set" : "list", storageType(storage.slice(0, -4), false)];
  if (storage.endsWith("Map")) return ["map", storageType(storage.slice(0, -3), false)];
  if (storage === "boolean") return "bool";
  return storage === "number" ? "number" : storage === "any" ? "dynamic" : "string";
}
