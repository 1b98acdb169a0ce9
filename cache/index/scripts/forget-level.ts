import { luaScript } from "./lua-script.js";

/**
 * Takes everything of a level off the record, of all generations; claims stay, since builds go on.
 *
 * KEYS[1] generations  KEYS[2] usage
 * ARGV[1] prefix of states  ARGV[2] prefix of extras  ARGV[3] field of the level's usage
 * Reply: OK.
 */
export const FORGET_LEVEL = luaScript(
  "forget-level",
  `
local all = redis.call('SMEMBERS', KEYS[1])
redis.call('UNLINK', KEYS[1])
for _, generation in ipairs(all) do
  redis.call('UNLINK', ARGV[1] .. generation, ARGV[2] .. generation)
  local bytes = redis.call('HGET', KEYS[2], ARGV[3] .. generation)
  if bytes then
    redis.call('HINCRBY', KEYS[2], 'total', string.format('%.0f', -bytes))
    redis.call('HDEL', KEYS[2], ARGV[3] .. generation)
  end
end
return redis.status_reply('OK')`,
);
