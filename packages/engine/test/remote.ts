import { randomUUID } from "node:crypto";
import { type Consul, type Garage, type Proxy, startConsul, startGarage, startProxy } from "@infra/services";
import { passphrase, Product } from "./product.js";

/** The deployment of {@link Remote.product}. */
export const id = "production/up";

/** Garage and Consul on loopback, each behind a proxy, and products that keep their states there. */
export class Remote {
  private readonly products: Product[] = [];

  private constructor(
    readonly tofu: string,
    readonly garage: Garage,
    readonly consul: Consul,
    readonly storeProxy: Proxy,
    readonly lockProxy: Proxy,
  ) {}

  /** Starts everything. */
  static async start(tofu: string, options: { servers?: 1 | 3 } = {}): Promise<Remote> {
    const [garage, consul] = await Promise.all([startGarage(), startConsul(options)]);
    const [store, lock] = await Promise.all([
      startProxy(garage.endpoint),
      startProxy(consul.servers[0]?.address ?? ""),
    ]);
    return new Remote(tofu, garage, consul, store, lock);
  }

  /**
   * A checkout of a product with states of its own, or of another one's product.
   *
   * @param direct Consul is reached without the proxy, at all its servers.
   */
  product(of?: Product, { direct = false } = {}): Product {
    const prefix = of?.env["TF_STATE_PREFIX"] ?? `acme-${randomUUID().slice(0, 8)}`;
    const product = new Product(this.tofu, {
      ...this.garage.env,
      TF_STATE_ENDPOINT: this.storeProxy.url,
      TF_STATE_CONSUL: direct ? this.consul.addresses : this.lockProxy.url,
      TF_STATE_PREFIX: prefix,
      TF_STATE_PATIENCE: "4",
      INFRA_STATE_PASSPHRASE: passphrase,
    });
    product.write(
      "inventory/product.yaml",
      `product: acme\nprovider: hetzner\nregion: fsn1\nallow: { provisioners: true }\nstate: ${kept}\n`,
    );
    this.products.push(product);
    return product;
  }

  /** Ends disturbances and removes the products. */
  async reset(): Promise<void> {
    await Promise.all([this.storeProxy.mend(), this.lockProxy.mend()]);
    for (const product of this.products.splice(0)) product.remove();
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    await this.reset();
    await Promise.all([this.storeProxy.stop(), this.lockProxy.stop(), this.garage.stop(), this.consul.stop()]);
  }
}

/** The shortest TTL that Consul takes. */
const kept = "{ kind: s3, consul: { ttl: 22 } }";

/** The inventory of {@link id}: an item, and a script that runs when it is created. */
export function inventory(item: string, script?: string): string {
  const more = script === undefined ? "" : `  script: ${JSON.stringify(script)}\n`;
  return `stack: ./stacks/values\nconfig:\n  items: { one: ${JSON.stringify(item)} }\n${more}`;
}

/** A script that says that it has begun, and ends when it is told to. */
export const waiting = "touch started; while [ ! -e go ]; do sleep 0.05; done";

/** Whether the long form of the fault tests is wanted. */
export const long = process.env["INFRA_TEST_LONG"] === "1";
