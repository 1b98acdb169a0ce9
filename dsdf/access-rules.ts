import type { AccessRule } from "./data-source.js";

const AGE = /^(?:([0-9]{1,4})y)?(?:([0-9]{1,5})m)?(?:([0-9]{1,6})d)?(?:([0-9]{1,7})h)?$/i;

/** What {@link accessRules} reads, for messages. */
export const ACCESS_SYNTAX = "METHOD:VALUE|METHOD:VALUE with AGE:1y6m, GROUP:name or USER:name";

/**
 * Reads the rules of `readAccess`; an empty text lets everybody in.
 * `undefined` for a wrong one: the source is then closed to all. Source: das2-server 6.2.
 */
export function accessRules(text: string): readonly AccessRule[] | undefined {
  if (text.trim() === "") return [];
  const rules = text.split("|").map(accessRule);
  return rules.every((rule) => rule !== undefined) ? rules : undefined;
}

function accessRule(text: string): AccessRule | undefined {
  const [method = "", value, ...more] = text.split(":").map((part) => part.trim());
  if (value === undefined || value === "" || more.length > 0) return undefined;
  switch (method.toUpperCase()) {
    case "AGE":
      return ageRule(value);
    case "GROUP":
      return { method: "group", name: value };
    case "USER":
      return { method: "user", name: value };
    default:
      return undefined;
  }
}

/** `m` are months: there are no minutes. */
function ageRule(value: string): AccessRule | undefined {
  const found = AGE.exec(value.replaceAll(/\s/g, ""));
  if (found === null || found[0] === "") return undefined;
  const [years, months, days, hours] = found.slice(1).map((digits) => Number(digits ?? 0));
  return { method: "age", years: years ?? 0, months: months ?? 0, days: days ?? 0, hours: hours ?? 0 };
}
