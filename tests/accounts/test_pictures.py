"""Pictures that members send: made anew, or refused, and never at a price that hurts."""

from __future__ import annotations

import io
import resource
import struct
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from fittrack.accounts.profiles import decoder, pictures
from fittrack.accounts.profiles.errors import ImageUnreadable, TooManyPixels
from fittrack.errors import Unavailable
from tests.factories_accounts import login, make_account

IMAGE = "/api/v1/users/me/profile/image"
# Left half red, right half blue; the upper half of both is darker.
RED, BLUE = (200, 30, 30), (30, 30, 200)


def halves(width=200, height=100, mode="RGB"):
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image.convert(mode)


def encoded(image, kind, **more):
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def jpeg(**more):
    return encoded(halves(), "JPEG", **more)


@pytest.fixture
def account_id(database):
    return make_account()


@pytest.fixture
def ana(client, account_id):
    return login(client, account_id)


def put(client, headers, content, kind="image/jpeg"):
    return client.put(IMAGE, data=content, headers=headers, content_type=kind)


def kept(client, headers, account_id):
    answer = client.get(f"/api/v1/users/{account_id}/image", headers=headers)
    assert answer.status_code == 200
    return answer.data


def opened(content):
    image = Image.open(io.BytesIO(content))
    assert (image.format, image.size) == ("WEBP", (512, 512))
    return image.convert("RGB")


def is_reddish(pixel):
    return pixel[0] > 150 > pixel[2]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_made_anew_as_a_square(client, ana, account_id, kind):
    answer = put(client, ana, encoded(halves(), kind), f"image/{kind.lower()}")

    assert answer.status_code == 200
    assert answer.json["image_url"] == f"/api/v1/users/{account_id}/image"
    profile = client.get("/api/v1/users/me/profile", headers=ana).json
    assert profile["image_url"] == answer.json["image_url"]
    image = opened(kept(client, ana, account_id))
    assert is_reddish(image.getpixel((20, 256)))
    assert not is_reddish(image.getpixel((490, 256)))


def test_a_picture_comes_in_a_form_as_well(client, ana, account_id):
    answer = client.put(IMAGE, data={"image": (io.BytesIO(jpeg()), "me.jpg")}, headers=ana)
    assert answer.status_code == 200
    assert opened(kept(client, ana, account_id))


@pytest.mark.parametrize(
    ("form", "pointer"),
    [
        ({"image": "text"}, "/image"),
        ({"picture": (io.BytesIO(b"x"), "me.jpg")}, "/picture"),
    ],
)
def test_a_form_without_the_picture_is_refused(client, ana, form, pointer):
    answer = client.put(IMAGE, data=form, headers=ana, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == pointer


def test_two_files_in_a_form_are_refused(client, ana):
    form = {"image": [(io.BytesIO(jpeg()), "a.jpg"), (io.BytesIO(jpeg()), "b.jpg")]}
    answer = client.put(IMAGE, data=form, headers=ana, content_type="multipart/form-data")
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/image")


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("L", "JPEG"),
        ("CMYK", "JPEG"),
        ("1", "PNG"),
        ("L", "PNG"),
        ("LA", "PNG"),
        ("P", "PNG"),
        ("RGBA", "PNG"),
        ("I;16", "PNG"),
        ("RGBA", "WEBP"),
    ],
)
def test_every_kind_of_pixels_is_understood(mode, kind):
    image = halves().convert("L").convert("I;16") if mode == "I;16" else halves(mode=mode)
    assert opened(pictures.made_anew(encoded(image, kind)))


