import { usesRedis } from "../../../cache/index/open-index.js";
import type { Config } from "../../../config/config.js";
import { isDasError } from "../../../errors/das-error.js";
import type { Check, Finding } from "../finding.js";

/** What clients are told of the address of the server, and who may see what is not for everybody. Source: das2-server 17, 20.1. */
export const visibility: Check = {
  name: "visibility",
  keepMs: 3_600_000,
  async run({ config }) {
    return [address(config), ...broker(config), ...open(config)];
  },
};

function address({ serverUrl, userPasswd, listenHost, file }: Config): Finding {
  const name = "SERVER_URL";
  const worried = (says: string, advice: string): Finding => ({ name, state: "worried", says, advice });
  if (serverUrl === undefined)
    return file === undefined
      ? { name, state: "off", says: "not set, for a first look: links are made from each request" }
      : worried(
          "not set: links are made from each request, so a wrong Host gives wrong links",
          "Set it to the address that clients use, for example https://data.example.org/das/server.",
        );
  const { protocol, hostname } = new URL(serverUrl);
  const isHere = hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
  if (protocol !== "https:" && userPasswd !== undefined && !isHere)
    return worried(
      `${serverUrl} is not encrypted, but passwords are asked for`,
      "Put TLS before the server (etc/apache-proxy.conf), and let SERVER_URL begin with https:.",
    );
  if (isHere && !isLoopback(listenHost))
    return worried(
      `${serverUrl} means this host only, but the server listens on ${listenHost}`,
      "Set it to the address that clients use.",
    );
  return { name, state: "good", says: serverUrl };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

/** A word that is not known would be met by the first who needs the cache. */
function broker({ workQueueBroker }: Config): Finding[] {
  try {
    usesRedis(workQueueBroker);
    return [];
  } catch (error) {
    if (!isDasError(error)) throw error;
    return [
      {
        name: "WORK_QUEUE_BROKER",
        state: "bad",
        says: error.message,
        advice: "Set it to redis, or leave it empty.",
      },
    ];
  }
}

function open({ viewLogAllow, trustedProxies, metricsAllow, testFrom }: Config): Finding[] {
  const findings: Finding[] = [];
  const everybody = (name: string, says: string): void => {
    findings.push({
      name,
      state: "worried",
      says,
      advice: `Name addresses and networks in ${name} instead of *.`,
    });
  };
  if (viewLogAllow.includes("*"))
    everybody("VIEW_LOG_ALLOW", "everybody may see the log, with addresses of clients");
  if (metricsAllow.includes("*")) everybody("METRICS_ALLOW", "everybody may read the metrics");
  if (trustedProxies.includes("*"))
    everybody("TRUSTED_PROXIES", "every client may say that it has another address");
  if (testFrom.includes("*")) everybody("TEST_FROM", "nobody is asked for a password");
  return findings;
}
