"""Weights: train them, pack them, hold them to torch, ship them. The one room that needs torch."""
