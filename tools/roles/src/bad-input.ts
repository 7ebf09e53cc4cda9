import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ansible } from "./ansible.js";
import { readYaml, type Role } from "./collection.js";

/** A case of `bad_input.yml` beside a scenario. */
interface Case {
  /** What is refused, as the rest of a sentence: "refuses …". */
  readonly refuses: string;
  /** Variables that differ from the good ones. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Parts of the message: the variable, the value, the rule, the remedy. */
  readonly says: readonly string[];
}

/** What came of a case. */
export interface Refusal extends Case {
  /** The message of the task that refused. @default - nothing refused, or the role went to the host first */
  readonly message?: string;
}

/** The cases of a role, without running any. */
export function casesOf({ scenario }: Role): readonly Case[] {
  const file = scenario && join(scenario, "bad_input.yml");
  return file && existsSync(file) ? (readYaml(file) as { cases: Case[] }).cases : [];
}

/**
 * Applies the role with each case to a host that cannot be reached, so that whatever is refused is refused before the host is touched.
 * @throws Error when the playbook cannot be run
 */
export async function refusals(role: Role): Promise<readonly Refusal[]> {
  const { run, scratch } = await ansible();
  const cases = casesOf(role);
  const folder = await mkdtemp(join(scratch, "bad-input-"));
  try {
    const playbook = join(folder, "playbook.yml");
    const good = role.scenario && join(role.scenario, "vars.yml");
    const variables = good && existsSync(good) ? (readYaml(good) as Record<string, unknown>) : {};
    await writeFile(
      playbook,
      JSON.stringify(cases.map((each, index) => playOf(role, each, join(folder, String(index)), variables))),
    );
    const { output } = await run("ansible-playbook", ["-i", "nowhere,", playbook], {
      ANSIBLE_INJECT_FACT_VARS: "false",
      ANSIBLE_HOST_KEY_CHECKING: "false",
    });
    const written = await readdir(folder);
    if (cases.length > 0 && written.length <= 1) throw new Error(`No case of ${role.name} was refused:\n${output}`);
    return await Promise.all(
      cases.map(async (each, index) =>
        written.includes(String(index))
          ? { ...each, message: await readFile(join(folder, String(index)), "utf8") }
          : each,
      ),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A port that nothing listens on: a task that connects ends as unreachable, which no rescue takes. */
const NOWHERE = { ansible_host: "127.0.0.1", ansible_port: 9, ansible_ssh_retries: 0 };

function playOf({ name }: Role, { variables }: Case, file: string, good: Readonly<Record<string, unknown>>) {
  const write = {
    "ansible.builtin.copy": { content: "{{ ansible_failed_result.msg }}", dest: file, mode: "0600" },
    delegate_to: "localhost",
    vars: { ansible_connection: "local", ansible_python_interpreter: "{{ ansible_playbook_python }}" },
  };
  const apply = { "ansible.builtin.include_role": { name: `infra.platform.${name}` } };
  return {
    hosts: "all",
    gather_facts: false,
    ignore_unreachable: true,
    vars: { ...good, ...variables, ...NOWHERE },
    tasks: [{ block: [apply], rescue: [write] }],
  };
}
