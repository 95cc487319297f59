"""The two readers of a message: `rules` by the standards alone, `model` by asking an engine, and asking again."""
