export { ReferencedSsh } from "./referenced-ssh.js";
export { Ssh, sshConfig, type SshContract, sshContract, type SshOutputs, type SshPeers, type SshProps } from "./ssh.js";
