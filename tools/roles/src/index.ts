export { ansible, type Ansible, type Outcome } from "./ansible.js";
export { refusals, type Refusal } from "./bad-input.js";
export { collection, roles, type Role } from "./collection.js";
export { findHosts, NoHosts } from "./hosts.js";
export { runScenario, type Form, type ScenarioResult } from "./scenario.js";
export { generated } from "./tables.js";
export { trapTable } from "./traps.js";
