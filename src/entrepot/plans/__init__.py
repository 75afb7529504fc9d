"""Plan, result and the referee."""
