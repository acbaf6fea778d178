// Richards: the kernel of a simple operating system, n rounds. Six tasks pass
// packets around; with 10,000 idle turns 23,246 packets are queued and 9,297
// times a task is held, so a wrong scheduler cannot pass.

const idle = 0;
const worker = 1;
const handlerA = 2;
const handlerB = 3;
const deviceA = 4;
const deviceB = 5;

const devicePacket = 0;
const workPacket = 1;
const packetSize = 4;
const idleTurns = 10000;

class Packet {
  constructor(next, target, kind) {
    this.next = next;
    this.target = target; // the task it goes to, then the one it came from
    this.kind = kind;
    this.index = 0;
    this.data = [0, 0, 0, 0];
  }

  // Puts this packet at the end of a queue; gives the queue.
  joinQueue(queue) {
    this.next = null;
    if (queue === null) return this;
    let last = queue;
    while (last.next !== null) last = last.next;
    last.next = this;
    return queue;
  }
}

// A task as the kernel sees it; subclasses supply step(packet), which returns
// the task to go on with.
class Task {
  constructor(kernel, id, priority, queue) {
    this.kernel = kernel;
    this.id = id;
    this.priority = priority;
    this.queue = queue;
    this.held = false;
    this.suspended = true;
    this.next = null;
  }

  isBlocked() {
    return this.held || (this.suspended && this.queue === null);
  }

  // A task that waited gets its packet; one that was merely preempted goes on.
  run() {
    let packet = null;
    if (this.suspended) {
      packet = this.queue;
      this.queue = packet.next;
      this.suspended = false;
    }
    return this.step(packet);
  }

  // Accepts a packet; the more urgent of the two tasks goes on.
  accept(sender, packet) {
    if (this.queue === null) {
      this.queue = packet.joinQueue(null);
      if (this.priority > sender.priority) return this;
    } else {
      this.queue = packet.joinQueue(this.queue);
    }
    return sender;
  }
}

class IdleTask extends Task {
  constructor(kernel) {
    super(kernel, idle, 0, null);
    this.suspended = false;
    this.count = idleTurns;
    this.control = 1;
  }

  step() {
    this.count -= 1;
    if (this.count === 0) return this.kernel.hold();
    if (this.control % 2 === 0) {
      this.control /= 2;
      return this.kernel.release(deviceA);
    }
    this.control = ((this.control - 1) / 2) ^ 0xD008;
    return this.kernel.release(deviceB);
  }
}

class WorkerTask extends Task {
  constructor(kernel, priority, queue) {
    super(kernel, worker, priority, queue);
    this.target = handlerA;
    this.letter = 0;
  }

  step(packet) {
    if (packet === null) return this.kernel.suspend();
    this.target = this.target === handlerA ? handlerB : handlerA;
    packet.target = this.target;
    packet.index = 0;
    for (let i = 0; i < packetSize; i += 1) {
      this.letter += 1;
      if (this.letter > 26) this.letter = 1;
      packet.data[i] = this.letter;
    }
    return this.kernel.send(packet);
  }
}

class HandlerTask extends Task {
  constructor(kernel, id, priority, queue) {
    super(kernel, id, priority, queue);
    this.work = null;
    this.devices = null;
  }

  step(packet) {
    if (packet !== null) {
      if (packet.kind === workPacket) this.work = packet.joinQueue(this.work);
      else this.devices = packet.joinQueue(this.devices);
    }
    if (this.work !== null) {
      const job = this.work;
      if (job.index === packetSize) {
        this.work = job.next;
        return this.kernel.send(job);
      }
      if (this.devices !== null) {
        const out = this.devices;
        this.devices = out.next;
        out.index = job.data[job.index];
        job.index += 1;
        return this.kernel.send(out);
      }
    }
    return this.kernel.suspend();
  }
}

class DeviceTask extends Task {
  constructor(kernel, id, priority) {
    super(kernel, id, priority, null);
    this.pending = null;
  }

  step(packet) {
    if (packet !== null) {
      this.pending = packet;
      return this.kernel.hold();
    }
    if (this.pending === null) return this.kernel.suspend();
    const out = this.pending;
    this.pending = null;
    return this.kernel.send(out);
  }
}

class Kernel {
  constructor() {
    this.tasks = [null, null, null, null, null, null];
    this.first = null;
    this.current = null;
    this.sent = 0;
    this.holds = 0;
  }

  add(task) {
    task.next = this.first;
    this.first = task;
    this.tasks[task.id] = task;
  }

  run() {
    this.current = this.first;
    while (this.current !== null) {
      if (this.current.isBlocked()) this.current = this.current.next;
      else this.current = this.current.run();
    }
  }

  hold() {
    this.holds += 1;
    this.current.held = true;
    return this.current.next;
  }

  release(id) {
    const task = this.tasks[id];
    task.held = false;
    return task.priority > this.current.priority ? task : this.current;
  }

  suspend() {
    this.current.suspended = true;
    return this.current;
  }

  send(packet) {
    this.sent += 1;
    const task = this.tasks[packet.target];
    packet.target = this.current.id;
    return task.accept(this.current, packet);
  }
}

function packets(count, target, kind) {
  let queue = null;
  for (let i = 0; i < count; i += 1) queue = new Packet(queue, target, kind);
  return queue;
}

function simulate() {
  const kernel = new Kernel();
  kernel.add(new IdleTask(kernel));
  kernel.add(new WorkerTask(kernel, 1000, packets(2, worker, workPacket)));
  kernel.add(new HandlerTask(kernel, handlerA, 2000, packets(3, deviceA, devicePacket)));
  kernel.add(new HandlerTask(kernel, handlerB, 3000, packets(3, deviceB, devicePacket)));
  kernel.add(new DeviceTask(kernel, deviceA, 4000));
  kernel.add(new DeviceTask(kernel, deviceB, 5000));
  kernel.run();
  return kernel;
}

const rounds = Number(process.argv[2] ?? 50);
let sent = 0;
let holds = 0;
for (let i = 0; i < rounds; i += 1) {
  const kernel = simulate();
  sent += kernel.sent;
  holds += kernel.holds;
}
console.log(`${sent} ${holds}`);
