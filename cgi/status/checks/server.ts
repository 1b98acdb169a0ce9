import type { Check } from "../finding.js";

/** The server that answers in this process, if any: whether it closes, and whether all its places for data requests are taken. */
export const server: Check = {
  name: "server",
  keepMs: 0,
  async run({ config, running }) {
    const name = "Server";
    if (running === undefined) return [{ name, state: "off", says: "none runs in this process" }];
    if (running.isClosing)
      return [
        {
          name,
          state: "bad",
          says: "it is closing",
          advice: "Ask another server, or wait for it to start again.",
        },
      ];
    if (!running.isResident) return [{ name, state: "good", says: "a CGI program for each request" }];
    const { running: busy = 0, waiting = 0 } = running.pipelines?.() ?? {};
    const figures = { pipelines_running: busy, pipelines_waiting: waiting };
    const says = `${busy} of ${config.maxPipelines} places for data requests are taken`;
    if (busy < config.maxPipelines) return [{ name, state: "good", says, figures }];
    const advice =
      "Further data requests get 503: raise MAX_PIPELINES if the machine has room, or look in the log for who asks so much.";
    return [{ name, state: "worried", says, advice, figures }];
  },
};
