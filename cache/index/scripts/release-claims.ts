import { LUA_CLAIMS } from "./claims.js";
import { luaScript } from "./lua-script.js";

/**
 * Gives claims back; those of other tokens stay.
 *
 * KEYS[1] claims
 * ARGV number of block, token, and so on
 * Reply: how many were given back.
 */
export const RELEASE_CLAIMS = luaScript(
  "release-claims",
  LUA_CLAIMS,
  `
local count = 0
for i = 1, #ARGV, 2 do
  if claim_of(KEYS[1], ARGV[i]) == ARGV[i + 1] then count = count + redis.call('HDEL', KEYS[1], ARGV[i]) end
end
return count`,
);
