#!/usr/bin/env python3
"""Writes packages/data/fixtures/images and images.json: images as Pillow writes and reads them, and as PyTorch resizes them.

    python3 scripts/reference/images.py

Versions stand in images.json. JPEG files have full colour resolution, since decoders upsample colours in ways of their own.
"""
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import PIL
import torch
from PIL import Image

random = np.random.default_rng(5)
folder = Path(__file__).resolve().parents[2] / "packages/data/fixtures"
(folder / "images/cats").mkdir(parents=True, exist_ok=True)
(folder / "images/dogs").mkdir(parents=True, exist_ok=True)
height, width = 7, 11
files = {}


def smooth(channels):
    """Waves, which JPEG keeps well."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [128 + 100 * np.sin(0.3 * x * (c + 1) + 0.2 * y + random.random() * 6) for c in range(channels)]
    return np.stack(planes, -1).astype(np.uint8)


def save(name, image, exact=True, **options):
    image.save(folder / "images" / name, **options)
    back = Image.open(folder / "images" / name)
    if back.mode in ("1", "L"):
        pixels = np.asarray(back.convert("L"), dtype=float)[..., None] / 255
    elif back.mode == "I;16":
        pixels = np.asarray(back, dtype=float)[..., None] / 65535
    elif back.mode in ("LA", "RGBA"):
        both = np.asarray(back, dtype=float) / 255
        pixels = both[..., :-1] * both[..., -1:] + 1 - both[..., -1:]
    else:
        pixels = np.asarray(back.convert("RGB"), dtype=float) / 255
    files[name] = {"shape": list(pixels.shape), "pixels": pixels.ravel().tolist(), "exact": exact}


save("cats/colours.png", Image.fromarray(random.integers(0, 256, (height, width, 3), dtype=np.uint8)))
save("cats/opacity.png", Image.fromarray(random.integers(0, 256, (height, width, 4), dtype=np.uint8)))
save("cats/photo.jpg", Image.fromarray(smooth(3)), exact=False, quality=95, subsampling=0)
save("cats/palette.png", Image.fromarray(random.integers(0, 256, (height, width, 3), dtype=np.uint8)).quantize(13))
save("dogs/bit.png", Image.fromarray(random.random((height, width)) < 0.5))
save("dogs/deep.png", Image.fromarray(random.integers(0, 65536, (height, width), dtype=np.uint16)))
save("dogs/grey.png", Image.fromarray(random.integers(0, 256, (height, width), dtype=np.uint8)))
save("dogs/grey-opacity.png", Image.fromarray(random.integers(0, 256, (height, width, 2), dtype=np.uint8), "LA"))
save("dogs/photo.jpeg", Image.fromarray(smooth(1)[..., 0]), exact=False, quality=95)

resized = []
for channels, size in [(1, (3, 5)), (3, (5, 17)), (3, (14, 4)), (1, (7, 12)), (3, (1, 1))]:
    image = random.random((height, width, channels))
    planes = torch.tensor(image).permute(2, 0, 1)[None]
    out = torch.nn.functional.interpolate(planes, size=size, mode="bilinear", antialias=True, align_corners=False)
    resized.append({"shape": [height, width, channels], "pixels": image.ravel().tolist(), "size": list(size), "expected": out[0].permute(1, 2, 0).ravel().tolist()})
about = f"Images as Pillow {PIL.__version__} reads them and PyTorch {torch.__version__} resizes them in float64; scripts/reference/images.py."
(folder / "images.json").write_text(json.dumps({"about": about, "files": files, "resized": resized}, indent=1) + "\n")
