"""Distances by road, sea, rail and air; outlines and gazetteer."""
