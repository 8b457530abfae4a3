"""Protocol buffers as they are written: the fields of a pprof file, by their numbers in profile.proto."""


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes(out + bytes([n]))


def number(field, n):
    return varint(field << 3) + varint(n)


def message(field, content):
    """Any field with a length: a message, a string, packed numbers."""
    return varint(field << 3 | 2) + varint(len(content)) + content
