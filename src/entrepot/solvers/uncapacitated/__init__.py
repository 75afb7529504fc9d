"""Uncapacitated facility location and p-median: prices, cuts and plans over neighbour lists."""
