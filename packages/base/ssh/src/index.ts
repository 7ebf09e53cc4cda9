export { ReferencedSsh } from "./referenced-ssh.js";
export { sshConfig, type SshContract, sshContract, type SshOutputs, type SshProps } from "./contract.js";
export { Ssh, sshAdapters } from "./ssh.js";
