"""What is written: JSON, its schema, and tables. Everything here is made of `ScoreReport` alone."""
