export { type Consul, type ConsulOptions, type ConsulServer, startConsul } from "./consul.js";
export { type Garage, startGarage } from "./garage.js";
export { type GitHubServer, startGitHub } from "./github.js";
export { type GitLabServer, startGitLab } from "./gitlab.js";
export { freePort, freePorts } from "./ports.js";
export { type Program, startProgram } from "./program.js";
export { type Disturbance, type Proxy, startProxy } from "./proxy.js";
export { startVault, type VaultServer, type VaultServerOptions } from "./vault.js";
export { type Asked, type Fault, type StandIn } from "./stand-in.js";
