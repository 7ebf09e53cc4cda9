import { startGitHub, startGitLab } from "@infra/services";
import { platformContract } from "../../../test/platform-contract.js";
import { GitHub } from "./github.js";
import { GitLab } from "./gitlab.js";

platformContract("GitHub", async () => {
  const server = await startGitHub();
  const { url: apiUrl, repository } = server;
  return {
    server,
    client: (token, patienceMs = 30_000) => new GitHub({ apiUrl, repository, token, patienceMs }),
    limited: {
      status: 403,
      headers: () => ({ "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Math.ceil(Date.now() / 1000)) }),
    },
  };
});

platformContract("GitLab", async () => {
  const server = await startGitLab();
  const { url: apiUrl, project } = server;
  return {
    server,
    client: (token, patienceMs = 30_000) => new GitLab({ apiUrl, project, token, patienceMs }),
    limited: { status: 429, headers: () => ({ "retry-after": "1", "ratelimit-remaining": "0" }) },
  };
});
