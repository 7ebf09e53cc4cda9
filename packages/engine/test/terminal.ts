import { Terminal } from "@infra/services";
import { command, type Product } from "./product.js";

/** The command on a terminal of its own. */
export class InfraTerminal extends Terminal {
  constructor(product: Product, line: string, env: Record<string, string> = {}) {
    const { root, engine, env: own } = product;
    super(`${process.execPath} ${command} ${line}`, { cwd: root, env: { INFRA_ENGINE: engine, ...own, ...env } });
  }
}
