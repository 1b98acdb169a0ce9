/**
 * Lua: `claim_of(key, block)` gives token, expiry (ms), changes and owner of the claim of a block, or nothing; `keep(key, block, token,
 * expiry, changes, owner)` writes one; `now()` is the clock of Redis in ms, so that the clocks of hosts do not matter.
 *
 * A claim that has lapsed stays until somebody else takes it or it is given back: changes go on being counted in it, so a builder
 * that was late, but alone, may still publish.
 */
export const LUA_CLAIMS = `
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function claim_of(key, block)
  local text = redis.call('HGET', key, block)
  if not text then return nil end
  local token, expiry, changes, owner = string.match(text, '^(%S+) (%d+) (%d+) (.*)$')
  return token, tonumber(expiry), tonumber(changes), owner
end
local function keep(key, block, token, expiry, changes, owner)
  redis.call('HSET', key, block, string.format('%s %.0f %.0f %s', token, expiry, changes, owner))
end`;
