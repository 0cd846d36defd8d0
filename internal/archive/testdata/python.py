"""Lists archives with Python's tarfile and zipfile.

Each archive on standard input is its length (4 bytes, little end first) and its
bytes; each answer is a line of JSON.
"""

import hashlib
import io
import json
import struct
import sys
import tarfile
import zipfile


def read(packed):
    files, error = {}, ""
    try:
        if packed[:2] == b"\x1f\x8b":
            with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as archive:
                for member in archive:
                    if member.isfile():
                        data = archive.extractfile(member).read()
                        files[member.name] = hashlib.sha256(data).hexdigest()
        else:
            with zipfile.ZipFile(io.BytesIO(packed)) as archive:
                for member in archive.infolist():
                    if not member.is_dir():
                        files[member.filename] = hashlib.sha256(archive.read(member)).hexdigest()
    except Exception as e:
        error = repr(e)
    return {"files": files, "error": error}


while head := sys.stdin.buffer.read(4):
    (length,) = struct.unpack("<I", head)
    print(json.dumps(read(sys.stdin.buffer.read(length))), flush=True)
