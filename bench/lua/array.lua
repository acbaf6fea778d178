-- A large array: appended to, read and written by index, walked through,
-- emptied from the end.

local n = tonumber(arg[1]) or 10000000
local a = {}
for i = 0, n - 1 do a[#a + 1] = i end
for i = 2, #a do a[i] = a[i] + a[i - 1] / 2 end
local sum = 0
for _, x in ipairs(a) do sum = sum + x end
local popped = 0
while #a > n / 2 do popped = popped + table.remove(a) end
print(string.format("%.0f %.0f %d", sum, popped, #a))
