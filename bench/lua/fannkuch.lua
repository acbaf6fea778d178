-- Over all permutations of n numbers: how often must the first k be reversed,
-- k being the first number, until the smallest comes first? Small arrays.

local n = tonumber(arg[1]) or 10
local order = {} -- the permutation
local work = {}  -- a copy that is reversed
local turns = {} -- how often the first k will still be rotated
for i = 1, n do
  order[i] = i
  work[i] = i
  turns[i] = i
end
local most, checksum, sign = 0, 0, 1
while true do
  local first = order[1]
  if first ~= 1 then
    for i = 1, n do work[i] = order[i] end
    local flips = 0
    while first ~= 1 do
      local low, high = 1, first
      while low < high do
        work[low], work[high] = work[high], work[low]
        low = low + 1
        high = high - 1
      end
      flips = flips + 1
      first = work[1]
    end
    if flips > most then most = flips end
    checksum = checksum + sign * flips
  end
  sign = -sign
  -- The next permutation: rotate ever longer beginnings.
  local k = 2
  while k <= n do
    local front = order[1]
    for i = 1, k - 1 do order[i] = order[i + 1] end
    order[k] = front
    turns[k] = turns[k] - 1
    if turns[k] > 0 then break end
    turns[k] = k
    k = k + 1
  end
  if k > n then break end
end
print(checksum)
print(most)
