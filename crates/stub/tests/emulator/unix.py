"""The part of C's library and POSIX that is the same on systems of this family.

Files, standard streams and the environment are those of the system the emulator runs on.
"""

import math
import os
import struct
import time

from machine import NO_ACCESS, READ, WRITE, Broken, Exit, Wait


class Unix:
    def __init__(self, machine):
        self.m = machine
        self.locks = {}

    def __getitem__(self, name):
        """The function with this name, for a call from the program."""
        function = getattr(self, "c_" + name, None)
        if function is None:
            def function():
                raise Broken(f"the function {name} is not emulated")
        return function

    # Memory and text.

    def c_malloc(self):
        return self.m.malloc(self.m.argument(0))

    def c_calloc(self):
        # Fresh memory is zero.
        return self.m.malloc(self.m.argument(0) * self.m.argument(1))

    def c_realloc(self):
        old, size = self.m.argument(0), self.m.argument(1)
        if old and self.m.blocks[old] >= size:
            return old
        new = self.m.malloc(size)
        if old:
            self.m.write(new, self.m.read(old, min(size, self.m.blocks[old])))
        return new

    def c_posix_memalign(self):
        self.m.put(self.m.argument(0), self.m.malloc(self.m.argument(2), self.m.argument(1)))
        return 0

    def c_free(self):
        address = self.m.argument(0)
        if address and address not in self.m.blocks:
            raise Broken(f"free of {address:#x}, which malloc did not give")

    def c_memcpy(self):
        to = self.m.argument(0)
        self.m.write(to, self.m.read(self.m.argument(1), self.m.argument(2)))
        return to

    c_memmove = c_memcpy

    def c_memset(self):
        to = self.m.argument(0)
        self.m.write(to, bytes([self.m.argument(1) & 255]) * self.m.argument(2))
        return to

    def c_bzero(self):
        self.m.write(self.m.argument(0), bytes(self.m.argument(1)))

    c___bzero = c_bzero

    def c_memcmp(self):
        size = self.m.argument(2)
        left, right = (self.m.read(self.m.argument(n), size) for n in range(2))
        return (left > right) - (left < right)

    c_bcmp = c_memcmp

    def c_memchr(self):
        start, size = self.m.argument(0), self.m.argument(2)
        found = self.m.read(start, size).find(self.m.argument(1) & 255)
        return start + found if found >= 0 else 0

    def c_strlen(self):
        return len(self.m.text(self.m.argument(0)))

    def c_mmap(self):
        size, rights, flags = (self.m.argument(n) for n in (1, 2, 3))
        if not flags & 0x1000:
            raise Broken("mapping of a file is not emulated")
        bits = (READ if rights & 1 else 0) | (WRITE if rights & 2 else 0)
        if rights & 4:
            raise Broken("a mapping is asked to be executable")
        if flags & 0x10:
            # In place of what is there: the page below a stack.
            address = self.m.argument(0)
            self.m.uc.mem_unmap(address, self.m.pages(size))
            self.m.map(address, size, bits or NO_ACCESS)
            return address
        return self.m.allocate(size, bits or NO_ACCESS)

    def c_munmap(self):
        address, size = self.m.argument(0), self.m.pages(self.m.argument(1))
        self.m.uc.mem_unmap(address, size)
        return 0

    def c_mprotect(self):
        address, size, rights = (self.m.argument(n) for n in range(3))
        if rights & 4:
            raise Broken("memory is asked to be executable")
        bits = (READ if rights & 1 else 0) | (WRITE if rights & 2 else 0)
        self.m.uc.mem_protect(address, self.m.pages(size), bits or NO_ACCESS)
        return 0

    def c_madvise(self):
        return 0

    # Numbers.

    def _double(self, function):
        values = [struct.unpack("<d", self.m.float_bits(n).to_bytes(8, "little"))[0] for n in range(2)]
        try:
            value = function(*values)
        except (ValueError, OverflowError):
            value = math.nan
        self.m.set_float_bits(int.from_bytes(struct.pack("<d", value), "little"))

    def c_fmod(self):
        self._double(math.fmod)

    def c_floor(self):
        self._double(lambda x, _: float(math.floor(x)) if math.isfinite(x) else x)

    def c_ceil(self):
        self._double(lambda x, _: float(math.ceil(x)) if math.isfinite(x) else x)

    def c_trunc(self):
        self._double(lambda x, _: float(math.trunc(x)) if math.isfinite(x) else x)

    # Files.

    def failed(self, error):
        raise NotImplementedError

    def system(self, call):
        """What a system call gives, or -1 with `errno`."""
        try:
            return call()
        except OSError as error:
            return self.failed(error.errno)

    def c_write(self):
        fd, data = self.m.signed(0), self.m.read(self.m.argument(1), self.m.argument(2))
        return self.system(lambda: os.write(fd, data))

    def c_writev(self):
        fd, vector, count = self.m.signed(0), self.m.argument(1), self.m.argument(2)
        pieces = [(self.m.word(vector + 16 * n), self.m.word(vector + 16 * n + 8)) for n in range(count)]
        data = b"".join(self.m.read(address, size) for address, size in pieces)
        return self.system(lambda: os.write(fd, data))

    def c_read(self):
        fd, to, size = self.m.signed(0), self.m.argument(1), self.m.argument(2)

        def call():
            data = os.read(fd, size)
            self.m.write(to, data)
            return len(data)

        return self.system(call)

    def c_close(self):
        fd = self.m.signed(0)
        return self.system(lambda: os.close(fd) or 0)

    def c_isatty(self):
        return int(os.isatty(self.m.signed(0)))

    def c_poll(self):
        return 0

    def c_getcwd(self):
        to, size = self.m.argument(0), self.m.argument(1)
        path = os.getcwdb() + b"\0"
        if len(path) > size:
            return 0
        self.m.write(to, path)
        return to

    def c_getenv(self):
        value = os.environb.get(self.m.text(self.m.argument(0)))
        return 0 if value is None else self.m.text_block(value)

    def c_getpid(self):
        return os.getpid()

    def random(self, to, size):
        self.m.write(to, os.urandom(size))
        return 0

    def c_getentropy(self):
        return self.random(self.m.argument(0), self.m.argument(1))

    # Ends.

    def c_exit(self):
        raise Exit(self.m.signed(0))

    c__exit = c_exit

    def c_abort(self):
        raise Broken("the program called abort")

    # Signals: none come.

    def c_sigaction(self):
        return 0

    def c_signal(self):
        return 0

    def c_sigaltstack(self):
        return 0

    # Time.

    def put_time(self, to, nanoseconds):
        self.m.put(to, nanoseconds // 10**9)
        self.m.put(to + 8, nanoseconds % 10**9)

    def c_clock_gettime(self):
        clock, to = self.m.argument(0), self.m.argument(1)
        self.put_time(to, time.time_ns() if clock == 0 else time.monotonic_ns())
        return 0

    def c_nanosleep(self):
        # Others run first; the time itself does not matter.
        if not self.m.thread.locals.pop("slept", False):
            self.m.thread.locals["slept"] = True
            raise Wait
        return 0

    # Threads.

    def c_pthread_create(self):
        handle, attributes, function, argument = (self.m.argument(n) for n in range(4))
        size = self.m.word(attributes) if attributes else 0
        thread = self.m.start_thread(function, argument, stack=max(size, 1 << 19))
        self.m.put(handle, thread.number)
        return 0

    def c_pthread_attr_init(self):
        self.m.put(self.m.argument(0), 0)
        return 0

    def c_pthread_attr_setstacksize(self):
        self.m.put(self.m.argument(0), self.m.argument(1))
        return 0

    def c_pthread_attr_destroy(self):
        return 0

    def c_pthread_join(self):
        thread, to = self.m.threads[self.m.argument(0) - 1], self.m.argument(1)
        if not thread.done:
            raise Wait
        if to:
            self.m.put(to, thread.result)
        return 0

    def c_pthread_detach(self):
        return 0

    def c_pthread_self(self):
        return self.m.thread.number

    def c_pthread_key_create(self):
        self.keys = getattr(self, "keys", 0) + 1
        self.m.put(self.m.argument(0), self.keys)
        return 0

    def c_pthread_getspecific(self):
        return self.m.thread.keys.get(self.m.argument(0), 0)

    def c_pthread_setspecific(self):
        self.m.thread.keys[self.m.argument(0)] = self.m.argument(1)
        return 0

    def c_pthread_mutexattr_init(self):
        return 0

    c_pthread_mutexattr_settype = c_pthread_mutexattr_destroy = c_pthread_mutexattr_init
    c_pthread_mutex_init = c_pthread_mutex_destroy = c_pthread_mutexattr_init

    def c_pthread_mutex_lock(self):
        if self.locks.get(self.m.argument(0)):
            raise Wait
        self.locks[self.m.argument(0)] = self.m.thread
        return 0

    def c_pthread_mutex_trylock(self):
        if self.locks.get(self.m.argument(0)):
            return 16
        self.locks[self.m.argument(0)] = self.m.thread
        return 0

    def c_pthread_mutex_unlock(self):
        self.locks[self.m.argument(0)] = None
        return 0
