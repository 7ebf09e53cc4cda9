import { z } from "zod";

/** Text that says something. */
export const text = z.string().min(1);

/** A host name, without a dot at the end. */
export const hostName = z.string().regex(/^(?:[a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]*$/);

/** An entry for each key of a map of the input, and no other. */
export function perKey<T extends z.ZodType>(map: object, form: T): z.ZodObject<Record<string, T>> {
  return perEntry(map, () => form);
}

/** An entry for each key of a map of the input, whose form its value decides. */
export function perEntry<V, T extends z.ZodType>(
  map: Readonly<Record<string, V>> | object,
  formOf: (value: V, key: string) => T,
): z.ZodObject<Record<string, T>> {
  return z.strictObject(
    Object.fromEntries(Object.entries(map).map(([key, value]) => [key, formOf(value as V, key)] as const)),
  );
}
