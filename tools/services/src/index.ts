export { type Consul, type ConsulOptions, type ConsulServer, startConsul } from "./consul.js";
export { type Garage, startGarage } from "./garage.js";
export { freePort, freePorts } from "./ports.js";
export { type Program, startProgram } from "./program.js";
export { type Disturbance, type Proxy, startProxy } from "./proxy.js";
export { startVault, type VaultServer, type VaultServerOptions } from "./vault.js";
