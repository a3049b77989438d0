"""Makes a picture anew from bytes that may be hostile: 512 px square, WebP, nothing but pixels.

This file is run by its path, as a process of its own: bytes come in on standard input, the picture
goes out on standard output, and the exit status says what was wrong. It imports nothing of ours, so
that no setting and no key is in its memory; before it reads a byte it gives up memory, time, and
the right to open anything: no file, no socket.
"""

from __future__ import annotations

import io
import os
import resource
import struct
import sys

from PIL import (  # the plug-ins are loaded while files can still be opened
    Image,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

SIDE_PX = 512
MAX_PIXELS = 40_000_000
MEMORY_BYTES = 1 << 30
GREATEST_RESULT_BYTES = 1 << 20
CPU_S = 10
QUALITY = 82
TOO_MANY_PIXELS = 4

UPRIGHT = 1
_ORIENTATION = 0x0112  # Exif 2.32, 4.6.4
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_FORMATS = ("JPEG", "PNG", "WEBP")
_PLUGINS = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)
# What Pillow raises for an Exif block that is not what it says it is.
_BROKEN_EXIF = (OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, struct.error)


def main() -> int:
    """Read a picture from standard input, write it anew, and return the exit status.

    Whatever Pillow raises of damaged bytes ends the process, with the status 1.
    """
    confine()
    content = sys.stdin.buffer.read()
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                return TOO_MANY_PIXELS
            made = made_anew(image)
    except Image.DecompressionBombError:
        return TOO_MANY_PIXELS
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()
    return 0


def confine() -> None:
    """Give up what decoding does not need; a limit that is broken ends this process alone."""
    Image.preinit()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS  # twice as many are a DecompressionBombError
    limits = (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, GREATEST_RESULT_BYTES),
        (resource.RLIMIT_NOFILE, 0),  # what is open stays open, nothing else ever is
    )
    for kind, most in limits:
        _, hard = resource.getrlimit(kind)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))
    os.nice(5)


def made_anew(image: Image.Image) -> bytes:
    """Return the middle square of an image's first frame, upright, as WebP without metadata."""
    image.draft("RGB", (2 * SIDE_PX, 2 * SIDE_PX))  # of a large JPEG only what will be seen
    turn = _TURNS.get(_orientation(image))
    plain = _reduced(_in_plain_colours(image))
    square = ImageOps.fit(plain, (SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
    upright = square.transpose(turn) if turn is not None else square
    clean = Image.new(upright.mode, upright.size)
    clean.paste(upright)  # pixels alone: not what came with them
    out = io.BytesIO()
    clean.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()


def _orientation(image: Image.Image) -> int:
    try:
        found = image.getexif().get(_ORIENTATION)
    except _BROKEN_EXIF:  # a picture is no worse for a broken Exif block
        return UPRIGHT
    return found if isinstance(found, int) else UPRIGHT


def _in_plain_colours(image: Image.Image) -> Image.Image:
    """Return an image in RGB, or RGBA where it lets anything shine through."""
    if image.mode.startswith(("I", "F")):  # 16 bits a sample, of which the upper 8 are seen
        image = image.point(lambda value: value / 256).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _reduced(image: Image.Image) -> Image.Image:
    """Return a large image at a fraction of its size, still twice as large as the result."""
    factor = min(image.size) // (2 * SIDE_PX)
    return image.reduce(factor) if factor > 1 else image


if __name__ == "__main__":
    sys.exit(main())
