import type { Findings } from "./findings.js";

/** Whether there is somebody to ask, and whether those who may have the data can log in. */
export function checkPeople(findings: Findings, hasPasswords: boolean | undefined): void {
  const { contacts, securityRealm } = findings.source;
  if (!contacts.some(({ kind }) => kind === "technical")) findings.add("warning", "no techContact");
  checkLogin(findings, hasPasswords);
  if (securityRealm !== undefined && /["\\]/.test(securityRealm))
    findings.add("warning", "quotes and backslashes in a realm confuse clients", "securityRealm");
}

function checkLogin(findings: Findings, hasPasswords: boolean | undefined): void {
  const { access, keywords } = findings.source;
  const missing = access.some(({ method }) => method !== "age") && hasPasswords === false;
  const keyword = keywords.has("readAccess") ? "readAccess" : "groupAccess";
  if (missing) findings.add("error", "asks for a login, but USER_PASSWD is not configured", keyword);
}
