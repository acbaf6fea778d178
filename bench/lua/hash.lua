-- Tables: n scattered numbers as keys, then n/4 strings: stored, looked up,
-- changed, removed.

-- Lua does not count the entries of a table.
local function summary(t)
  local sum, count = 0, 0
  for _, value in pairs(t) do
    sum = sum + value
    count = count + 1
  end
  return sum, count
end

local function numbers(n)
  local t = {}
  for i = 1, n do t[i * 48271 % 2147483647] = i end
  local sum = 0
  for i = 1, n do sum = sum + t[i * 48271 % 2147483647] end
  local missing = 0
  for i = 1, n do
    if t[i] == nil then missing = missing + 1 end
  end
  for i = 1, n, 2 do t[i * 48271 % 2147483647] = nil end
  local rest, count = summary(t)
  print(string.format("%d %d %d %d", sum, missing, rest, count))
end

local function strings(n)
  local t = {}
  for i = 0, n - 1 do t["key " .. i] = i end
  for turn = 1, 2 do
    for i = 0, n - 1, turn do
      local key = "key " .. i
      t[key] = t[key] + turn
    end
  end
  print(string.format("%d %d", summary(t)))
end

local n = tonumber(arg[1]) or 2000000
numbers(n)
strings(math.floor(n / 4))
