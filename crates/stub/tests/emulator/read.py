"""What lief, a reader of executables that shares nothing with ours, sees in a built program."""

import sys

import lief


def rights(bits, read, write, execute):
    return "".join(letter if bits & bit else "-" for letter, bit in zip("RWX", (read, write, execute)))


def elf(binary):
    segments = [s for s in binary.segments if s.type == lief.ELF.Segment.TYPE.LOAD]
    section = binary.get_section(".note.sox")
    inside = [s for s in segments if s.virtual_address <= section.virtual_address < s.virtual_address + s.virtual_size]
    print("payload", rights(int(inside[0].flags), 4, 2, 1))


def macho(binary):
    segment = binary.get_segment("__SOX")
    print("payload", rights(segment.init_protection, 1, 2, 4))
    good, message = lief.MachO.check_layout(binary)
    print("layout", "right" if good else message)
    print("signed" if binary.has_code_signature else "not signed")


def pe(binary):
    section = binary.get_section(".sox")
    print("payload", rights(section.characteristics, 0x4000_0000, 0x8000_0000, 0x2000_0000))
    good, message = lief.PE.check_layout(binary)
    print("layout", "right" if good else message)
    print("subsystem", "GUI" if int(binary.optional_header.subsystem) == 2 else "console")
    header = binary.optional_header
    print("checksum", "right" if header.checksum == binary.compute_checksum() else "wrong")
    resources = binary.resources_manager
    print("icons", " ".join(f"{icon.width}x{icon.height}" for icon in resources.icons))
    for version in resources.version:
        for table in version.string_file_info.children:
            for entry in sorted(table.entries, key=lambda entry: entry.key):
                print(f"{entry.key}: {entry.value}")


lief.logging.disable()
binary = lief.parse(sys.argv[1])
print("format", binary.format.name)
if isinstance(binary, lief.ELF.Binary):
    elf(binary)
elif isinstance(binary, lief.MachO.Binary):
    macho(binary)
else:
    pe(binary)
