import type { Config } from "../../../config/config.js";
import { DasError } from "../../../errors/das-error.js";
import { ID_PREFIX } from "../../../netdrms/requests/request-id.js";
import type { AcceptOptions } from "../../../netdrms/requests/submit-request.js";

/** How requests are accepted, by the settings. Errors: BAD_CONFIG. Source: netdrms-export B8. */
export function acceptOptions(config: Config): AcceptOptions {
  const prefix = config.exportIdPrefix;
  if (!ID_PREFIX.test(prefix))
    throw new DasError(
      "BAD_CONFIG",
      `EXPORT_ID_PREFIX = ${JSON.stringify(prefix.slice(0, 40))}, expected capitals and digits, a capital first`,
    );
  return {
    prefix,
    limits: {
      perAddress: config.exportMaxPending,
      exempt: exemptAddresses(config.exportExempt),
      perClient: config.exportMaxPendingClient,
      minutes: config.exportPendingMinutes,
    },
  };
}

function exemptAddresses(words: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    words.map((word) => {
      const [, address, number] = /^([^=\s]+@[^=\s]+)=(\d{1,9})$/.exec(word) ?? [];
      if (address === undefined)
        throw new DasError("BAD_CONFIG", `EXPORT_EXEMPT: ${word.slice(0, 60)}, expected address=number`);
      return [address.toLowerCase(), Number(number)];
    }),
  );
}
