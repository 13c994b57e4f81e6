"""The evaluation harness: data sets, arms, runs, and what can be concluded from them."""
