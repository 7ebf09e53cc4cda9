export { Dns, dnsConfig, type DnsContract, dnsContract, type DnsProps } from "./dns.js";
