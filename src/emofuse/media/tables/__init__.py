"""Tables that others wrote: rows and columns out of csv, parquet and npz files."""
