import os

import numpy as np
import torch
from PIL import Image
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, Dataset


def find_scans(root):
    scans = []
    for digit in os.listdir(root):
        folder = os.path.join(root, digit)
        for name in os.listdir(folder):
            scans.append((os.path.join(folder, name), int(digit)))
    return scans


class Scans(Dataset):
    def __init__(self, scans, augment=False):
        self.scans = scans
        self.augment = augment

    def __len__(self):
        return len(self.scans)

    def __getitem__(self, index):
        path, label = self.scans[index]
        image = np.asarray(Image.open(path).convert("L").resize((28, 28)), dtype=np.float32)
        image = image / 255.0
        if self.augment:
            shift = np.random.randint(-2, 3, size=2)
            image = np.roll(image, shift, axis=(0, 1))
            image = image + np.random.normal(0, 0.02, image.shape).astype(np.float32)
        return torch.from_numpy(image).unsqueeze(0), label


def make_loaders(root, batch_size=64, workers=4):
    train, test = train_test_split(find_scans(root), test_size=0.2)
    train_loader = DataLoader(
        Scans(train, augment=True), batch_size=batch_size, shuffle=True, num_workers=workers
    )
    test_loader = DataLoader(Scans(test), batch_size=batch_size, num_workers=workers)
    return train_loader, test_loader
