-- Many short-lived binary trees beside one that lives long: allocation and
-- garbage collection.

local Node = {}
Node.__index = Node

function Node.new(left, right)
  return setmetatable({left = left, right = right}, Node)
end

function Node:count()
  if not self.left then return 1 end
  return 1 + self.left:count() + self.right:count()
end

local function build(depth)
  if depth == 0 then return Node.new(nil, nil) end
  return Node.new(build(depth - 1), build(depth - 1))
end

local greatest = tonumber(arg[1]) or 15
local least = 4
print(string.format("depth %d: %d", greatest + 1, build(greatest + 1):count()))
local long_lived = build(greatest)
local turns = 2 ^ greatest
for depth = least, greatest, 2 do
  local total = 0
  for _ = 1, turns do total = total + build(depth):count() end
  print(string.format("depth %d: %d trees, %d", depth, turns, total))
  turns = turns / 4
end
print(string.format("long lived: %d", long_lived:count()))
