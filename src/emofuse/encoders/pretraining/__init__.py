"""What `emofuse.encoders.pretrained` is made of: adapters, and one file for what models of a kind are given."""
