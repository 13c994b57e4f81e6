"""Local models: the catalogue, provisioning, and the llama.cpp worker processes that run them."""
