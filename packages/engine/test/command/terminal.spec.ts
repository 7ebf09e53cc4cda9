import { type Terminal, withoutTerminal } from "@infra/services";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTofu, Product, until } from "../product.js";
import { InfraTerminal } from "../terminal.js";

const net = "stack: ./stacks/net\nconfig:\n  networks:\n    one: { cidr: 10.0.0.0/16 }\n";
const clear = "\u001b[0J";
const question = (id: string) => `apply ${id}? Only "yes" is accepted: `;

let product: Product;
let tofu: string;

/** What a terminal shows below the last place that was cleared, without colours. */
const left = ({ shown }: Terminal): string =>
  shown.slice(shown.lastIndexOf(clear) + clear.length).replaceAll(/\u001b\[\d*m/g, "");

beforeAll(async () => {
  tofu = await openTofu();
});

beforeEach(() => {
  product = new Product(tofu);
  product.write("inventory/production/a.yaml", net);
  product.write("inventory/production/b.yaml", net);
});

afterEach(() => {
  product.remove();
});

describe.skipIf(withoutTerminal)("on a terminal", () => {
  it("asks about one deployment after the other, and changes only what is agreed to", async () => {
    const terminal = new InfraTerminal(product, "apply --all --offline -p 2");
    await until("it asks", () => /apply production\/[ab]\? Only/.test(terminal.shown) || terminal.ended);
    const [, first = ""] = /apply (production\/[ab])\? Only/.exec(terminal.shown) ?? [];
    const second = first === "production/a" ? "production/b" : "production/a";
    expect(terminal.shown).toContain("+ hcloud_network.one_network");
    expect(terminal.shown).not.toContain(question(second));
    terminal.type("yes\n");
    await terminal.sees(question(second));
    terminal.type("y\n");
    expect(await terminal.code, terminal.shown).toBe(1);
    expect(product.cloud(first)).toHaveLength(1);
    expect(product.cloud(second)).toEqual([]);
    expect(terminal.shown).toContain(`${second} was not changed: nobody agreed`);
  });

  it("takes Ctrl-C and the end of the input at a question for a no, and ends", async () => {
    for (const key of ["\u0003", "\u0004"]) {
      const terminal = new InfraTerminal(product, "apply production/a --offline");
      await terminal.sees(question("production/a"));
      terminal.type(key);
      expect(await terminal.code, terminal.shown).toBe(1);
      expect(product.cloud("production/a")).toEqual([]);
    }
    const applied = await product.infra("apply", "production/a", "--offline", "--yes");
    expect(applied.code, applied.output).toBe(0);
  });

  it(
    "shows how far each deployment is, and nothing of that is left at the end or at Ctrl-C",
    { timeout: 240_000 },
    async () => {
      const slow = {
        INFRA_FAULTS: JSON.stringify([{ type: "hcloud_network_subnet", operation: "create", delayMs: 5_000 }]),
      };
      for (const name of ["a", "b"])
        product.write(`inventory/production/${name}.yaml`, net.replace(" }", ", subnets: 1 }"));
      const interrupted = new InfraTerminal(product, "apply --all --offline --yes -p 2", slow);
      await interrupted.sees("apply: 0 of 2 done");
      await until("one is half done", () => /production\/[ab] {2}\d+s {2}1 of 2 resources/.test(interrupted.shown));
      interrupted.type("\u0003");
      await interrupted.sees("interrupted: the engines save their states and end");
      await interrupted.code;
      expect(left(interrupted)).toMatch(/^environment +stack/);

      const complete = new InfraTerminal(product, "destroy --all --offline --yes -p 2");
      expect(await complete.code, complete.shown).toBe(0);
      expect(complete.shown).toContain("destroy: 0 of 2 done");
      expect(left(complete)).toMatch(/^production\/a\r\n +- hcloud/);
    },
  );

  it("shows colours, unless NO_COLOR is set", async () => {
    const coloured = new InfraTerminal(product, "plan --offline");
    await coloured.code;
    expect(coloured.shown).toContain("\u001b[32m");
    const plain = new InfraTerminal(product, "plan --offline", { NO_COLOR: "1" });
    await plain.code;
    expect(plain.shown).not.toMatch(/\u001b\[\d+m/);
  });
});

it.runIf(withoutTerminal)("SKIPPED on a terminal: the program script is not installed", () => {
  expect(withoutTerminal).toBe(true);
});
