import { type BindingFacts, type BindingGetter, type BindingMember } from "./binding-text.js";
import { type Attribute, type Block, type CtyType, type NestedBlock, type Nesting, type Schema } from "./schema.js";

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

/** The schema that the facts of a binding amount to. The version of the state is not in a binding: it is 0. */
export function deriveSchema(facts: BindingFacts): Schema {
  return { version: 0, block: new Derivation(facts).block() };
}

class Derivation {
  constructor(readonly facts: BindingFacts) {}

  block(): Block {
    const { name, base } = this.facts.main;
    const isProvider = base === "TerraformProvider";
    const block = this.#struct(name, name, `${name}Config`, !isProvider);
    const attributes = { ...block.attributes };
    if (isProvider) delete attributes["alias"];
    return { ...block, attributes };
  }

  #struct(struct: string, className: string, interfaceName: string, top = false): Block {
    const attributes: Record<string, Attribute> = {};
    const blocks: Record<string, NestedBlock> = {};
    const inputs = this.facts.inputs.get(struct) ?? [];
    const getters = new Map((this.facts.getters.get(className) ?? []).map((getter) => [getter.name, getter]));
    const properties = this.facts.properties.get(interfaceName);
    for (const member of inputs) {
      const property = properties?.get(member.property ?? "");
      const required = property?.required ?? false;
      if (member.struct !== undefined && property?.block) {
        blocks[member.name] = this.#nestedBlock(member, member.struct, required);
      } else {
        const computed = (top ? filledWhenUnset : filledWhenUnsetInBlock).test(member.name);
        const noted = member.struct !== undefined && (getters.get(member.name)?.computed ?? false);
        attributes[member.name] = this.#input(member, required, computed || noted);
      }
    }
    for (const getter of getters.values()) {
      if (!attributes[getter.name] && !blocks[getter.name]) attributes[getter.name] = this.#computed(getter);
    }
    return { attributes, block_types: blocks };
  }

  #nested(struct: string): Block {
    return this.#struct(struct, `${struct}OutputReference`, struct);
  }

  #nestedBlock(member: BindingMember, struct: string, required: boolean): NestedBlock {
    const nesting_mode = nestingOf(member);
    const isCollection = nesting_mode === "list" || nesting_mode === "set";
    return {
      nesting_mode,
      block: this.#nested(struct),
      ...(isCollection && required && { min_items: 1 }),
      ...(isCollection && !member.many && { max_items: 1 }),
    };
  }

  #input(member: BindingMember, required: boolean, computed: boolean): Attribute {
    const flags = required ? { required } : { optional: true, ...(computed && { computed }) };
    if (member.struct !== undefined) {
      const attributes = this.#nested(member.struct).attributes ?? {};
      return { ...flags, nested_type: { attributes, nesting_mode: nestingOf(member) } };
    }
    const type = storageType(member.storage ?? "string", member.kind === "set");
    return { ...flags, type, ...(writeOnly.test(member.name) && { write_only: true }) };
  }

  #computed({ name, getter, fromSet }: BindingGetter): Attribute {
    const primitive = /^(String|Number|Boolean|Any)?(List|Map)?$/.exec(getter);
    if (primitive) {
      const element = (primitive[1] ?? "String").toLowerCase();
      return { computed: true, type: storageType(element + (primitive[2] ?? ""), fromSet) };
    }
    const [, struct = getter, suffix] = /^(\w+?)(OutputReference|List|Map)$/.exec(getter) ?? [];
    const nesting_mode = suffix === "List" ? (fromSet ? "set" : "list") : suffix === "Map" ? "map" : "single";
    if (name === "id" || !this.facts.getters.has(`${struct}OutputReference`)) return { computed: true, type: "string" };
    return { computed: true, nested_type: { attributes: this.#nested(struct).attributes ?? {}, nesting_mode } };
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
