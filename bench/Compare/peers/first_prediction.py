"""One photograph through a saved CBAM-ResNet-50, as a user's script does it, from the start of the process.

    first_prediction.py save FOLDER               weights.npz → weights.pt, script.pt and photo.jpg
    first_prediction.py eager|script FOLDER       prints the class
"""

import os
import sys

import numpy as np
import torch
from PIL import Image

import networks

SIZE, MEAN, STD = 224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def photo(path):
    """Blurred noise: colours, edges and gradients at every scale, as a photograph has."""
    random = np.random.default_rng(5)
    picture = np.zeros((480, 640, 3))
    for cell in (4, 16, 64):
        grid = random.random((480 // cell + 2, 640 // cell + 2, 3)) * 255
        picture += np.asarray(Image.fromarray(grid.astype(np.uint8)).resize((640, 480), Image.BICUBIC), np.float64) / 3
    Image.fromarray(picture.astype(np.uint8)).save(path, quality=90)


def load(path):
    image = Image.open(path).convert("RGB")
    width, height = image.size
    scale = 256 / min(width, height)
    image = image.resize((round(width * scale), round(height * scale)), Image.BILINEAR)
    left, top = (image.width - SIZE) // 2, (image.height - SIZE) // 2
    x = torch.from_numpy(np.array(image.crop((left, top, left + SIZE, top + SIZE)))).permute(2, 0, 1).float() / 255
    return ((x - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)).unsqueeze(0)


def main():
    task, folder = sys.argv[1:3]
    photograph, weights, script = (os.path.join(folder, name) for name in ("photo.jpg", "weights.pt", "script.pt"))
    with torch.no_grad():
        if task == "save":
            photo(photograph)
            arrays = np.load(os.path.join(folder, "weights.npz"))
            model = networks.build("resnet50", "cbam", None)
            model.load_state_dict({n: torch.from_numpy(arrays[n]) for n in arrays.files}, strict=False)
            torch.save(model.state_dict(), weights)
            torch.jit.freeze(torch.jit.trace(model.eval(), load(photograph))).save(script)
            return
        if task == "script":
            model = torch.jit.load(script)
        else:
            model = networks.build("resnet50", "cbam", None)
            model.load_state_dict(torch.load(weights))
            model.eval()
        print(int(model(load(photograph)).argmax()))


main()
