"""The compiler: text in, outcome out."""
