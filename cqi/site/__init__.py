"""A site: what one agency has run, written in its `cqi.toml`, and where its files lie."""
