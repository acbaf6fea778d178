// Richards: the kernel of a simple operating system, n rounds. Six tasks pass
// packets around; with 10,000 idle turns 23,246 packets are queued and 9,297
// times a task is held, so a wrong scheduler cannot pass.

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B, TASKS };
enum { DEVICE_PACKET, WORK_PACKET };
enum { PACKET_SIZE = 4, IDLE_TURNS = 10000 };

typedef struct Packet {
    struct Packet *next;
    int target; // the task it goes to, then the one it came from
    int kind, index;
    int data[PACKET_SIZE];
} Packet;

typedef struct Kernel Kernel;

typedef struct Task {
    struct Task *(*step)(Kernel *, struct Task *, Packet *); // gives the task to go on with
    struct Task *next;
    int id, priority;
    Packet *queue;
    bool held, suspended;
    // of the idle task
    int count, control;
    // of the worker
    int target, letter;
    // of handlers and devices
    Packet *work, *devices, *pending;
} Task;

struct Kernel {
    Task tasks[TASKS];
    Task *first, *current;
    long sent, holds;
};

// Puts a packet at the end of a queue; gives the queue.
static Packet *join_queue(Packet *packet, Packet *queue) {
    packet->next = NULL;
    if (!queue) return packet;
    Packet *last = queue;
    while (last->next) last = last->next;
    last->next = packet;
    return queue;
}

static Task *hold(Kernel *kernel) {
    kernel->holds += 1;
    kernel->current->held = true;
    return kernel->current->next;
}

static Task *release(Kernel *kernel, int id) {
    Task *task = &kernel->tasks[id];
    task->held = false;
    return task->priority > kernel->current->priority ? task : kernel->current;
}

static Task *suspend(Kernel *kernel) {
    kernel->current->suspended = true;
    return kernel->current;
}

// Gives a packet to its task; the more urgent of the two tasks goes on.
static Task *send(Kernel *kernel, Packet *packet) {
    kernel->sent += 1;
    Task *task = &kernel->tasks[packet->target];
    packet->target = kernel->current->id;
    bool empty = !task->queue;
    task->queue = join_queue(packet, task->queue);
    return empty && task->priority > kernel->current->priority ? task : kernel->current;
}

static Task *idle_step(Kernel *kernel, Task *this, Packet *packet) {
    (void)packet;
    this->count -= 1;
    if (this->count == 0) return hold(kernel);
    if (this->control % 2 == 0) {
        this->control /= 2;
        return release(kernel, DEVICE_A);
    }
    this->control = (this->control - 1) / 2 ^ 0xD008;
    return release(kernel, DEVICE_B);
}

static Task *worker_step(Kernel *kernel, Task *this, Packet *packet) {
    if (!packet) return suspend(kernel);
    this->target = this->target == HANDLER_A ? HANDLER_B : HANDLER_A;
    packet->target = this->target;
    packet->index = 0;
    for (int i = 0; i < PACKET_SIZE; i += 1) {
        this->letter += 1;
        if (this->letter > 26) this->letter = 1;
        packet->data[i] = this->letter;
    }
    return send(kernel, packet);
}

static Task *handler_step(Kernel *kernel, Task *this, Packet *packet) {
    if (packet) {
        if (packet->kind == WORK_PACKET) this->work = join_queue(packet, this->work);
        else this->devices = join_queue(packet, this->devices);
    }
    if (this->work) {
        Packet *job = this->work;
        if (job->index == PACKET_SIZE) {
            this->work = job->next;
            return send(kernel, job);
        }
        if (this->devices) {
            Packet *out = this->devices;
            this->devices = out->next;
            out->index = job->data[job->index];
            job->index += 1;
            return send(kernel, out);
        }
    }
    return suspend(kernel);
}

static Task *device_step(Kernel *kernel, Task *this, Packet *packet) {
    if (packet) {
        this->pending = packet;
        return hold(kernel);
    }
    if (!this->pending) return suspend(kernel);
    Packet *out = this->pending;
    this->pending = NULL;
    return send(kernel, out);
}

static bool is_blocked(const Task *task) {
    return task->held || (task->suspended && !task->queue);
}

// A task that waited gets its packet; one that was merely preempted goes on.
static Task *run_task(Kernel *kernel, Task *task) {
    Packet *packet = NULL;
    if (task->suspended) {
        packet = task->queue;
        task->queue = packet->next;
        task->suspended = false;
    }
    return task->step(kernel, task, packet);
}

static Task *add(Kernel *kernel, Task task) {
    Task *place = &kernel->tasks[task.id];
    *place = task;
    place->suspended = true;
    place->next = kernel->first;
    kernel->first = place;
    return place;
}

static Packet *packets(int count, int target, int kind) {
    Packet *queue = NULL;
    for (int i = 0; i < count; i += 1) {
        Packet *packet = calloc(1, sizeof *packet);
        packet->next = queue;
        packet->target = target;
        packet->kind = kind;
        queue = packet;
    }
    return queue;
}

static Kernel *simulate(void) {
    Kernel *kernel = calloc(1, sizeof *kernel);
    Task *idle = add(kernel, (Task){.step = idle_step, .id = IDLE, .priority = 0,
                                    .count = IDLE_TURNS, .control = 1});
    idle->suspended = false;
    add(kernel, (Task){.step = worker_step, .id = WORKER, .priority = 1000, .target = HANDLER_A,
                       .queue = packets(2, WORKER, WORK_PACKET)});
    add(kernel, (Task){.step = handler_step, .id = HANDLER_A, .priority = 2000,
                       .queue = packets(3, DEVICE_A, DEVICE_PACKET)});
    add(kernel, (Task){.step = handler_step, .id = HANDLER_B, .priority = 3000,
                       .queue = packets(3, DEVICE_B, DEVICE_PACKET)});
    add(kernel, (Task){.step = device_step, .id = DEVICE_A, .priority = 4000});
    add(kernel, (Task){.step = device_step, .id = DEVICE_B, .priority = 5000});
    kernel->current = kernel->first;
    while (kernel->current) {
        if (is_blocked(kernel->current)) kernel->current = kernel->current->next;
        else kernel->current = run_task(kernel, kernel->current);
    }
    return kernel;
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 50;
    long sent = 0, holds = 0;
    for (int i = 0; i < rounds; i += 1) {
        Kernel *kernel = simulate();
        sent += kernel->sent;
        holds += kernel->holds;
        free(kernel); // its eight packets stay
    }
    printf("%ld %ld\n", sent, holds);
}
