"""Runs a program for macOS: `macho.py PROGRAM [ARGUMENT…]`, for ARM64 and x86-64.

It loads the file as the kernel and dyld do: segments at a slid address with their initial rights,
rebases and bindings as lief (a reader of its own) tells them, `__DATA_CONST` made read-only
afterwards, thread-local variables, `main`. The functions of libSystem that a runtime needs are in
Python. What is refused, because the real system would: segments that are writable and executable,
that begin within a page or overlap; code whose page hashes are not those of its signature.
"""

import hashlib
import os
import struct
import time

import lief
from machine import EXECUTE, READ, WRITE, Broken, Exit, Machine, Processor, Wait, main
from unix import Unix

# Where the kernel might put a program instead of where its file says.
SLIDE = 0x4C0_0000
CPU_ARM64 = 0x0100000C
SEGMENT_64, CODE_SIGNATURE = 0x19, 0x1D
READ_ONLY_AFTER_FIXUPS = 0x10
THREAD_DATA, THREAD_ZEROS = 0x11, 0x12
INITIALIZERS = (0x9, 0x16)


class Segment:
    def __init__(self, data, at):
        self.name = data[at + 8 : at + 24].rstrip(b"\0").decode()
        self.address, self.size, self.offset, self.file_size = struct.unpack_from("<4Q", data, at + 24)
        self.most, self.rights, count, self.flags = struct.unpack_from("<4I", data, at + 56)
        self.sections = []
        for section in range(at + 72, at + 72 + 80 * count, 80):
            address, size = struct.unpack_from("<2Q", data, section + 32)
            kind = struct.unpack_from("<I", data, section + 64)[0] & 0xFF
            self.sections.append((kind, address, size))


