import { LUA_CHUNKS, LUA_PLACE } from "./chunks.js";
import { luaScript } from "./lua-script.js";

/**
 * Marks blocks on record as stale, some chunks in one step: a year of minutes in one would keep others waiting.
 *
 * KEYS[1] states
 * ARGV[1] first block  ARGV[2] last block, included  ARGV[3] most chunks  ARGV[4] most numbers in the reply
 * Reply: the block to go on from, an empty string when all is done; then numbers of blocks that became stale, ascending.
 */
export const MARK_STALE = luaScript(
  "mark-stale",
  LUA_PLACE,
  LUA_CHUNKS,
  String.raw`
redis.call('HDEL', KEYS[1], '') -- a write that takes no memory: a change is noted also where Redis is full
local first, last, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4])
local reply = { '' }
for i, chunk in ipairs(chunks(KEYS[1], math.floor(first / STATES_CHUNK), math.floor(last / STATES_CHUNK))) do
  local base = chunk * STATES_CHUNK
  if i > tonumber(ARGV[3]) then
    reply[1] = whole(base)
    break
  end
  local field = whole(chunk)
  local records = redis.call('HGET', KEYS[1], field)
  local pieces, from = {}, 1
  for at = math.max(first - base, 0) * 8 + 1, math.min(last - base, STATES_CHUNK - 1) * 8 + 1, 8 do
    local state = string.byte(records, at)
    if state == 1 or state == 2 then
      pieces[#pieces + 1] = string.sub(records, from, at - 1)
      pieces[#pieces + 1] = '\3'
      from = at + 1
      if #reply <= most then reply[#reply + 1] = whole(base + (at - 1) / 8) end
    end
  end
  if #pieces > 0 then
    pieces[#pieces + 1] = string.sub(records, from)
    redis.call('HSET', KEYS[1], field, table.concat(pieces))
  end
end
return reply`,
);
