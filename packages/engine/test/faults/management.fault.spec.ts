import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { freePort, startVault, type VaultServer } from "@infra/services";
import { openTofu, passphrase, type Product, type Ran } from "../product.js";
import { id, long, Remote } from "../remote.js";
import { SecretStores } from "../secret-stores.js";

const alone = "product: acme\nprovider: hetzner\nregion: fsn1\n";
const managed = `${alone}management: { domain: mgmt.acme.example }\n`;
const deployment = "stack: ./stacks/values\nconfig:\n  items: { one: hello }\n  kept: { key: secret://acme/app#key }\n";

let tofu: string;
let remote: Remote;
let stores: SecretStores;
let product: Product;
/** What a run in the management domain is told: where its servers are, in the place of their names. */
let domain: Record<string, string>;
/** What every run is told. */
let own: Record<string, string>;

beforeAll(async () => {
  tofu = await openTofu();
  [remote, stores] = await Promise.all([Remote.start(tofu), SecretStores.start()]);
});
afterAll(() => Promise.all([remote.stop(), stores.stop()]));

beforeEach(async () => {
  product = remote.product();
  const env = product.env;
  Object.assign(product, { env: { INFRA_STATE_PASSPHRASE: passphrase, PATH: stores.path } });
  product.write(`inventory/${id}.yaml`, deployment);
  own = await stores.inEnvironment(product, { key: "from-environment" });
  domain = { ...env, ...own, TF_STATE_PATIENCE: "2", ...(await stores.inVault(product, { key: "from-vault" })) };
});
afterEach(() => remote.reset());

const ok = (ran: Ran, code = 0): Ran => {
  expect(ran.code, ran.output).toBe(code);
  return ran;
};

describe("the same inventory", () => {
  it("works alone and in a management domain, which is one line of product.yaml", async () => {
    product.write("inventory/product.yaml", alone);
    const first = ok(await product.infraWith(own, "apply", id, "--yes"));
    expect(first.stdout).toContain("1 secret is from environment");
    expect(ok(await product.infraWith(own, "state", "list")).stdout).toContain(`state/${id}`);

    product.write("inventory/product.yaml", managed);
    ok(await product.infraWith(domain, "state", "migrate", id, "--to", "s3"));
    const second = ok(await product.infraWith(domain, "apply", id, "--yes"));
    expect(second.stdout).toMatch(/1 secret is from vault \(/);
    expect(ok(await product.infraWith(domain, "state", "list")).stdout).toContain(`s3://states/`);

    ok(await product.infraWith(domain, "state", "migrate", id, "--to", "folder"));
    product.write("inventory/product.yaml", alone);
    ok(await product.infraWith(own, "plan", id), 2);
  });
});

/** The store, which takes connections and stays silent. */
const silent = (): Promise<string> => {
  remote.garage.pause();
  return Promise.resolve(remote.garage.endpoint);
};

/** A server with a certificate of an authority that nobody knows. */
const untrusted = async (): Promise<string> => {
  stranger ??= await startVault({ tls: true });
  return stranger.address;
};

let stranger: VaultServer | undefined;

/** What is the matter with a Garage, where it is, what is said of it, and what helps. */
type Address = [string, () => Promise<string>, RegExp, RegExp];

afterAll(() => stranger?.stop());
afterEach(() => remote.garage.resume());

describe("a management domain that can't be reached", () => {
  beforeEach(async () => {
    product.write("inventory/product.yaml", managed);
    ok(await product.infraWith(domain, "apply", id, "--yes"));
    product.write(`inventory/${id}.yaml`, deployment.replace("hello", "changed"));
  });

  it("with its Consul: nothing is written, and a plan is possible", async () => {
    await remote.lockProxy.cut();
    const refused = ok(await product.infraWith(domain, "apply", id, "--yes"), 1);
    expect(refused.stdout).toMatch(/Consul at http:\S+ does not answer: connection refused/);
    expect(refused.stdout).toContain("Start it, or correct its address");
    expect(ok(await product.infraWith(domain, "plan", id), 2).stdout).toContain("looked at without a lock");
  });

  it("with its Vault: a plan takes the secrets from the next store, and says so", async () => {
    await stores.vault.kill();
    try {
      const planned = ok(await product.infraWith(domain, "plan", id), 2);
      expect(planned.stdout).toContain("is unavailable: connection refused; the next secret store was asked");
    } finally {
      await stores.vault.start();
    }
  });

  const hanging: Address = ["does not answer", () => silent(), /in time|timed out/, /Look at the network|infra doctor/];

  it.each<Address>([
    ["is not running", async () => `http://127.0.0.1:${String(await freePort())}`, /connection refused/, /Start it/],
    [
      "has a name that is not known",
      () => Promise.resolve("https://mgmt.acme.invalid"),
      /its name/,
      /Correct its address/,
    ],
    ["has a certificate of nobody", () => untrusted(), /its certificate is not accepted/, /NODE_EXTRA_CA_CERTS/],
    // It is waited for.
    ...(long ? [hanging] : []),
  ])(
    "with a Garage that %s: it is named with the remedy, for a plan and an apply",
    async (_, address, reason, remedy) => {
      const env = { ...domain, TF_STATE_ENDPOINT: await address() };
      for (const args of [["plan"], ["apply", "--yes"]]) {
        const ran = ok(await product.infraWith(env, args[0] ?? "", id, ...args.slice(1)), 1);
        expect(ran.stdout).toContain(`s3://states at ${env.TF_STATE_ENDPOINT} does not answer: `);
        expect(ran.stdout).toMatch(reason);
        expect(ran.stdout).toMatch(remedy);
      }
    },
  );
});
