"""Partners that are drawn anew, what their messages state, and the examples made of them."""
