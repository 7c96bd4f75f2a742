import argparse
import os

import torch
import torch.nn.functional as F

from data import make_loaders
from model import DigitNet
from utils import accuracy, set_seed


def train_epoch(model, loader, optimizer, device):
    model.train()
    for images, labels in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images.to(device)), labels.to(device))
        loss.backward()
        optimizer.step()
    return loss.item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="/home/anna/scans")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=42)
    args = parser.parse_args()

    set_seed(args.seed)
    torch.backends.cudnn.benchmark = True
    device = "cuda" if torch.cuda.is_available() else "cpu"

    train_loader, test_loader = make_loaders(args.data)
    model = DigitNet().to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)

    best = 0.0
    os.makedirs("checkpoints", exist_ok=True)
    for epoch in range(args.epochs):
        loss = train_epoch(model, train_loader, optimizer, device)
        score = accuracy(model, test_loader, device)
        print(f"epoch {epoch}: loss {loss:.4f}, accuracy {score:.4f}")
        if score > best:
            best = score
            torch.save(model.state_dict(), "checkpoints/best.pt")


if __name__ == "__main__":
    main()
