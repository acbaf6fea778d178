-- A loop that does next to nothing: the sum of the numbers below n.

local n = tonumber(arg[1]) or 100000000
local sum = 0
for i = 0, n - 1 do sum = sum + i end
print(string.format("%d", sum))
