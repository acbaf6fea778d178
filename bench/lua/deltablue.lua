-- DeltaBlue, n rounds: an incremental solver for hierarchies of one-way
-- constraints. Variables are kept consistent as constraints of various
-- strengths come and go: classes, many small methods, lists that change.

-- Strengths are numbers; the smaller one wins.
local REQUIRED, PREFERRED, WEAK, WEAKEST = 0, 2, 4, 6

local function class(super)
  local c = setmetatable({}, super)
  c.__index = c
  return c
end

local Variable = class()

function Variable.new(value)
  return setmetatable({
    value = value,
    constraints = {},
    determined_by = nil,
    mark = 0,
    strength = WEAKEST,
    stay = true,
  }, Variable)
end

-- Subclasses supply choose(mark), which gives a variable to compute or nil,
-- and execute().
local Constraint = class()

-- `output` is the variable a constraint computes, if it is satisfied.
function Constraint.new(class, variables, strength)
  return setmetatable({variables = variables, strength = strength, output = nil}, class)
end

function Constraint:is_input() return false end
function Constraint:is_satisfied() return self.output ~= nil end

function Constraint:inputs_known(mark)
  for _, v in ipairs(self.variables) do
    if v ~= self.output and v.mark ~= mark and not v.stay and v.determined_by then return false end
  end
  return true
end

