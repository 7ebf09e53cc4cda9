import { randomUUID } from "node:crypto";
import { z } from "zod";
import { notFound, wrong } from "../failure.js";
import type { Fields, SecretTier } from "./tier.js";

/** An item as `op item get --format json` and Connect both write it; what is not looked at is kept. */
export const itemSchema = z.looseObject({
  id: z.string(),
  title: z.string(),
  fields: z
    .array(
      z.looseObject({
        id: z.string(),
        label: z.string().optional(),
        value: z.string().optional(),
        section: z.looseObject({ id: z.string().optional(), label: z.string().optional() }).optional(),
      }),
    )
    .default([]),
});

/** A list of items, without their fields. */
export const itemListSchema = z.array(z.object({ id: z.string(), title: z.string() }));

/** An item of 1Password. */
export type Item = z.output<typeof itemSchema>;

/** A way to reach 1Password: the `op` command, or a Connect server. */
export interface OnePasswordClient {
  readonly where: string;
  /** Is somebody signed in? @returns who, in a clause */
  check(): Promise<string>;
  /** Ids and titles of the items of a vault. */
  list(vault: string): Promise<z.output<typeof itemListSchema>>;
  get(vault: string, id: string): Promise<Item>;
  /** Makes an item; the id is given by 1Password. */
  create(vault: string, item: object): Promise<void>;
  /** Replaces an item. */
  replace(vault: string, item: Item): Promise<void>;
  close?(): Promise<void>;
}

/** 1Password: `secret://infra/database#password` is the field `password` of the item `database` in the vault `infra`. */
export class OnePasswordTier implements SecretTier {
  readonly name = "1password";
  readonly where: string;
  private readonly lists = new Map<string, ReturnType<OnePasswordClient["list"]>>();

  constructor(
    private readonly client: OnePasswordClient,
    /** The vault whose items are titled with the path. @default - the path's first word is the vault, the rest the title */
    private readonly vault?: string,
  ) {
    this.where = client.where;
  }

  check(): Promise<string> {
    return this.client.check();
  }

  async read(path: string): Promise<Fields> {
    const { vault, title } = this.locate(path);
    const id = await this.find(vault, title);
    if (id === undefined)
      throw notFound(`the vault ${vault} has no item titled ${title}`, `Create it, or: infra secrets set ${path}#…`);
    return fieldsOf(await this.client.get(vault, id));
  }

  async write(path: string, fields: Fields): Promise<void> {
    const { vault, title } = this.locate(path);
    const id = await this.find(vault, title);
    this.lists.delete(vault);
    if (id === undefined)
      return await this.client.create(vault, {
        title,
        category: "SECURE_NOTE",
        fields: Object.entries(fields).map(newField),
      });
    const item = await this.client.get(vault, id);
    const known = new Map(item.fields.map((field) => [field.label ?? field.id, field]));
    for (const [label, value] of Object.entries(fields)) {
      const field = known.get(label);
      if (field) field.value = value;
      else item.fields.push(newField([label, value]));
    }
    await this.client.replace(vault, item);
  }

  async close(): Promise<readonly string[]> {
    await this.client.close?.();
    return [];
  }

  private locate(path: string): { vault: string; title: string } {
    if (this.vault !== undefined) return { vault: this.vault, title: path };
    const [first = "", ...rest] = path.split("/");
    if (rest.length === 0)
      throw wrong(
        `the path ${path} names no vault of 1Password`,
        "Write secret://<vault>/<item>#<field>, or name the vault in product.yaml: secrets.onePassword.vault",
      );
    return { vault: first, title: rest.join("/") };
  }

  private async find(vault: string, title: string): Promise<string | undefined> {
    const list = this.lists.get(vault) ?? this.client.list(vault);
    this.lists.set(vault, list);
    const found = (await list).filter((item) => item.title === title);
    if (found.length > 1)
      throw wrong(`the vault ${vault} has ${String(found.length)} items titled ${title}`, "Rename all but one");
    return found[0]?.id;
  }
}

/** By label, and by section and label where a label is used twice. */
function fieldsOf({ fields }: Item): Fields {
  const found = new Map<string, string>();
  for (const { id, label = id, value, section } of fields) {
    if (!value) continue;
    if (!found.has(label)) found.set(label, value);
    if (section?.label) found.set(`${section.label}.${label}`, value);
  }
  return Object.fromEntries(found);
}

function newField([label, value]: [string, string]) {
  return { id: randomUUID().replaceAll("-", ""), type: "CONCEALED", label, value };
}
