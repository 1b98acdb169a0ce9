import type { Config } from "../../config/config.js";
import { networkTest } from "../../config/networks.js";
import { DasError } from "../../errors/das-error.js";
import { compareTimes, type Time, us2000ToTime } from "../../stream/time.js";
import { ageLimit } from "./age.js";
import { basicCredentials, type Credentials } from "./credentials.js";
import { type Groups, parseGroupFile } from "./group-file.js";
import { Login } from "./login.js";
import { realmOf } from "./realm.js";
import type { AccessDecision, Authorize } from "./types.js";
import { WatchedFile } from "./watched-file.js";

/** What the keeper of a site's rules needs of its configuration. */
export type AccessSettings = Pick<
  Config,
  "userPasswd" | "userGroup" | "allowDesPasswords" | "loginDelay" | "testFrom" | "securityRealm"
>;

/** Milliseconds from 1970 to 2000. */
const MS_1970_2000 = 946_684_800_000;

/**
 * Makes the one check that guards every path to data: rules are tried in order and any lets in; exempt addresses always
 * come in. The range is the trimmed one, so that no spelling of a time widens an `AGE` rule. Source: das2-server 6.2, 6.3.
 */
export function openAccess(config: AccessSettings, login: Login = new Login(config)): Authorize {
  const isExempt = networkTest(config.testFrom);
  const groups =
    config.userGroup === undefined
      ? undefined
      : new WatchedFile(config.userGroup, "group file", parseGroupFile);

  return async (source, begin, end, request, site, client): Promise<AccessDecision> => {
    if (source.access.length === 0 || isExempt(client)) return { granted: true };
    const now = us2000ToTime((site.now().getTime() - MS_1970_2000) * 1000);
    const credentials = basicCredentials(request.headers.authorization);
    // Checked at most once, and only when a rule asks who it is.
    let checked: Promise<boolean> | undefined;
    const isKnown = (given: Credentials): Promise<boolean> => {
      checked ??= login.check(given, client, request.signal);
      return checked;
    };
    for (const rule of source.access) {
      if (rule.method === "age") {
        if (isOld(begin, end, ageLimit(rule, now))) return { granted: true };
      } else if (credentials !== undefined && (await isKnown(credentials))) {
        const { user } = credentials;
        if (rule.method === "user" ? user === rule.name : isMember(groups, rule.name, user))
          return { granted: true, user };
      }
    }
    return { granted: false, realm: realmOf(source, request, site) };
  };
}

function isOld(begin: Time, end: Time, limit: Time): boolean {
  return compareTimes(begin, end) <= 0 && compareTimes(end, limit) < 0;
}

function isMember(groups: WatchedFile<Groups> | undefined, name: string, user: string): boolean {
  if (groups === undefined)
    throw new DasError("BAD_CONFIG", "this source is for a group, but this server has no group file", {
      key: "USER_GROUP",
    });
  return groups.read().get(name)?.has(user) ?? false;
}
