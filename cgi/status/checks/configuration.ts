import { NO_SERVER_URL } from "../../../config/config.js";
import { type Check, fewOf } from "../finding.js";
import { READY_WORDS } from "../ready-words.js";

/** What the configuration was warned of when it was read: unknown keys, keys without effect. Source: das2-server 17. */
export const configuration: Check = {
  name: "configuration",
  keepMs: 3_600_000,
  async run({ config }) {
    const name = "Configuration";
    const strange = config.readyNeeds.filter((word) => !(READY_WORDS as readonly string[]).includes(word));
    const faults = [
      // That is told of its key.
      ...config.warnings.filter((warning) => warning !== NO_SERVER_URL),
      ...strange.map(
        (word) =>
          `READY_NEEDS has ${JSON.stringify(word.slice(0, 40))}, expected some of ${READY_WORDS.join(", ")}`,
      ),
    ];
    if (faults.length === 0)
      return [
        {
          name,
          state: "good",
          says: config.file === undefined ? "no file, all settings as they ship" : `read from ${config.file}`,
        },
      ];
    return [
      {
        name,
        state: "worried",
        says: fewOf(faults),
        advice: "Mend or remove these lines of the configuration; docs/configuration.md has every key.",
      },
    ];
  },
};
