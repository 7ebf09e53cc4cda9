import { infraError, InfraError } from "@infra/inventory";
import { z } from "zod";
import { type FailureKind, SecretFailure, type VaultTier } from "@infra/secrets";

/** Says that Vault has retired the version of a key that something is encrypted with. */
export class RetiredVersion extends InfraError {}

/** Says that Vault could not be asked for a key, or refused it. */
export class KeyRefused extends InfraError {
  constructor(
    readonly kind: FailureKind,
    message: string,
    remedy: string,
  ) {
    super([{ message, remedy }]);
  }
}

/** What Vault says of a key. */
export interface TransitKeyInfo {
  /** Its newest version. */
  readonly latest: number;
  /** The oldest version that still decrypts. */
  readonly oldest: number;
}

const dataKeySchema = z.object({ data: z.object({ plaintext: z.base64(), ciphertext: z.string() }) });
const hmacSchema = z.object({ data: z.object({ hmac: z.string() }) });
const plainSchema = z.object({ data: z.object({ plaintext: z.base64() }) });
const infoSchema = z.object({ data: z.object({ latest_version: z.int(), min_decryption_version: z.int() }) });

/** One key of Vault's Transit engine. It never leaves Vault: it makes data keys, and opens them again. */
export class Transit {
  /** `transit/acme.production.compute`. */
  readonly name: string;

  constructor(
    private readonly vault: VaultTier,
    /** Mount of the engine: `transit`. */
    readonly mount: string,
    readonly key: string,
  ) {
    this.name = `${mount}/${key}`;
  }

  /** What another program needs to ask for the same key. @throws InfraError */
  access(): ReturnType<VaultTier["access"]> {
    return this.explained(() => this.vault.access());
  }

  /** Makes a data key; the key itself is made when it is not there. @throws InfraError when Vault can't be asked, or refuses */
  async dataKey(): Promise<{ plain: Buffer; wrapped: string }> {
    return await this.explained(async () => {
      const path = this.path("datakey/plaintext");
      let { status, json } = await this.vault.ask("POST", path, { bits: 256 }, [400, 404]);
      if (status !== 200 && isMissing(status, json)) {
        await this.create();
        ({ status, json } = await this.vault.ask("POST", path, { bits: 256 }));
      }
      if (status === 404) throw this.notMounted();
      const parsed = dataKeySchema.safeParse(json);
      if (!parsed.success) throw this.vault.api.failureOf(status, json, path);
      const { plaintext, ciphertext } = parsed.data.data;
      return { plain: Buffer.from(plaintext, "base64"), wrapped: ciphertext };
    });
  }

  /** Opens a data key. @returns undefined when another key made it @throws InfraError when Vault can't be asked, or refuses */
  async unwrap(wrapped: string): Promise<Buffer | undefined> {
    return await this.explained(async () => {
      const path = this.path("decrypt");
      const { status, json } = await this.vault.ask("POST", path, { ciphertext: wrapped }, [400]);
      const parsed = plainSchema.safeParse(json);
      if (status === 200 && parsed.success) return Buffer.from(parsed.data.data.plaintext, "base64");
      if (/too old/.test(textOf(json))) throw this.tooOld(wrapped);
      if (status === 400) return undefined;
      throw this.vault.api.failureOf(status, json, path);
    });
  }

  /** What a text is with the key: always the same, and made by nobody without it. @throws InfraError */
  async hmac(text: string): Promise<string> {
    return await this.explained(async () => {
      const input = Buffer.from(text).toString("base64");
      const path = this.path("hmac");
      const { status, json } = await this.vault.ask("POST", path, { input });
      const parsed = hmacSchema.safeParse(json);
      if (!parsed.success) throw this.vault.api.failureOf(status, json, path);
      return parsed.data.data.hmac;
    });
  }

  /** Its versions. @returns undefined when it does not exist */
  async info(): Promise<TransitKeyInfo | undefined> {
    return await this.explained(async () => {
      const path = this.path("keys");
      const { status, json } = await this.vault.ask("GET", path, undefined, [404]);
      if (status === 404) return undefined;
      const parsed = infoSchema.safeParse(json);
      if (!parsed.success) throw this.vault.api.failureOf(status, json, path);
      const { latest_version: latest, min_decryption_version: oldest } = parsed.data.data;
      return { latest, oldest };
    });
  }

  /** Makes a new version of it, which encrypts from now on. @throws InfraError when the token may not */
  async rotate(): Promise<void> {
    await this.explained(() => this.vault.ask("POST", `${this.path("keys")}/rotate`));
  }

  /** Lets no version before this one decrypt any more. @throws InfraError when the token may not */
  async retireBefore(version: number): Promise<void> {
    const body = { min_decryption_version: version };
    await this.explained(() => this.vault.ask("POST", `${this.path("keys")}/config`, body));
  }

  private path(action: string): string {
    return `${this.mount}/${action}/${this.key}`;
  }

  private async create(): Promise<void> {
    const path = this.path("keys");
    try {
      await this.vault.ask("POST", path, { type: "aes256-gcm96" });
    } catch (error) {
      if (!(error instanceof SecretFailure) || error.kind !== "denied") throw error;
      throw infraError(
        `the key ${this.name} does not exist in Vault (${this.vault.where}), and the token may not make it: ${error.reason}`,
        `Grant the token "create" and "update" on ${path}, or let somebody who may make it: vault write -f ${path}`,
      );
    }
  }

  private notMounted(): InfraError {
    return infraError(
      `Vault (${this.vault.where}) has no Transit engine at ${this.mount}/`,
      `Mount it: vault secrets enable -path=${this.mount} transit; or name its mount: state: { encryption: { kind: transit, mount: … } }`,
    );
  }

  private tooOld(wrapped: string): InfraError {
    const version = wrapped.split(":")[1] ?? "";
    const message = `${version} of the key ${this.name} encrypted this, and Vault (${this.vault.where}) has retired it`;
    const remedy = `Let it decrypt again, then run infra state rekey: vault write ${this.path("keys")}/config min_decryption_version=1`;
    return new RetiredVersion([{ message, remedy }]);
  }

  /** No run goes on with another key, or without one. */
  private async explained<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof SecretFailure)) throw error;
      throw new KeyRefused(
        error.kind,
        `the key ${this.name} can't be used: Vault (${this.vault.where}): ${error.reason}`,
        `${error.remedy}. Nothing was changed: a state is never written with another key`,
      );
    }
  }
}

/** Whether the key is not there; of a mount that is not there Vault says 404. */
function isMissing(status: number, json: unknown): boolean {
  return status === 400 && /key not found/.test(textOf(json));
}

function textOf(json: unknown): string {
  const parsed = z.object({ errors: z.array(z.string()) }).safeParse(json);
  return parsed.success ? parsed.data.errors.join("; ") : "";
}