def test_16_bits_a_sample_are_seen_as_8():
    made = pictures.made_anew(encoded(Image.new("I;16", (20, 20), 30_000), "PNG"))
    assert abs(opened(made).getpixel((9, 9))[0] - 30_000 // 256) <= 3


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_picture_stands_upright_as_its_camera_noted(turn):
    upright = halves(200, 200)
    undone = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    raw = upright.transpose(undone[turn]) if turn in undone else upright
    exif = Image.Exif()
    exif[0x0112] = turn

    image = opened(pictures.made_anew(encoded(raw, "JPEG", exif=exif)))

    assert is_reddish(image.getpixel((50, 50)))
    assert is_reddish(image.getpixel((50, 460)))
    assert not is_reddish(image.getpixel((460, 50)))


def test_nothing_but_pixels_is_kept(client, ana, account_id):
    exif = Image.Exif()
    exif[0x010E] = "SECRET-description"
    exif.get_ifd(0x8825)[1] = "N"
    sent = jpeg(exif=exif, comment=b"SECRET-comment", icc_profile=b"SECRET-profile" * 20)
    xmp = encoded(halves(), "WEBP", xmp=b"<x>SECRET-xmp</x>", exif=exif)
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "SECRET-author")
    for content in (sent, xmp, encoded(halves(), "PNG", pnginfo=text)):
        assert b"SECRET" in content
        assert put(client, ana, content).status_code == 200
        stored = kept(client, ana, account_id)
        assert b"SECRET" not in stored
        assert not {b"EXIF", b"ICCP", b"XMP "} & {stored[at : at + 4] for at in range(len(stored))}


def test_of_a_moving_picture_the_first_frame_is_kept():
    frames = {"save_all": True, "append_images": [Image.new("RGB", (200, 100), BLUE)]}
    for kind in ("WEBP", "PNG"):
        made = pictures.made_anew(encoded(Image.new("RGB", (200, 100), RED), kind, **frames))
        assert not getattr(Image.open(io.BytesIO(made)), "is_animated", False)
        assert is_reddish(opened(made).getpixel((256, 256)))


def test_a_broken_note_of_the_camera_costs_no_picture():
    broken = b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\xff" * 40
    assert opened(pictures.made_anew(jpeg(exif=broken)))


# What is refused


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "ICO", "PPM", "PDF"])
def test_other_formats_are_refused_whatever_they_call_themselves(client, ana, kind):
    answer = put(client, ana, encoded(halves(), kind), "image/jpeg")
    assert (answer.status_code, answer.json["code"]) == (415, "image_not_supported")


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + jpeg(),
        b"<html>" + jpeg(),
        b"RIFF\0\0\0\0WAVE",
        b"%!PS-Adobe-3.0 EPSF",
        b"x",
        b"",
    ],
)
def test_what_is_no_picture_is_refused(client, ana, content):
    answer = put(client, ana, content, "image/png")
    assert (answer.status_code, answer.json["code"]) == (415, "image_not_supported")


@pytest.mark.parametrize("kind", ["application/json", "text/html", "application/octet-stream", ""])
def test_a_body_that_says_it_is_none_is_refused(client, ana, kind):
    answer = put(client, ana, jpeg(), kind)
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


def with_chunk(name, data):
    """Return a PNG with one more chunk before its pixels."""
    png = encoded(halves(), "PNG")
    body = name + data
    chunk = struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    return png[:33] + chunk + png[33:]


def zipped_beside(picture):
    out = io.BytesIO(picture)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("run.js", "alert(1)")
    return out.getvalue()


