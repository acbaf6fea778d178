"""Runs a program for Windows on ARM64: `pe.py PROGRAM [ARGUMENT…]`.

It loads the file as Windows does: sections with the rights that their headers give, at a base other
than the preferred one, relocated; imports bound to functions in Python; the thread's block with the
pointer to thread-local storage in x18. What is refused, because the real system would: gaps
between sections, sections that are writable and executable, a size that is not the sections'.
Streams, memory, threads and time are there; files are not.
"""

import os
import struct
import time

import lief
from machine import EXECUTE, READ, WRITE, Broken, Exit, Machine, Processor, Wait, main
from unicorn import arm64_const as arm
from unix import Unix

BASE = 0x2_4000_0000
SCN_EXECUTE, SCN_READ, SCN_WRITE = 0x2000_0000, 0x4000_0000, 0x8000_0000
INVALID_HANDLE, NO_SUCH_FUNCTION, NO_SUCH_VARIABLE = 6, 127, 203
INVALID = (1 << 64) - 1
OWN_MODULE = 1 << 40


class Windows(Unix):
    """Functions of kernel32, ntdll and C's library that a runtime needs."""

    def __init__(self, machine, image):
        super().__init__(machine)
        self.image = image
        self.handles, self.mapped, self.error = {}, {}, 0

    def handle(self, thing):
        number = 0x100 + 4 * len(self.handles)
        self.handles[number] = thing
        return number

    def wide(self, address):
        data = b""
        while not data.endswith(b"\0\0") or len(data) % 2:
            data += self.m.read(address + len(data), 2)
        return data[:-2].decode("utf-16-le")

    def wide_block(self, text):
        data = text.encode("utf-16-le") + b"\0\0"
        block = self.m.malloc(len(data))
        self.m.write(block, data)
        return block

    def fail(self, error, result=0):
        self.error = error
        return result

    def c_GetLastError(self):
        return self.error

    def c_SetLastError(self):
        self.error = self.m.argument(0)

    # Modules.

    def c_GetModuleHandleW(self):
        return BASE if self.m.argument(0) == 0 else OWN_MODULE

    c_GetModuleHandleA = c_GetModuleHandleW

    def c_GetProcAddress(self):
        # A function that is only used where there is one.
        return self.fail(NO_SUCH_FUNCTION)

    def c_GetCommandLineW(self):
        return self.image.command_line

    # Memory.

    def c_GetProcessHeap(self):
        return 1 << 41

    def c_HeapAlloc(self):
        return self.m.malloc(self.m.argument(2))

    def c_HeapReAlloc(self):
        old, size = self.m.argument(2), self.m.argument(3)
        new = self.m.malloc(size)
        self.m.write(new, self.m.read(old, min(size, self.m.blocks[old])))
        return new

    def c_HeapFree(self):
        return 1

    def c_VirtualProtect(self):
        address, size, rights, before = (self.m.argument(n) for n in range(4))
        known = {1: 0, 2: READ, 4: READ | WRITE, 8: READ | WRITE}
        if rights & 0xFF not in known:
            raise Broken("memory is asked to be executable")
        start = address & ~0xFFF
        self.m.uc.mem_protect(start, self.m.pages(address + size - start), known[rights & 0xFF])
        self.m.put(before, 4, 4)
        return 1

    def c_CreateFileMappingW(self):
        if self.m.argument(0) != INVALID:
            raise Broken("mapping of a file is not emulated")
        size = (self.m.argument(3) & 0xFFFF_FFFF) << 32 | self.m.argument(4) & 0xFFFF_FFFF
        return self.handle(("mapping", size))

    def c_MapViewOfFile(self):
        handle, _, _, _, size = (self.m.argument(n) for n in range(5))
        size = size or self.handles[handle][1]
        address = self.m.allocate(size)
        self.mapped[address] = self.m.pages(size)
        return address

    def c_UnmapViewOfFile(self):
        address = self.m.argument(0)
        self.m.uc.mem_unmap(address, self.mapped.pop(address))
        return 1

    def c_GetSystemInfo(self):
        to = self.m.argument(0)
        self.m.write(to, struct.pack("<HHIQQQIIIHH", 12, 0, 4096, 1 << 16, 1 << 46, 1, 1, 0, 65536, 0, 0))

    # Streams.

    def c_GetStdHandle(self):
        return {-10: 0x10, -11: 0x11, -12: 0x12}[self.m.signed(0)]

    def descriptor(self, handle):
        return handle - 0x10 if handle in (0x10, 0x11, 0x12) else self.handles[handle][1]

    def c_GetConsoleMode(self):
        return self.fail(INVALID_HANDLE)

    def c_GetFileInformationByHandleEx(self):
        # It asks for the name of a pipe, by which some terminals are known.
        return self.fail(INVALID_HANDLE)

    def c_GetFileType(self):
        return 3

    def c_NtWriteFile(self):
        status, data, size = (self.m.argument(n) for n in (4, 5, 6))
        count = os.write(self.descriptor(self.m.argument(0)), self.m.read(data, size & 0xFFFF_FFFF))
        self.m.put(status, 0)
        self.m.put(status + 8, count)
        return 0

    def c_NtReadFile(self):
        status, to, size = (self.m.argument(n) for n in (4, 5, 6))
        data = os.read(self.descriptor(self.m.argument(0)), size & 0xFFFF_FFFF)
        self.m.write(to, data)
        result = 0 if data else 0xC000_0011
        self.m.put(status, result, 4)
        self.m.put(status + 8, len(data))
        return result

    def c_CloseHandle(self):
        return 1

    def c_DuplicateHandle(self):
        self.m.put(self.m.argument(3), self.m.argument(1))
        return 1

    def c_GetCurrentProcess(self):
        return INVALID

    def c_GetCurrentThread(self):
        return INVALID - 1

    def c_GetCurrentThreadId(self):
        return self.m.thread.number

    def c_GetEnvironmentVariableW(self):
        name, to, size = self.wide(self.m.argument(0)), self.m.argument(1), self.m.argument(2)
        value = os.environ.get(name)
        if value is None:
            return self.fail(NO_SUCH_VARIABLE)
        data = value.encode("utf-16-le")
        if len(data) // 2 >= size:
            return len(data) // 2 + 1
        self.m.write(to, data + b"\0\0")
        return len(data) // 2

    def c_ProcessPrng(self):
        self.random(self.m.argument(0), self.m.argument(1))
        return 1

    # Ends.

    def c_ExitProcess(self):
        raise Exit(self.m.argument(0))

    def c_AddVectoredExceptionHandler(self):
        return 1

    def c_SetUnhandledExceptionFilter(self):
        return 0

    def c_SetConsoleCtrlHandler(self):
        return 1

    # Time.

    def c_QueryPerformanceFrequency(self):
        self.m.put(self.m.argument(0), 10**9)
        return 1

    def c_QueryPerformanceCounter(self):
        self.m.put(self.m.argument(0), time.monotonic_ns())
        return 1

    def c_GetSystemTimePreciseAsFileTime(self):
        self.m.put(self.m.argument(0), time.time_ns() // 100 + 116_444_736_000_000_000)

    def c_Sleep(self):
        self.c_nanosleep()

    def c_CreateWaitableTimerExW(self):
        return self.handle(("timer",))

    def c_SetWaitableTimer(self):
        return 1

    # Threads.

    def c_CreateThread(self):
        size, function, argument = self.m.argument(1), self.m.argument(2), self.m.argument(3)
        thread = self.m.start_thread(function, argument, stack=max(size, 1 << 19))
        self.image.prepare(thread)
        return self.handle(("thread", thread))

    def c_SetThreadStackGuarantee(self):
        return 1

    def c_WaitForSingleObject(self):
        kind, *rest = self.handles[self.m.argument(0)]
        if kind == "thread":
            if not rest[0].done:
                raise Wait
            return 0
        if kind == "timer":
            self.c_nanosleep()
            return 0
        raise Wait

    def c_WaitOnAddress(self):
        address, expected, size = (self.m.argument(n) for n in range(3))
        if self.m.read(address, size) == self.m.read(expected, size):
            raise Wait
        return 1

    def c_WakeByAddressSingle(self):
        return None

    c_WakeByAddressAll = c_WakeByAddressSingle

    def c_TlsGetValue(self):
        self.error = 0
        return self.m.thread.keys.get(self.m.argument(0) & 0xFFFF_FFFF, 0)

    def c_InitializeCriticalSection(self):
        return None

    c_EnterCriticalSection = c_LeaveCriticalSection = c_DeleteCriticalSection = c_InitializeCriticalSection

    # C's library, as the start-up code uses it.

    def nothing(self):
        return 0

    c__set_app_type = c__configthreadlocale = c___setusermatherr = c__set_new_mode = nothing
    c__initialize_narrow_environment = c__configure_narrow_argv = nothing
    c__set_invalid_parameter_handler = c__crt_atexit = c_setvbuf = c__fpreset = c__cexit = nothing

    def c___acrt_iob_func(self):
        """A standard stream: its number takes the place of C's structure."""
        return self.m.argument(0)

    def c_fwrite(self):
        data, size, count, stream = (self.m.argument(n) for n in range(4))
        return os.write(stream, self.m.read(data, size * count)) // max(size, 1)

    def c___stdio_common_vfprintf(self):
        """Of the start-up code, which only complains: the format as it is."""
        return os.write(self.m.argument(1), self.m.text(self.m.argument(2)))

    def c___p___argc(self):
        return self.image.argc

    def c___p___argv(self):
        return self.image.argv_at

    def c___p__environ(self):
        return self.image.environ_at

    def c___p__fmode(self):
        return self.image.scratch

    c___p__commode = c___p__fmode

    def c__initterm(self):
        """A table of functions without arguments: a thread of its own calls each."""
        start, end = self.m.argument(0), self.m.argument(1)
        waiting = self.m.thread.locals.setdefault(("table", start), None)
        if waiting is None:
            table = [self.m.word(at) for at in range(start, end, 8)]
            waiting = [self.m.start_thread(function) for function in table if function]
            for thread in waiting:
                self.image.prepare(thread)
            self.m.thread.locals["table", start] = waiting
        if not all(thread.done for thread in waiting):
            raise Wait
        return 0

    c__initterm_e = c__initterm


class Image:
    """A program in memory."""

    def __init__(self, path):
        self.binary = lief.PE.parse(path)
        if self.binary is None or self.binary.header.machine != lief.PE.Header.MACHINE_TYPES.ARM64:
            raise Broken("it is no program for Windows on ARM64")
        with open(path, "rb") as file:
            self.data = file.read()
        self.machine = Machine(Processor(True), 0x1000)
        self.map()
        self.windows = Windows(self.machine, self)
        self.fix_up()

    def map(self):
        optional = self.binary.optional_header
        self.machine.map(BASE, optional.sizeof_headers, READ)
        self.machine.write(BASE, self.data[: optional.sizeof_headers])
        end = self.machine.pages(optional.sizeof_headers)
        for section in self.binary.sections:
            if section.virtual_address != end:
                raise Broken(f"there is a gap before {section.name}")
            bits = section.characteristics
            rights = (READ if bits & SCN_READ else 0) | (WRITE if bits & SCN_WRITE else 0)
            rights |= EXECUTE if bits & SCN_EXECUTE else 0
            size = section.virtual_size or section.size
            start = section.pointerto_raw_data
            address = BASE + section.virtual_address
            self.machine.map(address, size, rights)
            self.machine.write(address, self.data[start : start + min(size, section.size)])
            end = section.virtual_address + self.machine.pages(size)
        if end != optional.sizeof_image:
            raise Broken(f"the image is said to have {optional.sizeof_image:#x} bytes, not {end:#x}")

    def fix_up(self):
        functions = {}
        for library in self.binary.imports:
            for entry in library.entries:
                if entry.name not in functions:
                    functions[entry.name] = self.machine.entry_of(entry.name, self.windows[entry.name])
                self.machine.put(BASE + entry.iat_address, functions[entry.name])
        slide = BASE - self.binary.optional_header.imagebase
        for page in self.binary.relocations:
            for entry in page.entries:
                if entry.type == lief.PE.RelocationEntry.BASE_TYPES.DIR64:
                    address = BASE + entry.address
                    self.machine.put(address, self.machine.word(address) + slide)
        if self.binary.has_tls:
            slot = self.binary.tls.addressof_index + slide
            self.machine.put(slot, 0, 4)

    def prepare(self, thread):
        """The thread's block, whose address is in x18: stack and thread-local storage."""
        block, storage = self.machine.malloc(0x2000, 4096), self.machine.malloc(64)
        low, size = thread.stack
        self.machine.put(block + 0x08, low + size)
        self.machine.put(block + 0x10, low)
        self.machine.put(block + 0x30, block)
        self.machine.put(block + 0x58, storage)
        if self.binary.has_tls:
            start, end = self.binary.tls.addressof_raw_data
            slide = BASE - self.binary.optional_header.imagebase
            template = self.machine.read(start + slide, end - start) + bytes(self.binary.tls.sizeof_zero_fill)
            own = self.machine.malloc(len(template) + 64, 64)
            self.machine.write(own, template)
            self.machine.put(storage, own)
        thread.context.reg_write(arm.UC_ARM64_REG_X18, block)

    def run(self, arguments):
        machine, windows = self.machine, self.windows
        line = " ".join('"' + argument + '"' for argument in arguments)
        self.command_line = windows.wide_block(line)
        self.argc, self.argv_at, self.environ_at, self.scratch = (machine.malloc(64) for _ in range(4))
        texts = [machine.text_block(os.fsencode(argument)) for argument in arguments]
        argv, empty = machine.malloc(8 * len(texts) + 8), machine.malloc(8)
        for index, text in enumerate(texts):
            machine.put(argv + 8 * index, text)
        machine.put(self.argc, len(arguments))
        machine.put(self.argv_at, argv)
        machine.put(self.environ_at, empty)

        def returned():
            raise Exit(machine.uc.reg_read(machine.cpu.result) & 0xFF)

        end = machine.entry_of("return of the entry point", returned)
        entry = BASE + self.binary.optional_header.addressof_entrypoint
        self.prepare(machine.start_thread(entry, 0, at_end=end))
        return machine.run()


main(lambda program, arguments: Image(program).run(arguments))
