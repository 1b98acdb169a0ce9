import type { KeyDescriptor } from "./key-types.js";

/** Who may see what; das2-server 6. */
export const ACCESS_KEYS = [
  {
    key: "USER_PASSWD",
    field: "userPasswd",
    type: "optional path",
    default: "",
    help: "Password file, lines user:HASH. A hash that asks for more than argon2 m=262144,t=16,p=16, 1000000 rounds of SHA-crypt or bcrypt cost 14 is taken for none.",
  },
  {
    key: "USER_GROUP",
    field: "userGroup",
    type: "optional path",
    default: "",
    help: "Group file, lines group:::user1,user2.",
  },
  {
    key: "SECURITY_REALM",
    field: "securityRealm",
    type: "optional text",
    default: "",
    help: "Realm of sources that name none; without it SCRIPT_NAME/ID.",
  },
  {
    key: "TEST_FROM",
    aliases: ["ALLOW_TEST_FROM"],
    field: "testFrom",
    type: "networks",
    default: "",
    help: "Addresses and networks that are never asked for a password.",
  },
  {
    key: "TRUSTED_PROXIES",
    field: "trustedProxies",
    type: "networks",
    default: "",
    help: "Addresses of reverse proxies whose X-Forwarded-For, -Proto and -Host are believed.",
  },
  {
    key: "ALLOW_DES_PASSWORDS",
    field: "allowDesPasswords",
    type: "flag",
    default: "true",
    help: "Accept 13-character DES entries of older password files; only 8 characters of such a password count.",
  },
  {
    key: "LOGIN_DELAY",
    field: "loginDelay",
    type: "number",
    default: "1",
    unit: "s",
    min: 0,
    max: 60,
    help: "Wait before the answer to a wrong password, doubled with each further one from the same address or for the same user.",
  },
] as const satisfies readonly KeyDescriptor[];
