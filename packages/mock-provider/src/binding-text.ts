/** What the text of a binding says about one name of a structure. */
export interface BindingMember {
  /** The name in Terraform, such as `cidr_block`. */
  readonly name: string;
  /** `simple`, `list`, `set`, `map` or `struct`; undefined when the member is no input. */
  readonly kind?: string | undefined;
  /** The type of the storage class, such as `string`, `stringList` or `VpcTimeouts`. */
  readonly storage?: string | undefined;
  /** The name of the property in TypeScript, such as `cidrBlock`. */
  readonly property?: string | undefined;
  /** The structure that it holds, such as `InstanceEbsBlockDevice`. */
  readonly struct?: string | undefined;
  /** Whether it holds many structures, not one. */
  readonly many?: boolean | undefined;
}

/** What the getters of a class say about one attribute. */
export interface BindingGetter {
  readonly name: string;
  /** `String`, `Number`, `Boolean`, `List`, `StringMap`, …, or the name of a class. */
  readonly getter: string;
  /** Whether the value is a set that is presented as a list. */
  readonly fromSet: boolean;
  /** What the generator noted: computed, perhaps besides being optional. */
  readonly computed: boolean;
}

/** What an interface of `index.d.ts` says about one property. */
export interface BindingProperty {
  readonly required: boolean;
  /** Whether its comment calls it a block. */
  readonly block: boolean;
}

/** The facts that a schema needs, as they stand in the text of one binding. */
export interface BindingFacts {
  /** Class, base class and type of the resource, data source or provider. */
  readonly main: {
    readonly name: string;
    readonly base: string;
    readonly terraformType: string;
    /** The interface of its configuration: the name of the class and `Config`, unless a block has that name. */
    readonly config: string;
  };
  /** The inputs per structure; the main class under its own name. */
  readonly inputs: ReadonlyMap<string, readonly BindingMember[]>;
  /** The getters per class. */
  readonly getters: ReadonlyMap<string, readonly BindingGetter[]>;
  /** The properties per interface. */
  readonly properties: ReadonlyMap<string, ReadonlyMap<string, BindingProperty>>;
}

/** Reads the facts out of the generated JavaScript and its declarations; undefined when they are no binding. */
export function readBinding(javascript: string, declarations: string): BindingFacts | undefined {
  const type = /^(?:\w+\.| +static )tfResourceType = "(\w+)";/m.exec(javascript)?.[1];
  const [, name, base] =
    /^class (\w+) extends cdktf\.(Terraform(?:Resource|DataSource|Provider)) \{/m.exec(javascript) ?? [];
  if (type === undefined || name === undefined || base === undefined) return undefined;
  const { inputs, getters } = readJavascript(javascript, name);
  const config = /^export interface (\w+) extends cdktf\.TerraformMetaArguments/m.exec(declarations)?.[1];
  const main = { name, base, terraformType: type, config: config ?? `${name}Config` };
  return { main, inputs, getters, properties: readDeclarations(declarations) };
}

/** `instanceEbsBlockDevice` → `InstanceEbsBlockDevice`. */
const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function readJavascript(text: string, main: string): Pick<BindingFacts, "inputs" | "getters"> {
  const inputs = new Map<string, BindingMember[]>();
  const getters = new Map<string, BindingGetter[]>();
  let members: BindingMember[] | undefined;
  let classGetters: BindingGetter[] | undefined;
  let computed = false;
  let member: Record<string, string | boolean | undefined> | undefined;
  const open = (struct: string) => inputs.set(struct, (members = []));
  for (const line of text.split("\n")) {
    const struct = /^function (\w+)ToHclTerraform\(/.exec(line)?.[1];
    const className = /^class (\w+) extends cdktf\./.exec(line)?.[1];
    if (struct !== undefined) open(upperFirst(struct));
    else if (className !== undefined) getters.set(className, (classGetters = []));
    else if (/^ {4}synthesizeHclAttributes\(\)/.test(line)) open(main);
    else if (line.startsWith("}")) members = classGetters = undefined;
    else if (members) {
      const started = /^ +(\w+): \{$/.exec(line)?.[1];
      if (started !== undefined) members.push((member = { name: started }) as unknown as BindingMember);
      else if (member) readMember(line, member);
    }
    if (!classGetters) continue;
    const note = /^ +\/\/ \w+ - computed: (true|false)/.exec(line)?.[1];
    if (note !== undefined) computed = note === "true";
    const getter = readGetter(line, computed);
    if (getter) classGetters.push(getter);
    if (getter || /^ {4}\}/.test(line)) computed = false;
  }
  return { inputs, getters };
}

function readMember(line: string, member: Record<string, string | boolean | undefined>): void {
  const [, key, value] = /^ +(value|type|storageClassType): (.*),$/.exec(line) ?? [];
  if (value === undefined) return;
  if (key === "type") member["kind"] = value.slice(1, -1);
  if (key === "storageClassType") member["storage"] = value.slice(1, -1);
  if (key !== "value") return;
  member["property"] = /(?:struct\.|this\._)(\w+)/.exec(value)?.[1];
  const mapper = /(?:^|[(.\s])(\w+)ToHclTerraform/.exec(value.replaceAll(/cdktf\.\w+ToHclTerraform/g, ""))?.[1];
  if (mapper === undefined) return;
  member["struct"] = upperFirst(mapper);
  member["many"] = value.includes("listMapperHcl(");
}

function readGetter(line: string, computed: boolean): BindingGetter | undefined {
  const simple =
    /return (?:cdktf\.Token\.\w+\()?(cdktf\.Fn\.tolist\()?this\.(?:get(\w+)Attribute|interpolationForAttribute)\('(\w+)'\)/.exec(
      line,
    );
  if (simple) {
    const [, wrapper, getter = "String", name = ""] = simple;
    return { name, getter, fromSet: wrapper !== undefined, computed };
  }
  const complex = /^ +(?:this\.)?_\w+ = new (?:\w+\.)?(\w+)\(this, "(\w+)"(?:, (true|false))?\);/.exec(line);
  if (!complex) return undefined;
  const [, getter = "", name = "", wrapsSet] = complex;
  return { name, getter, fromSet: wrapsSet === "true", computed };
}

function readDeclarations(text: string): BindingFacts["properties"] {
  const interfaces = new Map<string, Map<string, BindingProperty>>();
  let properties: Map<string, BindingProperty> | undefined;
  let block = false;
  for (const line of text.split("\n")) {
    const name = /^export interface (\w+)/.exec(line)?.[1];
    if (name !== undefined) interfaces.set(name, (properties = new Map()));
    else if (line.startsWith("}")) properties = undefined;
    else if (/^ +\* \w+ block$/.test(line)) block = true;
    const [, property, optional] = /^ {4}readonly (\w+)(\?)?:/.exec(line) ?? [];
    if (property === undefined) continue;
    properties?.set(property, { required: optional === undefined, block });
    block = false;
  }
  return interfaces;
}
