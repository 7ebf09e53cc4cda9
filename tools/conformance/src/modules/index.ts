import { compute } from "./compute.js";
import { dns } from "./dns.js";
import { firewall } from "./firewall.js";
import type { ModuleCase } from "./module-case.js";
import { network } from "./network.js";
import { ssh } from "./ssh.js";
import { storage } from "./storage.js";

export type { ExampleCase, MapCase, ModuleCase, OutputsCase, Refusal } from "./module-case.js";
export { exampleKey, otherKey } from "./ssh.js";

/** Every module. */
export const modules: readonly ModuleCase[] = [network, firewall, ssh, compute, storage, dns];
