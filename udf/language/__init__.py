"""Where training and inference meet: chunks become prompts, answers become readings. The format alone."""
