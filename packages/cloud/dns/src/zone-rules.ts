import type { Finding } from "@infra/inventory";
import type { DnsRecord, RecordType } from "./record.js";

/** A zone as its schema gives it. */
export interface ZoneShape {
  readonly domain: string;
  readonly records: Readonly<Record<string, DnsRecord>>;
}

/** A record with the name and the type that it ends up with. */
interface Named {
  readonly key: string;
  readonly name: string;
  readonly type: RecordType;
}

/** Types that stand alone: DNS answers with them whatever is asked for. */
const exclusive: readonly RecordType[] = ["CNAME", "NS"];

/** The whole name of a record, without a dot at the end. */
export function wholeName(name: string, domain: string): string {
  return name === "@" ? domain : `${name}.${domain}`;
}

/** What is wrong with the records of a zone, taken together. */
export function findZoneProblems({ domain, records }: ZoneShape): Finding[] {
  const all = Object.entries(records).map(([key, { name = key, type = "A" }]) => ({ key, name, type }));
  return all.flatMap((each, index) => {
    const finding = findNameProblem(each, domain) ?? findClash(each, all.slice(0, index));
    return finding ? [{ ...finding, path: ["records", each.key, ...(finding.path ?? [])] }] : [];
  });
}

function findNameProblem({ name, type }: Named, domain: string): Finding | undefined {
  const path = ["name"];
  const text = JSON.stringify(name);
  if (name === domain || name.endsWith(`.${domain}`))
    return {
      message: `${text} holds the domain of the zone`,
      remedy: `Write the name in the zone: ${name === domain ? '"@"' : name.slice(0, -domain.length - 1)}`,
      path,
    };
  if (wholeName(name, domain).length > 253)
    return { message: `${text} makes a name of more than 253 characters`, remedy: "Shorten it", path };
  if (name === "@" && exclusive.includes(type)) return findApexProblem(type);
  if (type === "SRV" && !/^_[^.]+\._[^.]+(?:\.|$)/.test(name))
    return {
      message: `${text} is not the name of a service`,
      remedy: "Write _<service>._<protocol>, such as _sip._tcp",
      path,
    };
  return undefined;
}

function findApexProblem(type: RecordType): Finding {
  return type === "CNAME"
    ? {
        message: "the zone itself (@) cannot be a CNAME: it has records of its own",
        remedy: "Write an A record, or an `alias` to the address of a load balancer",
        path: ["type"],
      }
    : {
        message: "the name servers of the zone itself (@) are the cloud's",
        remedy: "Remove the record; NS records hand names below the zone to other servers",
        path: ["type"],
      };
}

function findClash({ name, type }: Named, before: readonly Named[]): Finding | undefined {
  const same = before.filter((each) => each.name === name);
  const twin = same.find((each) => each.type === type);
  if (twin)
    return {
      message: `${type} of ${JSON.stringify(name)} is also the record ${twin.key}`,
      remedy: `Put the values of both into ${twin.key}, or change a name`,
    };
  const other = same.find((each) => exclusive.includes(each.type) || exclusive.includes(type));
  if (!other) return undefined;
  const alone = exclusive.includes(type) ? type : other.type;
  return {
    message: `${JSON.stringify(name)} is also the record ${other.key} (${other.type}), and ${withArticle(alone)} stands alone`,
    remedy: "Give one of the two another name",
  };
}

function withArticle(type: RecordType): string {
  return `${type === "NS" ? "an" : "a"} ${type}`;
}
