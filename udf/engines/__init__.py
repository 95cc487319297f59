"""What answers prompts: llama.cpp in this process, a larger model that talks, an endpoint; each behind one protocol."""
