import { percentText } from "../../pages/format.js";
import type { Check, CheckSubject, Finding } from "../finding.js";

/** As `engines` of package.json says. */
const OLDEST_NODE = [20, 19] as const;
/** Files that a server opens whoever asks: programs, libraries, logs, listening, its databases. */
const OWN_FILES = 100;
/** Pipes, files and sockets of one data request. */
const FILES_EACH = 8;
/** Used part from which the next burst of requests may not get what it needs. */
const MUCH = 0.8;

/** What the server runs on: Node, its user, how many files it may open. */
export const machine: Check = {
  name: "machine",
  keepMs: 15_000,
  async run(subject) {
    return [node(subject), user(subject), await openFiles(subject)];
  },
};

function node({ host }: CheckSubject): Finding {
  const [major = 0, minor = 0] = host.node.split(".").map(Number);
  const isNew = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  const name = "Node.js";
  if (isNew) return { name, state: "good", says: `version ${host.node}` };
  const says = `version ${host.node}, expected ${OLDEST_NODE.join(".")} or later`;
  return { name, state: "bad", says, advice: "Install a later version: https://nodejs.org" };
}

function user({ host, running }: CheckSubject): Finding {
  const name = "User";
  if (host.uid !== 0)
    return {
      name,
      state: "good",
      says: host.uid === undefined ? "the system has no numbers of users" : `number ${host.uid}, not root`,
    };
  const [says, advice] =
    running === undefined
      ? [
          "this looks as root, who may read and write everything: rights of folders are not judged",
          "Run it as the user of the server: sudo -u heliostream heliostream doctor",
        ]
      : [
          "the server runs as root, and so does every reader",
          "Run it as a user of its own, who owns LOG_PATH and CACHE_ROOT and nothing else.",
        ];
  return { name, state: "worried", says, advice };
}

async function openFiles({ host, config }: CheckSubject): Promise<Finding> {
  const name = "Open files";
  const [most, open] = await Promise.all([host.openFilesLimit(), host.openFiles()]);
  if (most === undefined)
    return { name, state: "unknown", says: "this system does not tell how many there may be" };
  const needed = OWN_FILES + FILES_EACH * config.maxPipelines + config.liveClients;
  const figures = {
    ...(open === undefined ? {} : { open }),
    ...(Number.isFinite(most) ? { max: most } : {}),
  };
  const advice = "Raise it: LimitNOFILE=65536 in the unit of systemd, or ulimit -n.";
  if (most < needed)
    return {
      name,
      state: "worried",
      says: `${most} at once, but MAX_PIPELINES and LIVE_CLIENTS may need ${needed}`,
      advice,
      figures,
    };
  if (open !== undefined && open > MUCH * most)
    return {
      name,
      state: "bad",
      says: `${open} of ${most} are open (${percentText(open, most)})`,
      advice,
      figures,
    };
  return {
    name,
    state: "good",
    says: `${open ?? "some"} of ${Number.isFinite(most) ? most : "any number"} are open`,
    figures,
  };
}
