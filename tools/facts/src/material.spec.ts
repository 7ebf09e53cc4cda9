import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { countsOf, isWrong, judgeFile } from "./index.js";

const folder = mkdtempSync(join(tmpdir(), "material-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function fileOf(lines: readonly string[]): string {
  const file = join(folder, "rows.csv");
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

const factColumns = "provider,table,entry,product_value,found_value,source,source_date,verdict,note";
const priceColumns =
  "provider,item,product_value,found_value,currency,unit,source_url_or_repo_path,source_date,verdict,note";

/** What is said of one row of facts. */
function fact(entry: string, found: string, more: { note?: string; verdict?: string; date?: string } = {}) {
  const { note = "", verdict = "ok", date = "2026-09-04" } = more;
  const [row] = judgeFile(fileOf([factColumns, `${entry},,"${found}",read,${date},${verdict},"${note}"`]));
  return row;
}

/** What is said of one row of prices. */
function price(item: string, found: string) {
  const [row] = judgeFile(fileOf([priceColumns, `${item},,"${found}",USD,month,read,2026-09-04,ok,`]));
  return row;
}

describe("a row of facts", () => {
  it("agrees with the tables, or says what differs", () => {
    expect(fact("hetzner,sizes,cx33", "4/8 amd64 active; not orderable on 2026-09-03")?.verdict).toBe("ok");
    expect(fact("hetzner,sizes,cx33", "4/16 amd64 active")).toMatchObject({
      verdict: "wrong",
      why: "4/8 amd64, not 4/16 amd64 active",
    });
    expect(fact("hetzner,sizes,ccx13", "2/8 amd64 active; not orderable on 2026-09-03")?.verdict).toBe("wrong");
    expect(fact("hetzner,sizes,cpx31", "4/8 amd64 active; ash only")?.verdict).toBe("wrong");
  });

  it("is missing, or not found, where one of the two says nothing", () => {
    expect(fact("hetzner,sizes,cx999", "2/4 amd64")?.verdict).toBe("missing");
    expect(fact("aws,regions,eu-north-9", "listed")?.verdict).toBe("missing");
    expect(fact("aws,images,debian-13 arm64", "", { verdict: "not found" })?.verdict).toBe("not found");
  });

  it("knows regions that a kind must have, must lack, and how many there are", () => {
    const only = (note: string) =>
      fact("gcp,sizes,t2a-standard-2", "2/8 arm64 active; 3 of 43 regions", { note })?.verdict;
    expect(only("only asia-southeast1 europe-west4 us-central1; more")).toBe("ok");
    expect(only("only asia-southeast1 europe-west4 europe-west3; more")).toBe("wrong");
    expect(fact("gcp,sizes,e2-micro", "2/1 amd64 active; 30 of 43 regions")?.verdict).toBe("wrong");
  });

  it("knows the names of images in other words, and those that were removed", () => {
    expect(fact("digitalocean,images,debian-12 amd64", "removed")?.verdict).toBe("ok");
    expect(fact("digitalocean,images,debian-13 amd64", "removed")?.verdict).toBe("wrong");
    expect(fact("gcp,images,debian-13 amd64", "debian-13-trixie-v20260921")?.verdict).toBe("ok");
    expect(fact("azure,images,debian-13 amd64", "debian debian-13 13-gen1")?.verdict).toBe("wrong");
    expect(fact("aws,images,ubuntu-26.04", "000000000000 ubuntu-resolute-26.04-amd64-server-*")?.verdict).toBe("wrong");
  });

  it("is wrong where it is not understood", () => {
    expect(fact("hetzner,sizes,cx23", "two cores")).toMatchObject({ why: '"two cores" is not understood' });
  });
});

describe("a row of prices", () => {
  it("agrees with the tables, or says what differs", () => {
    expect(price("hetzner,hcloud_load_balancer load_balancer_type=lb11", "7.49")?.verdict).toBe("ok");
    expect(price("hetzner,hcloud_load_balancer load_balancer_type=lb11", "5.39")).toMatchObject({
      verdict: "wrong",
      why: "7.49, not 5.39",
    });
    expect(price("hetzner,hcloud_server/server server_type=cx999 region=fsn1", "1")?.verdict).toBe("missing");
    expect(price("aws,next:eks cluster", "0.1")?.verdict).toBe("next");
  });

  it("looks at every region that it names, and at steps", () => {
    expect(price("hetzner,hcloud_server/server server_type=cpx22 region=fsn1|sin", "19.49")?.verdict).toBe("wrong");
    const disk = "azure,azurerm_managed_disk storage_account_type=Premium_LRS";
    expect(price(`${disk} (West Europe)`, "32: 5.81")?.verdict).toBe("ok");
    expect(price(`${disk} (East US)`, "32: 5.81")?.verdict).toBe("wrong");
  });

  it("compares a number with what is free or billed by use", () => {
    expect(price("oracle,oci_dns_zone", "0.85")?.verdict).toBe("ok");
    expect(price("oracle,oci_dns_zone", "0.5")?.verdict).toBe("wrong");
  });
});

describe("the command", () => {
  const run = (...lines: readonly string[]) => {
    const cli = join(__dirname, "../dist/cli.js");
    try {
      const text = execFileSync(process.execPath, [cli, "compare", fileOf(lines)], { encoding: "utf8", stdio: "pipe" });
      return { code: 0, text };
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
      return { code: status, text: stdout + stderr };
    }
  };

  it("counts rows by verdict, and ends with 1 when one is wrong", () => {
    const right = "hetzner,regions,fsn1,,listed,read,2026-10-09,ok,";
    const good = run(factColumns, right);
    expect(good).toMatchObject({ code: 0, text: expect.stringMatching(/: 1 row: 1 ok\n$/) as string });
    const bad = run(factColumns, right, "hetzner,sizes,cx23,,9/9 amd64,read,2026-10-09,ok,");
    expect(bad.code).toBe(1);
    expect(bad.text).toContain("2 rows: 1 ok, 1 wrong");
    expect(bad.text).toContain("wrong: hetzner sizes cx23: 2/4 amd64, not 9/9 amd64");
  });

  it("refuses a file with other columns", () => {
    expect(run("a,b", "1,2")).toMatchObject({
      code: 1,
      text: expect.stringContaining("neither the columns") as string,
    });
  });
});

it("counts nothing as wrong that only one side knows", () => {
  const judged = [{ name: "x", verdict: "not found" as const }];
  expect([countsOf(judged), isWrong(judged)]).toEqual(["1 row: 1 not found", false]);
});
