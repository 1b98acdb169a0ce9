import { LUA_BLOCKS } from "./blocks.js";
import { LUA_PLACE } from "./chunks.js";
import { luaScript } from "./lua-script.js";

/**
 * Takes blocks off the record of all generations: their files are gone.
 *
 * KEYS[1] generations  KEYS[2] usage
 * ARGV[1] prefix of states  ARGV[2] prefix of extras  ARGV[3] field of the level's usage  ARGV[4...] numbers of blocks
 * Reply: OK.
 */
export const FORGET_BLOCKS = luaScript(
  "forget-blocks",
  `local GENERATIONS, USAGE, STATES, EXTRAS, LEVEL = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3]`,
  LUA_PLACE,
  LUA_BLOCKS,
  `
redis.call('SREM', GENERATIONS, '') -- a write that takes no memory
for _, generation in ipairs(redis.call('SMEMBERS', GENERATIONS)) do
  for i = 4, #ARGV do remove(tonumber(ARGV[i]), generation) end
end
flush()
return redis.status_reply('OK')`,
);
