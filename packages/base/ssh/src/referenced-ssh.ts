import { Fn, type ISsh, Token } from "@infra/core";

/** SSH of another deployment, which puts it out as `{ user, keys: { <name>: { id, publicKey } } }`. */
export class ReferencedSsh implements ISsh {
  readonly user: string;

  /** @param output Expression of the other deployment's output. */
  constructor(private readonly output: string) {
    this.user = Token.asString(Fn.lookupNested(output, ["user"]));
  }

  keyIds(names?: readonly string[]): string[] {
    return this.attributes("id", names);
  }

  publicKeys(names?: readonly string[]): string[] {
    return this.attributes("publicKey", names);
  }

  private attributes(attribute: string, names: readonly string[] | undefined): string[] {
    if (names) return names.map((name) => Token.asString(Fn.lookupNested(this.output, ["keys", name, attribute])));
    return Token.asList(Fn.lookupNested(Fn.values(Fn.lookupNested(this.output, ["keys"])), ["*", attribute]));
  }
}
