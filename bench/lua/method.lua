-- n method calls: on an object of the class that has the method, and on
-- objects of two classes that inherit one and override the other.

local Counter = {}
Counter.__index = Counter

function Counter.new(class, step)
  return setmetatable({step = step, total = 0}, class)
end

function Counter:weight() return 1 end

function Counter:add(x)
  self.total = self.total + x * self.step
  return self.total
end

local Double = setmetatable({}, Counter)
Double.__index = Double

function Double:weight() return 2 end

local n = tonumber(arg[1]) or 20000000
local one = Counter:new(1)
for i = 0, n / 2 - 1 do one:add(i) end
local both = {Counter:new(3), Double:new(5)}
local weights = 0
for i = 0, n / 8 - 1 do
  for _, counter in ipairs(both) do
    counter:add(i)
    weights = weights + counter:weight()
  end
end
print(string.format("%d %d %d %d", one.total, both[1].total, both[2].total, weights))
