"""The formulas of one parcel, one offer, one lane: each in one place."""
