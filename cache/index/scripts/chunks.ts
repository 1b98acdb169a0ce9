import { EXTRAS_CHUNK, STATES_CHUNK } from "../redis-keys.js";

/**
 * Lua: `whole(n)`, an integer as text; `place(block, size, width)`, the field of a block in a hash of chunks and its offset there in bytes.
 */
export const LUA_PLACE = `
local STATES_CHUNK, EXTRAS_CHUNK = ${STATES_CHUNK}, ${EXTRAS_CHUNK}
local function whole(n) return string.format('%.0f', n) end
local function place(block, size, width)
  local chunk = math.floor(block / size)
  return whole(chunk), (block - chunk * size) * width
end`;

/**
 * Lua: `chunks(key, first, last)`, the numbers of the fields of a hash of chunks from `first` to `last`, ascending. It looks at
 * whichever is fewer, the numbers or the fields.
 */
export const LUA_CHUNKS = `
local function chunks(key, first, last)
  local found, count = {}, redis.call('HLEN', key)
  if last - first < count then
    for chunk = first, last do
      if redis.call('HEXISTS', key, whole(chunk)) == 1 then found[#found + 1] = chunk end
    end
    return found
  end
  for _, field in ipairs(redis.call('HKEYS', key)) do
    local chunk = tonumber(field)
    if chunk and chunk >= first and chunk <= last then found[#found + 1] = chunk end
  end
  table.sort(found)
  return found
end`;
