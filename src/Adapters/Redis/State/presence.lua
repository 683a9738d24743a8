-- Presence of the users of one server. A user's hash has a field for each process that they are in, `online` or `away`; `seen`, when they were
-- last seen, in milliseconds; and `version`, which rises with every change, so that an answer and a piece of news can be put in order. The sorted set of processes has the time of each one's last beat, by this server's clock; the set of a
-- process has its users. ARGV: what to do, prefix, process, then as below. Every change of a user is published to whoever watches them.
local command, prefix, process = ARGV[1], ARGV[2], ARGV[3]
local processes = prefix .. ':processes'

local function now()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function users_of(name)
  return prefix .. ':process:' .. name
end

local function document(user)
  local fields = redis.call('HGETALL', prefix .. ':presence:' .. user)
  local states, seen, version = {}, nil, '0'
  for i = 1, #fields, 2 do
    local name, value = fields[i], fields[i + 1]
    if name == 'seen' then seen = value
    elseif name == 'version' then version = value
    else states[#states + 1] = '"' .. name .. '":"' .. value .. '"' end
  end
  return '{"from":"' .. process .. '","kind":"presence","userId":"' .. user .. '","version":' .. version
    .. (seen and ',"seen":' .. seen or '') .. ',"processes":{' .. table.concat(states, ',') .. '}}'
end

-- Versions come from the clock, so that they rise also when a hash was dropped in between.
local function publish(user)
  local key = prefix .. ':presence:' .. user
  local version = math.max(now() * 1000, (tonumber(redis.call('HGET', key, 'version')) or 0) + 1)
  redis.call('HSET', key, 'version', string.format('%.0f', version))
  redis.call('PUBLISH', prefix .. ':presence:' .. user, document(user))
end

-- What is left is the last-seen time, which is worth a month.
local function leave(user, name, seen)
  local key = prefix .. ':presence:' .. user
  local gone = redis.call('HDEL', key, name)
  if seen > (tonumber(redis.call('HGET', key, 'seen')) or 0) then
    redis.call('HSET', key, 'seen', string.format('%.0f', seen))
  end
  if gone == 1 then
    publish(user)
  end
  if redis.call('HLEN', key) <= 2 then
    redis.call('PEXPIRE', key, 2592000000)
  end
end

if command == 'tell' then
  -- Triples of user, state (online, away, offline) and when they were last seen (0 when they still are).
  for i = 4, #ARGV, 3 do
    local user, state = ARGV[i], ARGV[i + 1]
    if state == 'offline' then
      redis.call('SREM', users_of(process), user)
      leave(user, process, tonumber(ARGV[i + 2]))
    else
      local key = prefix .. ':presence:' .. user
      redis.call('SADD', users_of(process), user)
      redis.call('PERSIST', key)
      if redis.call('HGET', key, process) ~= state then
        redis.call('HSET', key, process, state)
        publish(user)
      end
    end
  end
  return 1
end

if command == 'read' then
  -- Users. Answers a document for each.
  local found = {}
  for i = 4, #ARGV do
    found[#found + 1] = document(ARGV[i])
  end
  return found
end

if command == 'beat' then
  -- Expiry in milliseconds, and 1 if dead processes are to be named. Answers 1 when this process was silent for so long that its users may
  -- have been taken for gone, or is not known, and then the dead.
  local time, expiry = now(), tonumber(ARGV[4])
  local last = tonumber(redis.call('ZSCORE', processes, process))
  redis.call('ZADD', processes, time, process)
  local answer = { (not last or time - last > expiry) and 1 or 0 }
  if ARGV[5] == '1' then
    for _, dead in ipairs(redis.call('ZRANGEBYSCORE', processes, '-inf', time - expiry, 'LIMIT', 0, 16)) do
      answer[#answer + 1] = dead
    end
  end
  return answer
end

if command == 'leave' then
  -- The process ends in good order: it counts as dead from now on.
  redis.call('ZADD', processes, 0, process)
  return 1
end

if command == 'mine' then
  -- Answers the users that this process is known to have.
  return redis.call('SMEMBERS', users_of(process))
end

if command == 'bury' then
  -- A dead process, expiry in milliseconds, at most how many of its users. Answers 1 when there may be more. Any process may do it, several at
  -- once, and one may die over it.
  local dead, time = ARGV[4], now()
  local last = tonumber(redis.call('ZSCORE', processes, dead))
  if not last or time - last <= tonumber(ARGV[5]) then
    return 0
  end
  for _, user in ipairs(redis.call('SPOP', users_of(dead), tonumber(ARGV[6]))) do
    leave(user, dead, last > 0 and last or time)
  end
  if redis.call('SCARD', users_of(dead)) > 0 then
    return 1
  end
  redis.call('ZREM', processes, dead)
  return 0
end

return redis.error_reply('There is no such command.')
