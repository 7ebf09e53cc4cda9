import { randomBytes } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { type VaultServer, startVault } from "@infra/services";
import { secretVariable } from "../secrets/src/tiers/environment.js";
import type { Product } from "./product.js";
import { ageKey, encrypt, type SopsTools, sopsTools, writeRules } from "./sops-product.js";
import { type ConnectServer, startConnect } from "./stand-ins/connect.js";

/** Puts values at the path `acme/app` of a store. @returns the environment of a run that is to find them there */
export type Put = (product: Product, values: Readonly<Record<string, string>>) => Promise<Record<string, string>>;

/** Every store of secrets that a product can have: what is real is real, 1Password is stood in for. */
export class SecretStores {
  private constructor(
    readonly vault: VaultServer,
    private readonly connect: ConnectServer,
    private readonly tools: SopsTools,
    /** What services keep is no file of a product. */
    private readonly folder: string,
  ) {}

  /** Starts them. */
  static async start(): Promise<SecretStores> {
    const [vault, connect, tools] = await Promise.all([startVault(), startConnect(["acme"]), sopsTools()]);
    return new SecretStores(vault, connect, tools, mkdtempSync(join(tmpdir(), "infra-stores-")));
  }

  /** PATH of runs, with sops. */
  get path(): string {
    return [dirname(this.tools.sops), process.env["PATH"]].join(delimiter);
  }

  /** The stores, by their name in what users see. */
  get all(): Readonly<Record<string, Put>> {
    return {
      vault: this.inVault,
      "1password (op command)": this.inOnePassword,
      "1password (http": this.inConnect,
      sops: this.inSops,
      environment: this.inEnvironment,
    };
  }

  readonly inVault: Put = async (_product, data) => {
    await this.vault.root("POST", "secret/data/acme/app", { data });
    return { VAULT_ADDR: this.vault.address, VAULT_TOKEN: this.vault.rootToken };
  };

  readonly inOnePassword: Put = (product, values) => {
    const bin = join(product.root, "bin");
    mkdirSync(bin, { recursive: true });
    copyFileSync(join(__dirname, "stand-ins/op.mjs"), join(bin, "op"));
    chmodSync(join(bin, "op"), 0o755);
    const file = join(this.folder, `${randomBytes(4).toString("hex")}.json`);
    const list = Object.entries(values).map(([label, value]) => ({ id: label, label, value }));
    writeFileSync(file, JSON.stringify({ acme: [{ id: "1", title: "app", fields: list }] }));
    return Promise.resolve({
      PATH: [bin, this.path].join(delimiter),
      OP_STAND_IN: file,
      OP_SERVICE_ACCOUNT_TOKEN: "good",
    });
  };

  readonly inConnect: Put = (_product, values) => {
    this.connect.put("acme", "app", values);
    return Promise.resolve({ OP_CONNECT_HOST: this.connect.url, OP_CONNECT_TOKEN: this.connect.token });
  };

  readonly inSops: Put = (product, values) => {
    const { identity, recipient } = ageKey(this.tools);
    writeRules(product.root, recipient);
    encrypt(this.tools, product.root, "acme/app", values);
    return Promise.resolve({ SOPS_AGE_KEY: identity });
  };

  readonly inEnvironment: Put = (_product, values) =>
    Promise.resolve(
      Object.fromEntries(Object.entries(values).map(([name, value]) => [secretVariable("acme/app", name), value])),
    );

  /** Ends them. */
  async stop(): Promise<void> {
    await Promise.all([this.vault.stop(), this.connect.stop()]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