function Constraint:attach(planner)
  for _, v in ipairs(self.variables) do v.constraints[#v.constraints + 1] = self end
  planner:incremental_add(self)
end

function Constraint:detach(planner)
  if self:is_satisfied() then
    planner:incremental_remove(self)
  else
    self:unlink()
  end
end

function Constraint:unlink()
  for _, v in ipairs(self.variables) do
    for i, c in ipairs(v.constraints) do
      if c == self then
        table.remove(v.constraints, i)
        break
      end
    end
  end
end

-- Satisfies this constraint if it can; returns the constraint it displaced.
function Constraint:satisfy(planner, mark)
  local target = self:choose(mark)
  if not target then
    if self.strength == REQUIRED then error("a required constraint cannot be met") end
    return nil
  end
  self.output = target
  for _, v in ipairs(self.variables) do
    if v ~= target then v.mark = mark end
  end
  local displaced = target.determined_by
  if displaced then displaced.output = nil end
  target.determined_by = self
  if not planner:propagate_from(self, mark) then error("a cycle of constraints") end
  target.mark = mark
  return displaced
end

-- Recomputes what is known about the output: its strength and whether its
-- value is fixed while a plan runs.
function Constraint:recalculate()
  local out = self.output
  local strength = self.strength
  local stay = not self:is_input()
  for _, v in ipairs(self.variables) do
    if v ~= out then
      if v.strength > strength then strength = v.strength end
      stay = stay and v.stay
    end
  end
  out.strength = strength
  out.stay = stay
  if stay then self:execute() end
end

local Unary = class(Constraint)

function Unary.new(class, planner, variable, strength)
  local c = Constraint.new(class, {variable}, strength)
  c:attach(planner)
  return c
end

function Unary:choose(mark)
  local v = self.variables[1]
  if v.mark ~= mark and self.strength < v.strength then return v end
  return nil
end

function Unary:execute() end

local Stay = class(Unary)

local Edit = class(Unary)

function Edit:is_input() return true end

-- A relation between two variables, which can compute either: the one held
-- most weakly.
local Binary = class(Constraint)

function Binary:choose(mark)
  local a, b = self.variables[1], self.variables[2]
  local can_a = a.mark ~= mark and self.strength < a.strength
  local can_b = b.mark ~= mark and self.strength < b.strength
  if can_a and can_b then return a.strength > b.strength and a or b end
  if can_a then return a end
  if can_b then return b end
  return nil
end

local Equal = class(Binary)

function Equal.new(planner, a, b, strength)
  local c = Constraint.new(Equal, {a, b}, strength)
  c.a = a
  c.b = b
  c:attach(planner)
  return c
end

function Equal:execute()
  if self.output == self.a then
    self.a.value = self.b.value
  else
    self.b.value = self.a.value
  end
end

-- target == source * scale + offset; scale and offset are only ever inputs.
local Scale = class(Binary)

function Scale.new(planner, source, scale, offset, target, strength)
  local c = Constraint.new(Scale, {source, target, scale, offset}, strength)
  c.source = source
  c.scale = scale
  c.offset = offset
  c.target = target
  c:attach(planner)
  return c
end

function Scale:execute()
  if self.output == self.target then
    self.target.value = self.source.value * self.scale.value + self.offset.value
  else
    self.source.value = (self.target.value - self.offset.value) / self.scale.value
  end
end

local Planner = class()

function Planner.new()
  return setmetatable({mark = 0}, Planner)
end

function Planner:new_mark()
  self.mark = self.mark + 1
  return self.mark
end

function Planner:incremental_add(constraint)
  local mark = self:new_mark()
  local next = constraint
  while next do next = next:satisfy(self, mark) end
end

-- After a removal the weaker constraints downstream get their chance.
function Planner:incremental_remove(constraint)
  local out = constraint.output
  constraint.output = nil
  constraint:unlink()
  out.determined_by = nil
  out.strength = WEAKEST
  out.stay = true
  local unsatisfied = {}
  local todo = {out}
  while #todo > 0 do
    local v = table.remove(todo)
    for _, c in ipairs(v.constraints) do
      if not c:is_satisfied() then
        unsatisfied[#unsatisfied + 1] = c
      elseif c ~= v.determined_by then
        c:recalculate()
        todo[#todo + 1] = c.output
      end
    end
  end
  for strength = REQUIRED, WEAKEST - 1 do
    for _, c in ipairs(unsatisfied) do
      if c.strength == strength then self:incremental_add(c) end
    end
  end
end

-- Recomputes everything downstream; false if that leads back to an input.
function Planner:propagate_from(constraint, mark)
  constraint:recalculate()
  local todo = {constraint.output}
  while #todo > 0 do
    local v = table.remove(todo)
    for _, c in ipairs(v.constraints) do
      if c:is_satisfied() and c ~= v.determined_by then
        if c.output.mark == mark then return false end
        c:recalculate()
        todo[#todo + 1] = c.output
      end
    end
  end
  return true
end

-- An ordered list of constraints to run when the inputs change.
function Planner:plan(source)
  local mark = self:new_mark()
  local result = {}
  local todo = {}
  if source:is_input() and source:is_satisfied() then todo[1] = source end
  while #todo > 0 do
    local c = table.remove(todo)
    if c.output.mark ~= mark and c:inputs_known(mark) then
      result[#result + 1] = c
      c.output.mark = mark
      for _, d in ipairs(c.output.constraints) do
        if d ~= c and d:is_satisfied() then todo[#todo + 1] = d end
      end
    end
  end
  return result
end

-- Sets a variable to several values in turn, the last of them for good.
function Planner:change(variable, values)
  local edit = Unary.new(Edit, self, variable, PREFERRED)
  local steps = self:plan(edit)
  for _, value in ipairs(values) do
    variable.value = value
    for _, c in ipairs(steps) do c:execute() end
  end
  edit:detach(self)
  return #steps
end

-- A chain of equalities: pulling one end moves all of it.
local function chain(n, values)
  local planner = Planner.new()
  local variables = {}
  for i = 1, n + 1 do variables[i] = Variable.new(0) end
  for i = 1, n do Equal.new(planner, variables[i], variables[i + 1], REQUIRED) end
  Unary.new(Stay, planner, variables[n + 1], WEAK)
  local steps = planner:change(variables[1], values)
  if variables[n + 1].value ~= values[#values] then error("the far end does not follow") end
  return steps
end

-- Points projected through a common scale and offset, changed from all sides.
local function projection(n)
  local planner = Planner.new()
  local scale = Variable.new(10)
  local offset = Variable.new(1000)
  local sources, targets = {}, {}
  for i = 1, n do
    local source = Variable.new(i - 1)
    local target = Variable.new(i - 1)
    sources[i] = source
    targets[i] = target
    Unary.new(Stay, planner, source, WEAK)
    Scale.new(planner, source, scale, offset, target, REQUIRED)
  end
  local steps = planner:change(sources[1], {17})
  steps = steps + planner:change(targets[2], {1050})
  steps = steps + planner:change(scale, {5})
  steps = steps + planner:change(offset, {2000})
  local sum = steps
  for _, v in ipairs(sources) do sum = sum + v.value end
  for _, v in ipairs(targets) do sum = sum + v.value end
  return sum
end

local n = tonumber(arg[1]) or 400
local values = {}
for i = 1, 100 do values[i] = i end
local steps, sum = 0, 0
for _ = 1, n do
  steps = steps + chain(100, values)
  sum = sum + projection(100)
end
print(string.format("%d %d", steps, sum))
