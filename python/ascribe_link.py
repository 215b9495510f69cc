"""Reads and writes Ascribe links: '#1z' + base64url(deflate-raw(JSON)). Standard library only."""
import base64
import json
import sys
import zlib


def decode(link):
    """The payload of a link (or of the text after '#') as a dictionary."""
    text = link.rsplit("#", 1)[-1]
    version, codec, body = text[0], text[1], text[2:]
    if version != "1" or codec not in "zj":
        raise ValueError(f"not a version 1 link: {text[:20]}")
    raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    return json.loads(zlib.decompress(raw, -15) if codec == "z" else raw)


def encode(preset, changes=None, note=""):
    """A link to a preset with some settings changed, as in encode('keydoor@1', {'seed': 7, 'method': 'grpo'})."""
    payload = {"p": preset, **({"c": changes} if changes else {}), **({"n": note} if note else {})}
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = deflate.compress(json.dumps(payload).encode()) + deflate.flush()
    return "#1z" + base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


if __name__ == "__main__":
    print(json.dumps(decode(sys.argv[1]), indent=2))