class MacLibrary(Unix):
    """What is Apple's own in libSystem."""

    def __init__(self, machine, image):
        super().__init__(machine)
        self.image = image
        self.errno = machine.malloc(8)

    def failed(self, error):
        self.m.put(self.errno, error, 4)
        return -1

    def c___error(self):
        return self.errno

    def c__tlv_bootstrap(self):
        """A thread-local variable's address, given its descriptor."""
        descriptor = self.m.argument(0)
        block = self.m.thread.locals.get("block")
        if block is None:
            template = self.image.thread_template
            block = self.m.malloc(len(template), 64)
            self.m.write(block, template)
            self.m.thread.locals["block"] = block
        return block + self.m.word(descriptor + 16)

    def c__tlv_atexit(self):
        return 0

    def c__NSGetArgc(self):
        return self.image.argc

    def c__NSGetArgv(self):
        return self.image.argv_at

    def c__NSGetEnviron(self):
        return self.image.environ_at

    def c_CCRandomGenerateBytes(self):
        return self.random(self.m.argument(0), self.m.argument(1))

    def pattern(self, width):
        """Fills memory with a pattern of so many bytes."""
        to, size = self.m.argument(0), self.m.argument(2)
        pattern = self.m.read(self.m.argument(1), width)
        self.m.write(to, (pattern * (size // width + 1))[:size])

    def c_memset_pattern4(self):
        self.pattern(4)

    def c_memset_pattern8(self):
        self.pattern(8)

    def c_memset_pattern16(self):
        self.pattern(16)

    def c_pthread_get_stackaddr_np(self):
        low, size = self.m.threads[self.m.argument(0) - 1].stack
        return low + size

    def c_pthread_get_stacksize_np(self):
        return self.m.threads[self.m.argument(0) - 1].stack[1]

    def c_pthread_setname_np(self):
        return 0

    def c_pthread_threadid_np(self):
        self.m.put(self.m.argument(1), self.m.thread.number)
        return 0

    def c_sysconf(self):
        name = self.m.argument(0)
        values = {29: self.m.page, 58: 1, 70: 4096, 71: 4096}
        return values.get(name, -1)

    def variadic(self, index):
        """The argument behind `index` named ones; on ARM64 these stand on the stack."""
        if not self.m.cpu.is_arm:
            return self.m.argument(index)
        return self.m.word(self.m.uc.reg_read(self.m.cpu.sp))

    def c_fcntl(self):
        # F_GETFD and the like of an open file.
        return 0

    def c_ioctl(self):
        return self.failed(25)

    def c_open(self):
        path, flags = self.m.text(self.m.argument(0)), self.m.argument(1)
        known = {0x200: os.O_CREAT, 0x400: os.O_TRUNC, 0x800: os.O_EXCL, 8: os.O_APPEND}
        bits = (flags & 3) | sum(to for bit, to in known.items() if flags & bit) | os.O_CLOEXEC
        mode = self.variadic(2) & 0o777 if flags & 0x200 else 0
        return self.system(lambda: os.open(path, bits, mode))

    def c_dispatch_semaphore_create(self):
        block = self.m.malloc(8)
        self.m.put(block, self.m.argument(0))
        return block

    def c_dispatch_semaphore_signal(self):
        semaphore = self.m.argument(0)
        self.m.put(semaphore, self.m.word(semaphore) + 1)
        return 0

    def c_dispatch_semaphore_wait(self):
        semaphore, forever = self.m.argument(0), self.m.argument(1) == (1 << 64) - 1
        count = self.m.word(semaphore)
        if count == 0:
            if not forever:
                return 1
            raise Wait
        self.m.put(semaphore, count - 1)
        return 0

    def c_dispatch_release(self):
        return 0

    def c_dispatch_time(self):
        return 1

    def c_mach_absolute_time(self):
        return time.monotonic_ns()

    def c_mach_timebase_info(self):
        self.m.put(self.m.argument(0), 1 << 32 | 1)
        return 0

    def c_dlsym(self):
        # A function that is only used where there is one.
        return 0


class Image:
    """A program in memory."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        magic, cpu, _, kind, count, _, _, _ = struct.unpack_from("<8I", self.data)
        if magic != 0xFEEDFACF or kind != 2:
            raise Broken("it is no program for macOS with 64 bits")
        self.is_arm = cpu == CPU_ARM64
        self.machine = Machine(Processor(self.is_arm), 0x4000 if self.is_arm else 0x1000)
        self.segments, self.signature = [], None
        at = 32
        for _ in range(count):
            command, size = struct.unpack_from("<2I", self.data, at)
            if command == SEGMENT_64:
                self.segments.append(Segment(self.data, at))
            elif command == CODE_SIGNATURE:
                self.signature = struct.unpack_from("<2I", self.data, at + 8)
            at += size
        self.check_signature()
        self.map()
        self.library = MacLibrary(self.machine, self)
        self.entry = self.fix_up(path)
        self.thread_template = self.template()

    def check_signature(self):
        """The kernel's part: every page it maps has the hash that the signature has for it."""
        if self.signature is None:
            raise Broken("killed: the program is not signed")
        start, _ = self.signature
        count = struct.unpack_from(">I", self.data, start + 8)[0]
        blobs = [struct.unpack_from(">2I", self.data, start + 12 + 8 * n) for n in range(count)]
        directory = start + dict(blobs)[0]
        hashes, _, _, slots, limit = struct.unpack_from(">5I", self.data, directory + 16)
        size, kind, _, shift = struct.unpack_from("4B", self.data, directory + 36)
        page = 1 << shift
        if kind != 2 or limit != start or slots != -(-limit // page):
            raise Broken("killed: the signature does not cover the file")
        for slot in range(slots):
            digest = hashlib.sha256(self.data[slot * page : min((slot + 1) * page, limit)]).digest()
            at = directory + hashes + slot * size
            if self.data[at : at + size] != digest:
                raise Broken(f"killed: page {slot} is not the one that was signed")

    def map(self):
        end = 0
        for segment in self.segments:
            name, page = segment.name, self.machine.page
            if segment.address % page or (segment.file_size and segment.offset % page):
                raise Broken(f"{name} begins within a page")
            if segment.address < end or segment.rights & ~segment.most:
                raise Broken(f"{name} overlaps, or has more rights than it may have")
            end = segment.address + self.machine.pages(segment.size)
            if segment.rights == 0 or segment.size == 0:
                continue
            rights = (READ if segment.rights & 1 else 0) | (WRITE if segment.rights & 2 else 0)
            rights |= EXECUTE if segment.rights & 4 else 0
            address = segment.address + SLIDE
            self.machine.map(address, segment.size, rights)
            self.machine.write(address, self.data[segment.offset : segment.offset + segment.file_size])

    def fix_up(self, path):
        """Rebases and bindings; gives the address of `main`."""
        binary = lief.MachO.parse(path).at(0)
        functions = {}

        def entry(name):
            name = name.removeprefix("_").removesuffix("$INODE64").removesuffix("$NOCANCEL")
            if name not in functions:
                functions[name] = self.machine.entry_of(name, self.library[name])
            return functions[name]

        for relocation in binary.relocations:
            target = getattr(relocation, "target", None)
            value = target if target is not None else self.machine.word(relocation.address + SLIDE)
            self.fix(relocation.address, value + SLIDE)
        chained = binary.has_dyld_chained_fixups
        for binding in binary.dyld_chained_fixups.bindings if chained else binary.bindings:
            self.fix(binding.address, entry(binding.symbol.name) + binding.addend)
        for segment in self.segments:
            if segment.flags & READ_ONLY_AFTER_FIXUPS:
                size = self.machine.pages(segment.size)
                self.machine.uc.mem_protect(segment.address + SLIDE, size, READ)
            for kind, _, size in segment.sections:
                if kind in INITIALIZERS and size:
                    raise Broken("initializers are not emulated")
        return binary.entrypoint + SLIDE

    def fix(self, address, value):
        inside = [it for it in self.segments if it.address <= address < it.address + it.size]
        if not inside or not inside[0].rights & 2:
            raise Broken(f"a fixup at {address:#x}, which is not writable")
        self.machine.put(address + SLIDE, value)

    def template(self):
        """What a thread's variables begin as: the initial bytes, then zeros."""
        sections = [section for segment in self.segments for section in segment.sections]
        parts = [(a, s, k) for k, a, s in sections if k in (THREAD_DATA, THREAD_ZEROS) and s]
        if not parts:
            return b""
        start = min(address for address, _, _ in parts)
        template = bytearray(max(address + size for address, size, _ in parts) - start)
        for address, size, kind in parts:
            if kind == THREAD_DATA:
                template[address - start : address - start + size] = self.machine.read(address + SLIDE, size)
        return bytes(template)

    def pointers(self, texts):
        block = self.machine.malloc(8 * len(texts) + 8)
        for index, text in enumerate(texts):
            self.machine.put(block + 8 * index, self.machine.text_block(text))
        return block

    def run(self, arguments):
        machine = self.machine
        argv = self.pointers([os.fsencode(argument) for argument in arguments])
        environ = self.pointers([k + b"=" + v for k, v in os.environb.items()])
        apple = self.pointers([b"executable_path=" + os.fsencode(arguments[0])])
        self.argc, self.argv_at, self.environ_at = (machine.malloc(8) for _ in range(3))
        machine.put(self.argc, len(arguments))
        machine.put(self.argv_at, argv)
        machine.put(self.environ_at, environ)

        def returned():
            raise Exit(machine.uc.reg_read(machine.cpu.result) & 0xFF)

        end = machine.entry_of("return of main", returned)
        machine.start_thread(self.entry, len(arguments), argv, environ, apple, at_end=end)
        return machine.run()


main(lambda program, arguments: Image(program).run(arguments))
