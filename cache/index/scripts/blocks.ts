/**
 * Lua, after LUA_PLACE: `put(block, record, extra)` writes a block of the generation `GENERATION`, and `remove(block, generation)` takes
 * one off the record; both keep the usage. `lookup(block, generation)` gives its record, or eight zero bytes. They use the
 * locals STATES, EXTRAS (prefixes of keys), LEVEL (`level `), GENERATIONS and USAGE (keys), which the script sets before.
 *
 * Where Redis is out of memory, its first write refuses if it is one that may take memory, later ones do not. So a script
 * that adds begins with such a one, and is done whole or not at all; one that removes begins with one that takes none.
 */
export const LUA_BLOCKS = String.raw`
local NO_RECORD, NO_EXTRA = string.rep('\0', 8), string.rep('\0', 44)
local NO_STATES, NO_EXTRAS = string.rep('\0', 8 * STATES_CHUNK), string.rep('\0', 44 * EXTRAS_CHUNK)

local function chunk_of(key, field, none)
  local chunk = redis.call('HGET', key, field)
  if chunk and #chunk == #none then return chunk end
  return none
end

local function spliced(chunk, at, piece)
  return string.sub(chunk, 1, at) .. piece .. string.sub(chunk, at + #piece + 1)
end

local function lookup(block, generation)
  local field, at = place(block, STATES_CHUNK, 8)
  return string.sub(chunk_of(STATES .. generation, field, NO_STATES), at + 1, at + 8)
end

local function bytes_of(extra)
  local bytes = 0
  for i = 1, 6 do bytes = bytes * 256 + string.byte(extra, i) end
  return bytes
end

local function use(generation, bytes)
  if bytes == 0 then return end
  redis.call('HINCRBY', USAGE, 'total', whole(bytes))
  redis.call('HINCRBY', USAGE, LEVEL .. generation, whole(bytes))
end

local function replace(block, generation, record, extra)
  local field, at = place(block, STATES_CHUNK, 8)
  local states = spliced(chunk_of(STATES .. generation, field, NO_STATES), at, record)
  local extra_field, extra_at = place(block, EXTRAS_CHUNK, 44)
  local before = chunk_of(EXTRAS .. generation, extra_field, NO_EXTRAS)
  local extras = spliced(before, extra_at, extra)
  if states == NO_STATES then redis.call('HDEL', STATES .. generation, field)
  else redis.call('HSET', STATES .. generation, field, states) end
  if extras == NO_EXTRAS then redis.call('HDEL', EXTRAS .. generation, extra_field)
  else redis.call('HSET', EXTRAS .. generation, extra_field, extras) end
  use(generation, bytes_of(extra) - bytes_of(string.sub(before, extra_at + 1, extra_at + 44)))
end

local function remove(block, generation)
  if lookup(block, generation) == NO_RECORD then return end
  replace(block, generation, NO_RECORD, NO_EXTRA)
  if redis.call('EXISTS', STATES .. generation) == 0 then
    redis.call('SREM', GENERATIONS, generation)
    redis.call('HDEL', USAGE, LEVEL .. generation)
  end
end

local function put(block, record, extra)
  redis.call('SADD', GENERATIONS, GENERATION)
  replace(block, GENERATION, record, extra)
  for _, other in ipairs(redis.call('SMEMBERS', GENERATIONS)) do
    if other ~= GENERATION then remove(block, other) end
  end
end`;
