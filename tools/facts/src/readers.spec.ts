import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { readers } from "./index.js";

let server: Server | undefined;
let folder: string | undefined;

afterEach(() => {
  server?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

/** A list that an API hands out page by page: what the page of a number answers. */
type Paged = (page: number) => unknown;

/** A server that answers as an API does, to requests with the token. */
async function serve(answers: Readonly<Record<string, unknown>>): Promise<string> {
  server = createServer((request, response) => {
    const { pathname: path, searchParams } = new URL(request.url ?? "", "http://localhost");
    const known = request.headers.authorization === "Bearer secret-token" && path in answers;
    response.writeHead(known ? 200 : 401, { "content-type": "application/json" });
    const answer = answers[path];
    const body = typeof answer === "function" ? (answer as Paged)(Number(searchParams.get("page") ?? 1)) : answer;
    response.end(JSON.stringify(known ? body : { error: "unauthorized" }));
  });
  await new Promise<void>((done) => server?.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

/** A command that prints an answer, which the words of its line choose. */
function install(program: string, answers: Readonly<Record<string, unknown>>): void {
  folder = mkdtempSync(join(tmpdir(), "facts-"));
  const cases = Object.entries(answers).map(([words, answer]) => `*"${words}"*) echo '${JSON.stringify(answer)}' ;;`);
  const script = `#!/bin/sh\ncase "$*" in\n${cases.join("\n")}\n*) echo "unknown: $*" >&2; exit 2 ;;\nesac\n`;
  writeFileSync(join(folder, program), script);
  chmodSync(join(folder, program), 0o755);
  vi.stubEnv("PATH", [folder, process.env["PATH"] ?? ""].join(delimiter));
}

describe("asking a cloud over HTTP", () => {
  const hetzner = {
    "/locations": {
      locations: [
        { name: "fsn1", network_zone: "eu-central" },
        { name: "ash", network_zone: "us-east" },
      ],
    },
    "/server_types": {
      server_types: [
        {
          name: "cax11",
          cores: 2,
          memory: 4,
          architecture: "arm",
          locations: [{ id: 1, name: "fsn1", available: false, deprecation: null }],
        },
        {
          name: "ccx13",
          cores: 2,
          memory: 8,
          architecture: "x86",
          locations: [
            { id: 4, name: "ash", available: true, deprecation: null },
            {
              id: 1,
              name: "fsn1",
              available: true,
              deprecation: { announced: "2025-01-01T00:00:00+00:00", unavailable_after: "2025-07-01T00:00:00+00:00" },
            },
          ],
        },
      ],
    },
    "/images": {
      images: [
        { name: "debian-12", architecture: "x86" },
        { name: null, architecture: "arm" },
      ],
    },
  };

  it("reads locations, server types and images of Hetzner, and where types can be ordered", async () => {
    vi.stubEnv("HCLOUD_ENDPOINT", await serve(hetzner));
    vi.stubEnv("HCLOUD_TOKEN", "secret-token");
    expect(await readers.hetzner()).toEqual({
      regions: { fsn1: { networkZone: "eu-central" }, ash: { networkZone: "us-east" } },
      sizes: [
        { name: "cax11", cpus: 2, memory: 4, architecture: "arm64", regions: ["fsn1"], orderable: [] },
        { name: "ccx13", cpus: 2, memory: 8, architecture: "amd64", orderable: ["ash"] },
      ],
      saysRegions: true,
      images: [{ name: "debian-12", architecture: "amd64" }],
    });
  });

  it("reads regions, sizes and images of DigitalOcean, with memory in GiB", async () => {
    const url = await serve({
      "/v2/regions": {
        regions: [
          { slug: "fra1", available: true },
          { slug: "nyc1", available: false },
        ],
      },
      "/v2/sizes": {
        sizes: [{ slug: "s-2vcpu-4gb", vcpus: 2, memory: 4096, available: true, regions: ["fra1", "nyc1"] }],
      },
      "/v2/images": { images: [{ slug: "debian-12-x64" }, { slug: null }] },
    });
    vi.stubEnv("DIGITALOCEAN_API_URL", url);
    vi.stubEnv("DIGITALOCEAN_TOKEN", "secret-token");
    expect(await readers.digitalocean()).toEqual({
      regions: { fra1: {} },
      sizes: [{ name: "s-2vcpu-4gb", cpus: 2, memory: 4, architecture: "amd64" }],
      saysRegions: true,
      images: [{ name: "debian-12-x64", architecture: "amd64" }],
    });
  });

  it("reads lists of Hetzner to their last page", async () => {
    const names = ["debian-12", "debian-13", "rocky-9"];
    const images: Paged = (page) => ({
      images: [{ name: names[page - 1], architecture: "x86" }],
      meta: { pagination: { page, next_page: page < names.length ? page + 1 : null } },
    });
    vi.stubEnv("HCLOUD_ENDPOINT", await serve({ ...hetzner, "/images": images }));
    vi.stubEnv("HCLOUD_TOKEN", "secret-token");
    const found = await readers.hetzner();
    expect(found.images?.map(({ name }) => name)).toEqual(names);
  });

  it("reads lists of DigitalOcean to their last page, and asks no address that a page names", async () => {
    const slugs = ["debian-12-x64", "debian-13-x64", "rocky-9-x64"];
    const images: Paged = (page) => ({
      images: [{ slug: slugs[page - 1] }],
      links:
        page < slugs.length ? { pages: { next: `https://elsewhere.example/images?page=${String(page + 1)}` } } : {},
    });
    const others = { "/v2/regions": { regions: [], links: {} }, "/v2/sizes": { sizes: [] } };
    vi.stubEnv("DIGITALOCEAN_API_URL", await serve({ ...others, "/v2/images": images }));
    vi.stubEnv("DIGITALOCEAN_TOKEN", "secret-token");
    const found = await readers.digitalocean();
    expect(found.images?.map(({ name }) => name)).toEqual(slugs);
  });

  it("refuses pages that never end", async () => {
    const images: Paged = (page) => ({ images: [], meta: { pagination: { page, next_page: 2 } } });
    vi.stubEnv("HCLOUD_ENDPOINT", await serve({ ...hetzner, "/images": images }));
    vi.stubEnv("HCLOUD_TOKEN", "secret-token");
    await expect(readers.hetzner()).rejects.toThrow(/page 2 comes after page 2/);
  });

  it("reads what Heroku has for private spaces", async () => {
    const url = await serve({
      "/regions": [
        { name: "eu", private_capable: false },
        { name: "frankfurt", private_capable: true },
      ],
      "/dyno-sizes": [
        { name: "Standard-1X", memory: 0.5, private_space_only: false },
        { name: "Private-M", memory: 2.5, private_space_only: true },
      ],
    });
    vi.stubEnv("HEROKU_API_URL", url);
    vi.stubEnv("HEROKU_API_KEY", "secret-token");
    expect(await readers.heroku()).toEqual({
      regions: { frankfurt: {} },
      sizes: [{ name: "private-m", cpus: 2, memory: 2.5, architecture: "amd64" }],
    });
  });

  it("says which variable lacks the token, and which one was refused, without it", async () => {
    vi.stubEnv("HCLOUD_TOKEN", "");
    await expect(readers.hetzner()).rejects.toThrow("HCLOUD_TOKEN is not set");
    vi.stubEnv("HCLOUD_ENDPOINT", await serve(hetzner));
    vi.stubEnv("HCLOUD_TOKEN", "wrong-token");
    await expect(readers.hetzner()).rejects.toThrow(/answered 401\. Check HCLOUD_TOKEN$/);
  });

  it("asks again what fails for a while, and gives up on what goes on failing", async () => {
    let asked = 0;
    const flaky = createServer((_, response) => {
      asked += 1;
      response.writeHead(asked < 3 ? 503 : 401, { "retry-after": "0" });
      response.end();
    });
    server = flaky;
    await new Promise<void>((done) => flaky.listen(0, "127.0.0.1", done));
    vi.stubEnv("HEROKU_API_KEY", "secret-token");
    vi.stubEnv("HEROKU_API_URL", `http://127.0.0.1:${String((flaky.address() as AddressInfo).port)}`);
    await expect(readers.heroku()).rejects.toThrow(/answered 401/);
    expect(asked).toBeGreaterThanOrEqual(3);
    asked = -1000;
    await expect(readers.heroku()).rejects.toThrow(/answered 503, 4 times\. Check HEROKU_API_KEY/);
  });

  it("refuses an answer of another shape", async () => {
    vi.stubEnv("HCLOUD_ENDPOINT", await serve({ ...hetzner, "/locations": { places: [] } }));
    vi.stubEnv("HCLOUD_TOKEN", "secret-token");
    await expect(readers.hetzner()).rejects.toThrow(/\/locations.* answered something else/);
  });
});

describe("asking a cloud through its command", () => {
  it("reads regions and types of AWS", async () => {
    install("aws", {
      "describe-regions": { Regions: [{ RegionName: "eu-central-1" }] },
      "describe-instance-types": {
        InstanceTypes: [
          {
            InstanceType: "c7g.large",
            VCpuInfo: { DefaultVCpus: 2 },
            MemoryInfo: { SizeInMiB: 4096 },
            ProcessorInfo: { SupportedArchitectures: ["arm64"] },
          },
        ],
      },
    });
    expect(await readers.aws()).toEqual({
      regions: { "eu-central-1": {} },
      sizes: [{ name: "c7g.large", cpus: 2, memory: 4, architecture: "arm64" }],
    });
  });

  it("reads regions and types of Google Cloud", async () => {
    install("gcloud", {
      "regions list": [
        {
          name: "europe-west3",
          zones: ["a", "b", "c"].map((zone) => `https://gcp.example/zones/europe-west3-${zone}`),
        },
        { name: "us-east1", zones: ["d", "b", "c"].map((zone) => `https://gcp.example/zones/us-east1-${zone}`) },
      ],
      "machine-types list": [
        { name: "e2-medium", zone: "europe-west3-a", guestCpus: 2, memoryMb: 4096 },
        { name: "e2-medium", zone: "europe-west3-b", guestCpus: 2, memoryMb: 4096 },
      ],
    });
    expect(await readers.gcp()).toEqual({
      regions: { "europe-west3": {}, "us-east1": { zones: { a: "b", b: "c", c: "d" } } },
      sizes: [{ name: "e2-medium", cpus: 2, memory: 4, architecture: "amd64", regions: ["europe-west3"] }],
      saysRegions: true,
    });
  });

  it("reads locations and sizes of Azure, and where a size is restricted", async () => {
    const capabilities = [
      { name: "vCPUs", value: "2" },
      { name: "MemoryGB", value: "8" },
      { name: "CpuArchitectureType", value: "Arm64" },
    ];
    install("az", {
      "list-locations": [
        { name: "westeurope", metadata: { regionType: "Physical" } },
        { name: "eastus", metadata: { regionType: "Physical" } },
        { name: "europe", metadata: { regionType: "Logical" } },
      ],
      "list-skus": [
        { name: "Standard_D2ps_v5", locations: ["WestEurope"], restrictions: [], capabilities },
        { name: "Standard_D2ps_v5", locations: ["eastus"], restrictions: [{ type: "Location" }], capabilities },
      ],
    });
    expect(await readers.azure()).toEqual({
      regions: { westeurope: {}, eastus: {} },
      sizes: [{ name: "Standard_D2ps_v5", cpus: 2, memory: 8, architecture: "arm64", orderable: ["westeurope"] }],
      saysRegions: true,
    });
  });

  it("reads regions of Oracle", async () => {
    install("oci", { "region list": { data: [{ name: "eu-frankfurt-1" }] } });
    expect(await readers.oracle()).toEqual({ regions: { "eu-frankfurt-1": {} }, sizes: [] });
  });

  it("says that the command is missing, or what it said", async () => {
    install("oci", {});
    await expect(readers.oracle()).rejects.toThrow(/failed: unknown: iam region list/);
    vi.stubEnv("PATH", folder ?? "");
    await expect(readers.gcp()).rejects.toThrow("gcloud is not installed");
  });
});
