"""The engine: canonical problem in, solution with bounds out."""
