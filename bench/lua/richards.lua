-- Richards: the kernel of a simple operating system, n rounds. Six tasks pass
-- packets around; with 10,000 idle turns 23,246 packets are queued and 9,297
-- times a task is held, so a wrong scheduler cannot pass.

-- An operator in Lua 5.4, a library in LuaJIT.
local bxor = bit and bit.bxor or load("return function(a, b) return a ~ b end")()

local IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = 0, 1, 2, 3, 4, 5
local DEVICE_PACKET, WORK_PACKET = 0, 1
local PACKET_SIZE = 4
local IDLE_TURNS = 10000

local function class(super)
  local c = setmetatable({}, super)
  c.__index = c
  return c
end

local Packet = class()

function Packet.new(next, target, kind)
  return setmetatable({
    next = next,
    target = target, -- the task it goes to, then the one it came from
    kind = kind,
    index = 1,
    data = {0, 0, 0, 0},
  }, Packet)
end

-- Puts this packet at the end of a queue; gives the queue.
function Packet:join_queue(queue)
  self.next = nil
  if not queue then return self end
  local last = queue
  while last.next do last = last.next end
  last.next = self
  return queue
end

-- A task as the kernel sees it; subclasses supply step(packet), which returns
-- the task to go on with.
local Task = class()

function Task.new(class, kernel, id, priority, queue)
  return setmetatable({
    kernel = kernel,
    id = id,
    priority = priority,
    queue = queue,
    held = false,
    suspended = true,
    next = nil,
  }, class)
end

function Task:is_blocked()
  return self.held or (self.suspended and not self.queue)
end

-- A task that waited gets its packet; one that was merely preempted goes on.
function Task:run()
  local packet
  if self.suspended then
    packet = self.queue
    self.queue = packet.next
    self.suspended = false
  end
  return self:step(packet)
end

-- Accepts a packet; the more urgent of the two tasks goes on.
function Task:accept(sender, packet)
  if not self.queue then
    self.queue = packet:join_queue(nil)
    if self.priority > sender.priority then return self end
  else
    self.queue = packet:join_queue(self.queue)
  end
  return sender
end

local IdleTask = class(Task)

function IdleTask.new(kernel)
  local task = Task.new(IdleTask, kernel, IDLE, 0, nil)
  task.suspended = false
  task.count = IDLE_TURNS
  task.control = 1
  return task
end

function IdleTask:step()
  self.count = self.count - 1
  if self.count == 0 then return self.kernel:hold() end
  if self.control % 2 == 0 then
    self.control = self.control / 2
    return self.kernel:release(DEVICE_A)
  end
  self.control = bxor((self.control - 1) / 2, 0xD008)
  return self.kernel:release(DEVICE_B)
end

local WorkerTask = class(Task)

function WorkerTask.new(kernel, priority, queue)
  local task = Task.new(WorkerTask, kernel, WORKER, priority, queue)
  task.target = HANDLER_A
  task.letter = 0
  return task
end

function WorkerTask:step(packet)
  if not packet then return self.kernel:suspend() end
  self.target = self.target == HANDLER_A and HANDLER_B or HANDLER_A
  packet.target = self.target
  packet.index = 1
  for i = 1, PACKET_SIZE do
    self.letter = self.letter + 1
    if self.letter > 26 then self.letter = 1 end
    packet.data[i] = self.letter
  end
  return self.kernel:send(packet)
end

local HandlerTask = class(Task)

function HandlerTask.new(kernel, id, priority, queue)
  return Task.new(HandlerTask, kernel, id, priority, queue)
end

function HandlerTask:step(packet)
  if packet then
    if packet.kind == WORK_PACKET then
      self.work = packet:join_queue(self.work)
    else
      self.devices = packet:join_queue(self.devices)
    end
  end
  local job = self.work
  if job then
    if job.index > PACKET_SIZE then
      self.work = job.next
      return self.kernel:send(job)
    end
    local out = self.devices
    if out then
      self.devices = out.next
      out.index = job.data[job.index]
      job.index = job.index + 1
      return self.kernel:send(out)
    end
  end
  return self.kernel:suspend()
end

local DeviceTask = class(Task)

function DeviceTask.new(kernel, id, priority)
  return Task.new(DeviceTask, kernel, id, priority, nil)
end

function DeviceTask:step(packet)
  if packet then
    self.pending = packet
    return self.kernel:hold()
  end
  local out = self.pending
  if not out then return self.kernel:suspend() end
  self.pending = nil
  return self.kernel:send(out)
end

local Kernel = class()

function Kernel.new()
  return setmetatable({
    tasks = {},
    first = nil,
    current = nil,
    sent = 0,
    holds = 0,
  }, Kernel)
end

function Kernel:add(task)
  task.next = self.first
  self.first = task
  self.tasks[task.id] = task
end

function Kernel:run()
  self.current = self.first
  while self.current do
    if self.current:is_blocked() then
      self.current = self.current.next
    else
      self.current = self.current:run()
    end
  end
end

function Kernel:hold()
  self.holds = self.holds + 1
  self.current.held = true
  return self.current.next
end

function Kernel:release(id)
  local task = self.tasks[id]
  task.held = false
  if task.priority > self.current.priority then return task end
  return self.current
end

function Kernel:suspend()
  self.current.suspended = true
  return self.current
end

function Kernel:send(packet)
  self.sent = self.sent + 1
  local task = self.tasks[packet.target]
  packet.target = self.current.id
  return task:accept(self.current, packet)
end

local function packets(count, target, kind)
  local queue
  for _ = 1, count do queue = Packet.new(queue, target, kind) end
  return queue
end

local function simulate()
  local kernel = Kernel.new()
  kernel:add(IdleTask.new(kernel))
  kernel:add(WorkerTask.new(kernel, 1000, packets(2, WORKER, WORK_PACKET)))
  kernel:add(HandlerTask.new(kernel, HANDLER_A, 2000, packets(3, DEVICE_A, DEVICE_PACKET)))
  kernel:add(HandlerTask.new(kernel, HANDLER_B, 3000, packets(3, DEVICE_B, DEVICE_PACKET)))
  kernel:add(DeviceTask.new(kernel, DEVICE_A, 4000))
  kernel:add(DeviceTask.new(kernel, DEVICE_B, 5000))
  kernel:run()
  return kernel
end

local sent, holds = 0, 0
for _ = 1, tonumber(arg[1]) or 50 do
  local kernel = simulate()
  sent = sent + kernel.sent
  holds = holds + kernel.holds
end
print(sent .. " " .. holds)
