"""An emulated processor with threads, for programs of systems that are not this one.

The processor is Unicorn's. Memory is mapped with the rights the program's file asks for and no
others, so a page that is written though it is only readable, or executed though it is only data,
ends the run with an error, as it would on the real system.

A call of a function of the system leads to a place of its own in a page of return instructions,
where a hook does in Python what the function does and sets the result; the instruction there then
returns. Threads are switched only in functions that wait: a function that would have to wait raises
`Wait`, and is called again when its thread's turn comes. So a run is the same every time.
"""

import sys

import lief
from unicorn import UC_ARCH_ARM64, UC_ARCH_X86, UC_HOOK_CODE, UC_MODE_64, UC_MODE_ARM
from unicorn import UC_PROT_EXEC, UC_PROT_NONE, UC_PROT_READ, UC_PROT_WRITE, Uc, UcError
from unicorn import arm64_const as arm, x86_const as x86

READ, WRITE, EXECUTE, NO_ACCESS = UC_PROT_READ, UC_PROT_WRITE, UC_PROT_EXEC, UC_PROT_NONE

# Where calls of the system lead, where its memory is, and the first stack.
CALLS = 0x6_0000_0000
FIRST_FREE = 0x10_0000_0000
STACK_SIZE = 8 << 20
CALL_SIZE = 16
MOST_CALLS = 4096

# Exit status when the run itself went wrong; the programs tested do not use it.
BROKEN = 125


class Wait(Exception):
    """The function called has to wait for another thread."""


class Exit(Exception):
    """The program ended."""

    def __init__(self, status):
        self.status = status


class Broken(Exception):
    """The program did what the real system would not let it do, or asks for what is not here."""


class Processor:
    """Names of registers, and how functions are called."""

    def __init__(self, is_arm):
        self.is_arm = is_arm
        if is_arm:
            self.pc, self.sp, self.result = arm.UC_ARM64_REG_PC, arm.UC_ARM64_REG_SP, arm.UC_ARM64_REG_X0
            self.arguments = [getattr(arm, f"UC_ARM64_REG_X{n}") for n in range(8)]
            self.floats = [getattr(arm, f"UC_ARM64_REG_D{n}") for n in range(2)]
            self.ret = bytes.fromhex("c0035fd6")
        else:
            self.pc, self.sp, self.result = x86.UC_X86_REG_RIP, x86.UC_X86_REG_RSP, x86.UC_X86_REG_RAX
            names = ["RDI", "RSI", "RDX", "RCX", "R8", "R9"]
            self.arguments = [getattr(x86, f"UC_X86_REG_{name}") for name in names]
            self.floats = [x86.UC_X86_REG_XMM0, x86.UC_X86_REG_XMM1]
            self.ret = b"\xc3"

    def emulator(self):
        if not self.is_arm:
            return Uc(UC_ARCH_X86, UC_MODE_64)
        emulator = Uc(UC_ARCH_ARM64, UC_MODE_ARM)
        # Apple's processors have atomic instructions that the default model lacks.
        emulator.ctl_set_cpu_model(arm.UC_CPU_ARM64_MAX)
        # Floating point is switched on by the system.
        emulator.reg_write(arm.UC_ARM64_REG_CPACR_EL1, 3 << 20)
        return emulator


class Thread:
    def __init__(self, number):
        self.number = number
        self.context = None
        self.pc = 0
        self.result = None
        self.done = False
        # What systems keep by thread: thread-local variables, keys, the stack's extent.
        self.locals = {}
        self.keys = {}
        self.stack = (0, 0)