def huge_png(width, height):
    """Return a PNG whose header tells of more than there is."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"IHDR" + header
    png = encoded(halves(), "PNG")
    return png[:8] + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body)) + png[33:]


DAMAGED = {
    "a half JPEG": jpeg()[: len(jpeg()) // 2],
    "a JPEG without its end": jpeg()[:-60],
    "a half PNG": encoded(halves(), "PNG")[:120],
    "a half WebP": encoded(halves(), "WEBP")[:60],
    "a JPEG's first bytes": b"\xff\xd8\xff\xe0",
    "a PNG's signature": b"\x89PNG\r\n\x1a\n",
    "a WebP's head": b"RIFF\x04\0\0\0WEBP",
    "a text bomb": with_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * (80 << 20))),
    "a profile bomb": with_chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(b"\0" * (200 << 20))),
    "a JPEG and a zip": zipped_beside(jpeg()),
    "a PNG and a zip": zipped_beside(encoded(halves(), "PNG")),
    "a JPEG and a page": jpeg(comment=b"<SCRIPT>alert(1)</SCRIPT>"),
    "a JPEG and a program": jpeg(comment=b"<?php system($_GET[0]); ?>"),
    "a JPEG and a PDF": jpeg(comment=b"%PDF-1.7"),
    "0 pixels": huge_png(0, 10),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_and_double_files_are_refused(client, ana, name):
    answer = put(client, ana, DAMAGED[name], "image/png")
    is_bomb = name == "a profile bomb"  # its profile is left unread, so that the pixels may count
    assert answer.status_code == 422 or (is_bomb and answer.status_code == 200), answer.json
    assert answer.status_code == 200 or answer.json["code"] == "image_unreadable"


@pytest.mark.parametrize(
    "content",
    [
        huge_png(8000, 5001),
        huge_png(60_000, 60_000),
        huge_png(2**31 - 1, 2**31 - 1),
        encoded(Image.new("1", (8000, 5001)), "PNG"),
    ],
    ids=["40 megapixels and a row", "3,600 megapixels", "the most a header can say", "for real"],
)
def test_too_many_pixels_are_refused_before_they_are_made(client, ana, content):
    answer = put(client, ana, content, "image/png")
    assert (answer.status_code, answer.json["code"]) == (422, "too_many_pixels")
    assert answer.json["greatest_pixel_count"] == 40_000_000


def test_40_megapixels_are_taken():
    assert opened(pictures.made_anew(encoded(Image.new("1", (8000, 5000)), "PNG")))


def test_8_mib_are_taken_and_a_byte_more_is_not(client, ana):
    content = jpeg()
    most = content + b"\0" * (pictures.MAX_BYTES - len(content))
    assert put(client, ana, most).status_code == 200
    answer = put(client, ana, most + b"\0")
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_a_body_far_too_large_is_refused_by_what_it_says_of_itself(client, ana):
    answer = client.put(
        IMAGE,
        headers=ana,
        content_type="image/jpeg",
        environ_overrides={"CONTENT_LENGTH": str(64 << 20)},  # and not a byte is there to be read
    )
    assert answer.status_code == 413


def test_a_refused_picture_leaves_the_one_before(client, ana, account_id):
    put(client, ana, jpeg())
    before = kept(client, ana, account_id)
    assert put(client, ana, jpeg()[:300]).status_code == 422
    assert kept(client, ana, account_id) == before


# The decoder's process


def decode(content):
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-I", decoder.__file__], input=content, capture_output=True, check=False
    )
    return done.returncode, time.monotonic() - began


def test_decoding_stays_within_its_memory():
    """A worst case: a WebP of 40 megapixels with transparency is decoded several times over."""
    content = encoded(Image.new("RGBA", (8000, 5000), (1, 2, 3, 4)), "WEBP", lossless=True)
    assert len(content) < 2000
    assert opened(pictures.made_anew(content))
    peak_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert peak_kib * 1024 <= decoder.MEMORY_BYTES


CONFINED = """
import runpy, socket, sys
decoder = runpy.run_path(sys.argv[1])
decoder["confine"]()
wrong = []
for name, attempt in {
    "file": lambda: open("/etc/passwd"),
    "socket": lambda: socket.socket(),
    "program": lambda: __import__("os").pipe(),
    "memory": lambda: bytearray(2 << 30),
}.items():
    try:
        attempt()
    except (OSError, MemoryError):
        continue
    wrong.append(name)
print(wrong)
"""


def test_the_decoder_can_open_nothing():
    done = subprocess.run(
        [sys.executable, "-I", "-c", CONFINED, decoder.__file__],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_the_decoder_limits_itself_before_it_reads():
    with subprocess.Popen(
        [sys.executable, "-I", decoder.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        deadline_s = time.monotonic() + 20
        while "Max open files            0 " not in (limits := limits_of(process)):
            assert time.monotonic() < deadline_s, limits
            time.sleep(0.01)
        assert f"Max address space         {decoder.MEMORY_BYTES} " in limits
        assert f"Max cpu time              {decoder.CPU_S} " in limits
        out, _ = process.communicate(jpeg())
    assert opened(out)


def limits_of(process):
    """Return what the kernel says of a process's limits."""
    path = Path(f"/proc/{process.pid}/limits")
    if not path.exists():
        pytest.skip("only Linux tells a process's limits")
    return path.read_text()


