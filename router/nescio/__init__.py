"""nescio routes a query to the expert that can answer it, and says "I don't know" when none can."""
