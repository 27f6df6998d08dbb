"""`cqi init`: looks at an extract, proposes what each of its columns and codes is, asks, and writes `cqi.toml` and a source beside it."""
