import { cacheDirectory } from "@infra/opentofu";
import { ensureSystemPrograms } from "@infra/toolchain";
import { execa } from "execa";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { roles, scenarios } from "./collection.js";

/** Containers with systemd cannot be had on this machine; the message says why. */
export class NoHosts extends Error {}

/** What Molecule's playbooks need to start hosts: the names of their variables of the environment. */
export type HostEnvironment = Readonly<Record<string, string>>;

const BASE = "docker.io/library/debian:12";
const ROOT = "localhost/infra-root:debian-12";
const PACKAGES_OF_ROOT = "systemd,systemd-sysv,dbus,python3,sudo,iproute2,ca-certificates";

let found: Promise<HostEnvironment> | undefined;

/**
 * An engine for containers and the image of a host, which is built the first time and again when the packages of the roles change.
 * @throws NoHosts that says why there is none
 */
export function findHosts(log: (line: string) => void = () => undefined): Promise<HostEnvironment> {
  return (found ??= prepare(log));
}

async function prepare(log: (line: string) => void): Promise<HostEnvironment> {
  const engine = await findEngine(log);
  const env = engine === "podman" ? await podmanConfiguration() : {};
  const file = join(scenarios, "config/Containerfile");
  const packages = packagesOfRoles();
  const tag = createHash("sha256").update(readFileSync(file)).update(packages.join()).digest("hex").slice(0, 12);
  const given = process.env["INFRA_ROLES_IMAGE"];
  const image = given ?? `localhost/infra-host:${tag}`;
  if (given === undefined && !(await succeeds(engine, ["image", "inspect", image], env))) {
    log(`infra: building the image of the hosts with ${engine} (about 2 minutes the first time)`);
    const base = await baseImage(engine, env);
    const args = ["build", "--network=host", `--build-arg=BASE=${base}`, `--build-arg=PACKAGES=${packages.join(" ")}`];
    await must(engine, [...args, "--tag", image, "--file", file, join(scenarios, "config")], env);
  }
  await proveThatHostsStart(engine, image, env);
  return { ...env, INFRA_ROLES_ENGINE: engine, INFRA_ROLES_IMAGE: image };
}

/** The engine that INFRA_ROLES_ENGINE names, else podman, else a docker that answers, else podman from the packages of the system. */
async function findEngine(log: (line: string) => void): Promise<string> {
  const wanted = process.env["INFRA_ROLES_ENGINE"];
  for (const engine of wanted ? [wanted] : ["podman", "docker"])
    if (await succeeds(engine, ["version"], {})) return engine;
  if (wanted) throw new NoHosts(`INFRA_ROLES_ENGINE: ${wanted} does not answer. Start it, or leave the variable out.`);
  await ensureSystemPrograms({ podman: "podman", runc: "runc" }, log).catch((error: unknown) => {
    throw new NoHosts(`There is no podman and no docker: ${messageOf(error)}`);
  });
  return "podman";
}

/** Debian's crun refuses hybrid control groups, and limits above those of the machine: runc and small limits work everywhere. */
async function podmanConfiguration(): Promise<HostEnvironment> {
  if (!(await succeeds("runc", ["--version"], {}))) return {};
  const folder = join(cacheDirectory(process.env), "hosts");
  const file = join(folder, "containers.conf");
  await mkdir(folder, { recursive: true });
  await writeFile(
    file,
    '[containers]\ndefault_ulimits = ["nofile=1024:4096", "nproc=1024:4096"]\n[engine]\nruntime = "runc"\n',
  );
  return { CONTAINERS_CONF: file };
}

/** Debian's image, or the same packages by debootstrap where the registry cannot be reached. */
async function baseImage(engine: string, env: HostEnvironment): Promise<string> {
  if (await succeeds(engine, ["image", "inspect", ROOT], env)) return ROOT;
  if (await succeeds(engine, ["pull", "--quiet", BASE], env)) return BASE;
  await ensureSystemPrograms({ debootstrap: "debootstrap" }).catch((error: unknown) => {
    throw new NoHosts(`${BASE} cannot be pulled, and debootstrap is missing: ${messageOf(error)}`);
  });
  const folder = await mkdtemp(join(tmpdir(), "infra-root-"));
  try {
    const root = join(folder, "root");
    await must("debootstrap", ["--variant=minbase", `--include=${PACKAGES_OF_ROOT}`, "bookworm", root], env);
    await must("tar", ["-C", root, "-cf", join(folder, "root.tar"), "."], env);
    await must(engine, ["import", join(folder, "root.tar"), ROOT], env);
    return ROOT;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Packages that the roles install, which the image has downloaded: `<role>__image_packages` of their vars. */
function packagesOfRoles(): readonly string[] {
  const all = roles().flatMap(({ name, folder }) => {
    const file = join(folder, "vars/main.yml");
    if (!existsSync(file)) return [];
    const vars = parse(readFileSync(file, "utf8")) as Record<string, string[] | undefined>;
    return vars[`${name}__image_packages`] ?? [];
  });
  return [...new Set(all)].sort();
}

async function proveThatHostsStart(engine: string, image: string, env: HostEnvironment): Promise<void> {
  const flags = engine === "podman" ? ["--systemd=always"] : ["--cgroupns=private", "--tmpfs=/run"];
  const { failed, all } = await execa(engine, ["run", "--rm", "--privileged", ...flags, image, "/bin/true"], {
    env,
    all: true,
    reject: false,
  });
  if (failed) throw new NoHosts(`${engine} cannot start a privileged container here: ${all.trim()}`);
}

async function succeeds(program: string, args: readonly string[], env: HostEnvironment): Promise<boolean> {
  return !(await execa(program, args, { env, reject: false, stdio: "ignore" })).failed;
}

async function must(program: string, args: readonly string[], env: HostEnvironment): Promise<void> {
  const { failed, all, shortMessage } = await execa(program, args, { env, reject: false, all: true, stdin: "ignore" });
  if (failed) throw new NoHosts(`${shortMessage ?? program}\n${(all ?? "").split("\n").slice(-10).join("\n")}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
