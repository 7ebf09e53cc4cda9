import { domainToASCII } from "node:url";
import { Address4 } from "ip-address";
import { z } from "zod";
import { Reference } from "./reference.js";
import { SecretReference, secretScheme } from "./secret.js";
import { isName } from "./name-rule.js";

/** What a custom rule finds: the problem, and what to do about it. */
export interface Finding {
  readonly message: string;
  readonly remedy: string;
  /** Steps from the checked value to the wrong one. @default - the checked value itself */
  readonly path?: (string | number)[];
}

/**
 * Adds a rule to a schema: what it finds is reported with value, rule, remedy and place. The rules of a value are asked only when all
 * values inside it are right.
 */
export function rule<S extends z.ZodType>(
  schema: S,
  find: (value: z.output<S>) => Finding | readonly Finding[] | undefined,
): S {
  return schema.superRefine((value, context) => {
    for (const { message, remedy, path } of [find(value) ?? []].flat())
      context.addIssue({ code: "custom", message, params: { remedy }, continue: false, ...(path ? { path } : {}) });
  });
}

/** A name that becomes part of resource names and addresses: lower-case letters, digits and single dashes; 1 to 40 characters. */
export function name(): z.ZodString {
  return rule(z.string(), (value) => {
    // Constructs keep their children in a plain object, which has a constructor.
    if (value in Object.prototype)
      return {
        message: `${JSON.stringify(value)} is a word of the language that runs this`,
        remedy: "Choose another name",
      };
    return isName(value)
      ? undefined
      : {
          message: `${JSON.stringify(value)} is not a name`,
          remedy:
            "Use 1 to 40 lower-case letters, digits and single dashes; begin with a letter and do not end with a dash",
        };
  });
}

/** A map whose keys are names; each entry becomes a resource whose address holds the key. */
export function mapOf<V extends z.ZodType>(value: V): z.ZodRecord<z.ZodString, V> {
  return z.record(name(), value);
}

/** A list in which no entry stands twice: `distinct(z.array(cidr()).min(1))`. */
export function distinct<S extends z.ZodArray>(list: S): S {
  return rule(list, (entries) => {
    const texts = entries.map((entry) => JSON.stringify(entry));
    const known = new Set<string>();
    return texts.flatMap((text, index) => {
      if (!known.has(text)) return known.add(text) && [];
      return [{ message: `${text} is there twice`, remedy: "Remove one of the two", path: [index] }];
    });
  });
}

/** An IPv4 network in CIDR notation, written with its first address: `10.20.0.0/16`. */
export function cidr(): z.ZodString {
  return rule(z.string(), (value) => {
    const canonical = value.replaceAll(/(^|[./])0+(?=\d)/g, "$1");
    if (canonical !== value)
      return {
        message: `${JSON.stringify(value)} has numbers that begin with 0, which some programs read as octal`,
        remedy: `Write ${canonical}`,
      };
    const parts = /^(.+)\/(\d{1,2})$/.exec(value);
    if (!parts || !Address4.isValid(value)) {
      return {
        message: `${JSON.stringify(value)} is not an IPv4 network`,
        remedy: "Write it as <address>/<prefix length>, for example 10.20.0.0/16",
      };
    }
    const first = `${new Address4(value).startAddress().correctForm()}/${String(Number(parts[2]))}`;
    return first === value
      ? undefined
      : {
          message: `${JSON.stringify(value)} has bits set behind its prefix`,
          remedy: `Write the first address of the network: ${first}`,
        };
  });
}

/** A DNS domain name: `acme.example`. */
export function domainName(): z.ZodString {
  return rule(z.string(), (value) =>
    value.length <= 253 && /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/.test(value)
      ? undefined
      : {
          message: `${JSON.stringify(value)} is not a domain name`,
          remedy: asciiOf(value) ?? "Write it in lower case with dots, for example acme.example",
        },
  );
}

/** What to write for a domain of other letters than DNS has, or in upper case. @returns undefined where no domain is meant */
function asciiOf(domain: string): string | undefined {
  const ascii = domainToASCII(domain);
  return ascii === "" || ascii === domain || !ascii.includes(".") ? undefined : `Write ${ascii}`;
}

/** A reference to the output of another deployment, `{ output: compute.network }`. */
export const reference = z
  .custom<Reference>((value) => value instanceof Reference, {
    error: "expected a reference to an output",
    params: { wrongKind: true },
  })
  .meta({ description: "a reference to the output of another deployment: { output: <deployment>.<output> }" });

/** What a schema accepts, or a reference to an output that holds the same. */
export function orReference<S extends z.ZodType>(schema: S): z.ZodUnion<readonly [S, typeof reference]> {
  return z.union([schema, reference]);
}

/** A secret, `secret://<path>#<field>`. */
export const secret = z
  .custom<SecretReference>((value) => value instanceof SecretReference, { error: "expected a secret" })
  .meta({ description: "a secret of the product's secret stores: secret://<path>#<field>" });

/** What a schema accepts, or a secret that holds the same. The construct passes it on with `DeploymentStack.textOf`. */
export function orSecret<S extends z.ZodType>(schema: S): z.ZodUnion<readonly [S, typeof secret]> {
  return z.union([schema, secret]);
}

/** The JSON Schema of what a user may write, for editors. */
export function jsonSchema(schema: z.ZodType): object {
  return z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema: json }) => {
      if (zodSchema === reference)
        Object.assign(json, {
          type: "object",
          properties: { output: { type: "string" } },
          required: ["output"],
          additionalProperties: false,
        });
      if (zodSchema === secret) Object.assign(json, { type: "string", pattern: `^${secretScheme}[^#]+#[^#]+$` });
    },
  });
}
