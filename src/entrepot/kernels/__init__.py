"""Loops in numba: arrays in, arrays out."""
