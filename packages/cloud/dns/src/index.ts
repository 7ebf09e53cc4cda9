export { dnsConfig, type DnsContract, dnsContract, type DnsProps } from "./contract.js";
export { Dns, dnsAdapters } from "./dns.js";
