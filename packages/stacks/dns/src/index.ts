import { dns } from "./stack.js";

export { dnsConfig as dnsStackConfig } from "@infra/cloud-dns";
export default dns;