def test_the_decoder_sees_no_setting_and_no_module_of_ours(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "not for the decoder")
    spy = tmp_path / "spy.py"
    spy.write_text("import os, sys\nsys.exit(4 if os.environ.get('SECRET_KEY') else 0)\n")
    monkeypatch.setattr(pictures, "_DECODER", spy)
    with pytest.raises(ImageUnreadable):  # it wrote no picture; a status of 4 would be pixels
        pictures.made_anew(jpeg())
    assert "fittrack" not in decoder.__loader__.get_source(decoder.__name__)


def test_a_decoder_that_hangs_is_ended(monkeypatch, tmp_path):
    stuck = tmp_path / "stuck.py"
    stuck.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(pictures, "_DECODER", stuck)
    monkeypatch.setattr(pictures, "WALL_S", 0.3)
    began = time.monotonic()
    with pytest.raises(ImageUnreadable):
        pictures.made_anew(jpeg())
    assert time.monotonic() - began < 30


def test_too_many_pixels_cost_no_time():
    status, took_s = decode(huge_png(60_000, 60_000))
    assert (status, took_s < 5) == (decoder.TOO_MANY_PIXELS, True)
    with pytest.raises(TooManyPixels):
        pictures.made_anew(huge_png(60_000, 60_000))


# Kept and let go


def test_a_picture_is_replaced_and_deleted(client, ana, account_id):
    first = put(client, ana, jpeg()).json["content_sha256"]
    second = put(client, ana, encoded(Image.new("RGB", (9, 9), BLUE), "PNG")).json
    assert second["content_sha256"] != first
    assert not is_reddish(opened(kept(client, ana, account_id)).getpixel((256, 256)))

    assert client.delete(IMAGE, headers=ana).status_code == 204
    answer = client.get(f"/api/v1/users/{account_id}/image", headers=ana)
    assert (answer.status_code, answer.json["code"]) == (404, "image_not_found")
    assert client.get("/api/v1/users/me/profile", headers=ana).json["image_url"] is None
    assert client.delete(IMAGE, headers=ana).status_code == 204


def test_a_picture_is_kept_by_its_reader_and_asked_about_again(client, ana, account_id):
    put(client, ana, jpeg())
    address = f"/api/v1/users/{account_id}/image"
    first = client.get(address, headers=ana)
    assert first.headers["Content-Type"] == "image/webp"
    assert first.headers["Cache-Control"] == "private, no-cache"
    tag = {"If-None-Match": first.headers["ETag"]}
    assert client.get(address, headers={**ana, **tag}).status_code == 304


def test_pictures_sent_at_the_same_moment_leave_one(app, client, ana, account_id, database):
    sent = [encoded(Image.new("RGB", (20, 20), (n * 40, 0, 0)), "PNG") for n in range(3)]

    def send(content):
        with app.test_client() as own:
            return put(own, ana, content).status_code

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(send, sent)) == [200] * 3
    [count] = database.raw().execute("SELECT COUNT(*) FROM profile_images").fetchone()
    assert count == 1
    assert opened(kept(client, ana, account_id))


def test_no_more_wait_to_be_decoded_than_leave_a_thread_for_others(client, ana):
    done = threading.Event()

    def decode():
        with pictures.gate():
            done.wait()

    with ThreadPoolExecutor(6) as pool:
        held = [pool.submit(decode) for _ in range(6)]
        while sum(each.done() for each in held) < 3:
            time.sleep(0.01)
        began_s = time.monotonic()
        answer = put(client, ana, jpeg())
        waited_s = time.monotonic() - began_s
        done.set()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert waited_s < pictures.WAIT_S / 2
    assert sum(isinstance(each.exception(), Unavailable) for each in held) == 3
    assert put(client, ana, jpeg()).status_code == 200
