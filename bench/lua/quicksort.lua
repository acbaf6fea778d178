-- n random numbers sorted in place by Hoare's quicksort.

local floor = math.floor

local function quicksort(a, low, high)
  while low < high do
    local pivot = a[floor((low + high) / 2)]
    local i, j = low, high
    while i <= j do
      while a[i] < pivot do i = i + 1 end
      while a[j] > pivot do j = j - 1 end
      if i <= j then
        a[i], a[j] = a[j], a[i]
        i = i + 1
        j = j - 1
      end
    end
    -- The right part by recursion, the left one in the next turn.
    quicksort(a, i, high)
    high = j
  end
end

local n = tonumber(arg[1]) or 1000000
local a = {}
local seed = 42
for i = 1, n do
  seed = seed * 16807 % 2147483647
  a[i] = seed
end
quicksort(a, 1, n)
local checksum = 0
for i = 1, n do
  if i > 1 and a[i - 1] > a[i] then error("not sorted") end
  checksum = (checksum * 31 + a[i]) % 1000003
end
print(string.format("%d %d %d", a[1], a[n], checksum))
