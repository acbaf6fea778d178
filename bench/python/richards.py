"""Richards: the kernel of a simple operating system, n rounds. Six tasks pass
packets around; with 10,000 idle turns 23,246 packets are queued and 9,297
times a task is held, so a wrong scheduler cannot pass."""

import sys

IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = range(6)
DEVICE_PACKET, WORK_PACKET = range(2)
PACKET_SIZE = 4
IDLE_TURNS = 10000


class Packet:
    def __init__(self, next, target, kind):
        self.next = next
        self.target = target  # the task it goes to, then the one it came from
        self.kind = kind
        self.index = 0
        self.data = [0, 0, 0, 0]

    def join_queue(self, queue):
        """Puts this packet at the end of a queue; gives the queue."""
        self.next = None
        if queue is None:
            return self
        last = queue
        while last.next is not None:
            last = last.next
        last.next = self
        return queue


class Task:
    """A task as the kernel sees it; subclasses supply step(packet), which
    returns the task to go on with."""

    def __init__(self, kernel, id, priority, queue):
        self.kernel = kernel
        self.id = id
        self.priority = priority
        self.queue = queue
        self.held = False
        self.suspended = True
        self.next = None

    def is_blocked(self):
        return self.held or (self.suspended and self.queue is None)

    def run(self):
        """A task that waited gets its packet; one that was merely preempted goes on."""
        packet = None
        if self.suspended:
            packet = self.queue
            self.queue = packet.next
            self.suspended = False
        return self.step(packet)

    def accept(self, sender, packet):
        """Accepts a packet; the more urgent of the two tasks goes on."""
        if self.queue is None:
            self.queue = packet.join_queue(None)
            if self.priority > sender.priority:
                return self
        else:
            self.queue = packet.join_queue(self.queue)
        return sender


class IdleTask(Task):
    def __init__(self, kernel):
        super().__init__(kernel, IDLE, 0, None)
        self.suspended = False
        self.count = IDLE_TURNS
        self.control = 1

    def step(self, packet):
        self.count -= 1
        if self.count == 0:
            return self.kernel.hold()
        if self.control % 2 == 0:
            self.control //= 2
            return self.kernel.release(DEVICE_A)
        self.control = ((self.control - 1) // 2) ^ 0xD008
        return self.kernel.release(DEVICE_B)


class WorkerTask(Task):
    def __init__(self, kernel, priority, queue):
        super().__init__(kernel, WORKER, priority, queue)
        self.target = HANDLER_A
        self.letter = 0

    def step(self, packet):
        if packet is None:
            return self.kernel.suspend()
        self.target = HANDLER_B if self.target == HANDLER_A else HANDLER_A
        packet.target = self.target
        packet.index = 0
        for i in range(PACKET_SIZE):
            self.letter += 1
            if self.letter > 26:
                self.letter = 1
            packet.data[i] = self.letter
        return self.kernel.send(packet)


class HandlerTask(Task):
    def __init__(self, kernel, id, priority, queue):
        super().__init__(kernel, id, priority, queue)
        self.work = None
        self.devices = None

    def step(self, packet):
        if packet is not None:
            if packet.kind == WORK_PACKET:
                self.work = packet.join_queue(self.work)
            else:
                self.devices = packet.join_queue(self.devices)
        if self.work is not None:
            job = self.work
            if job.index == PACKET_SIZE:
                self.work = job.next
                return self.kernel.send(job)
            if self.devices is not None:
                out = self.devices
                self.devices = out.next
                out.index = job.data[job.index]
                job.index += 1
                return self.kernel.send(out)
        return self.kernel.suspend()


class DeviceTask(Task):
    def __init__(self, kernel, id, priority):
        super().__init__(kernel, id, priority, None)
        self.pending = None

    def step(self, packet):
        if packet is not None:
            self.pending = packet
            return self.kernel.hold()
        if self.pending is None:
            return self.kernel.suspend()
        out = self.pending
        self.pending = None
        return self.kernel.send(out)


class Kernel:
    def __init__(self):
        self.tasks = [None] * 6
        self.first = None
        self.current = None
        self.sent = 0
        self.holds = 0

    def add(self, task):
        task.next = self.first
        self.first = task
        self.tasks[task.id] = task

    def run(self):
        self.current = self.first
        while self.current is not None:
            if self.current.is_blocked():
                self.current = self.current.next
            else:
                self.current = self.current.run()

    def hold(self):
        self.holds += 1
        self.current.held = True
        return self.current.next

    def release(self, id):
        task = self.tasks[id]
        task.held = False
        return task if task.priority > self.current.priority else self.current

    def suspend(self):
        self.current.suspended = True
        return self.current

    def send(self, packet):
        self.sent += 1
        task = self.tasks[packet.target]
        packet.target = self.current.id
        return task.accept(self.current, packet)


def packets(count, target, kind):
    queue = None
    for _ in range(count):
        queue = Packet(queue, target, kind)
    return queue


def simulate():
    kernel = Kernel()
    kernel.add(IdleTask(kernel))
    kernel.add(WorkerTask(kernel, 1000, packets(2, WORKER, WORK_PACKET)))
    kernel.add(HandlerTask(kernel, HANDLER_A, 2000, packets(3, DEVICE_A, DEVICE_PACKET)))
    kernel.add(HandlerTask(kernel, HANDLER_B, 3000, packets(3, DEVICE_B, DEVICE_PACKET)))
    kernel.add(DeviceTask(kernel, DEVICE_A, 4000))
    kernel.add(DeviceTask(kernel, DEVICE_B, 5000))
    kernel.run()
    return kernel


def main(rounds):
    sent = 0
    holds = 0
    for _ in range(rounds):
        kernel = simulate()
        sent += kernel.sent
        holds += kernel.holds
    print(f"{sent} {holds}")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