class Machine:
    """Memory, threads and the functions of a system, which `system` has as methods `c_NAME`."""

    def __init__(self, processor, page):
        self.cpu = processor
        self.page = page
        self.uc = processor.emulator()
        self.uc.mem_map(CALLS, CALL_SIZE * MOST_CALLS, READ | EXECUTE)
        self.uc.mem_write(CALLS, processor.ret.ljust(CALL_SIZE, b"\0") * MOST_CALLS)
        self.uc.hook_add(UC_HOOK_CODE, self._called, begin=CALLS, end=CALLS + CALL_SIZE * MOST_CALLS - 1)
        self.calls = []
        self.free = FIRST_FREE
        self.threads = []
        self.thread = None
        self.fault = None
        self.blocks = {}
        self.area = (0, 0)
        self.thread_end = self.entry_of("thread end", self._end_of_thread)

    # Memory.

    def map(self, address, size, rights):
        if rights & WRITE and rights & EXECUTE:
            raise Broken(f"memory at {address:#x} is writable and executable")
        size = self.pages(size)
        self.uc.mem_map(address, size, rights)

    def pages(self, size):
        return -(-size // self.page) * self.page

    def allocate(self, size, rights=READ | WRITE):
        """Fresh zeroed pages, with a page before the next that is not mapped."""
        address, self.free = self.free, self.free + self.pages(max(size, 1)) + (1 << 20)
        self.map(address, max(size, 1), rights)
        return address

    def malloc(self, size, align=16):
        """A block in one of the heap's areas; blocks are not used again."""
        size = max(size, 1)
        if size > 1 << 16:
            address = self.allocate(size)
        else:
            area, end = self.area
            address = -(-area // align) * align
            if address + size > end:
                area = self.allocate(1 << 20)
                address, end = -(-area // align) * align, area + (1 << 20)
            self.area = (address + size, end)
        self.blocks[address] = size
        return address

    def read(self, address, size):
        return bytes(self.uc.mem_read(address, size)) if size else b""

    def write(self, address, data):
        if data:
            self.uc.mem_write(address, bytes(data))

    def word(self, address, size=8):
        return int.from_bytes(self.read(address, size), "little")

    def put(self, address, value, size=8):
        self.write(address, (value & ((1 << 8 * size) - 1)).to_bytes(size, "little"))

    def text(self, address):
        data = b""
        while b"\0" not in data:
            data += self.read(address + len(data), 1)
        return data[:-1]

    def text_block(self, data):
        block = self.malloc(len(data) + 1)
        self.write(block, data + b"\0")
        return block

    # Calls.

    def entry_of(self, name, function):
        """The address that `function` is called at."""
        self.calls.append((name, function))
        return CALLS + CALL_SIZE * (len(self.calls) - 1)

    def argument(self, index):
        if index < len(self.cpu.arguments):
            return self.uc.reg_read(self.cpu.arguments[index])
        beyond = index - len(self.cpu.arguments)
        first = self.uc.reg_read(self.cpu.sp) + (0 if self.cpu.is_arm else 8)
        return self.word(first + 8 * beyond)

    def signed(self, index, bits=32):
        value = self.argument(index) & ((1 << bits) - 1)
        return value - (1 << bits) if value >> (bits - 1) else value

    def float_bits(self, index):
        return self.uc.reg_read(self.cpu.floats[index]) & ((1 << 64) - 1)

    def set_float_bits(self, bits):
        self.uc.reg_write(self.cpu.floats[0], bits)

    def _called(self, uc, address, _size, _data):
        name, function = self.calls[(address - CALLS) // CALL_SIZE]
        try:
            result = function()
            if result is not None:
                uc.reg_write(self.cpu.result, result & ((1 << 64) - 1))
        except Exception as reason:  # What happens here must not go up through the emulator.
            self.fault = reason if not isinstance(reason, UcError) else Broken(f"{name}: {reason}")
            self.thread.context, self.thread.pc = uc.context_save(), address
            uc.emu_stop()

    # Threads.

    def start_thread(self, function, *arguments, stack=STACK_SIZE, at_end=None):
        """A thread that will call a function, and return to `at_end`."""
        thread = Thread(len(self.threads) + 1)
        saved = self.uc.context_save()
        low = self.allocate(stack)
        thread.stack = (low, stack)
        sp = low + stack - 256
        end = at_end or self.thread_end
        if self.cpu.is_arm:
            self.uc.reg_write(arm.UC_ARM64_REG_LR, end)
            self.uc.reg_write(arm.UC_ARM64_REG_FP, 0)
        else:
            sp -= 8
            self.put(sp, end)
            self.uc.reg_write(x86.UC_X86_REG_RBP, 0)
        self.uc.reg_write(self.cpu.sp, sp)
        for register, value in zip(self.cpu.arguments, arguments):
            self.uc.reg_write(register, value)
        thread.context, thread.pc = self.uc.context_save(), function
        self.uc.context_restore(saved)
        self.threads.append(thread)
        return thread

    def _end_of_thread(self):
        self.thread.done = True
        self.thread.result = self.uc.reg_read(self.cpu.result)
        raise Wait

    def run(self):
        """Runs all threads in turn; gives the exit status."""
        turn = idle = 0
        while True:
            alive = [thread for thread in self.threads if not thread.done]
            if idle > len(alive):
                raise Broken("all threads wait")
            self.thread = alive[turn % len(alive)]
            turn += 1
            before = self.thread.pc
            self.uc.context_restore(self.thread.context)
            self.fault = None
            try:
                self.uc.emu_start(self.thread.pc, 0)
            except UcError as error:
                pc = self.uc.reg_read(self.cpu.pc)
                raise Broken(f"{error} at {pc:#x}") from None
            if isinstance(self.fault, Wait):
                idle = idle + 1 if self.thread.pc == before else 0
            elif isinstance(self.fault, Exit):
                return self.fault.status
            else:
                raise self.fault or Broken("the program left its code")


def main(run):
    """Runs `run(program, arguments)` and ends with the program's status."""
    if len(sys.argv) < 2:
        print(f"usage: {sys.argv[0]} PROGRAM [ARGUMENT…]", file=sys.stderr)
        sys.exit(BROKEN)
    # Its remarks are not the program's.
    lief.logging.disable()
    try:
        status = run(sys.argv[1], sys.argv[1:])
    except Broken as reason:
        print(f"emulator: {reason}", file=sys.stderr)
        status = BROKEN
    sys.stdout.flush()
    sys.exit(status & 0xFF)
