"""Instance to canonical problem and back."""
