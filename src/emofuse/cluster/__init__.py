"""Many files and many cells, on many machines: who does them, what is done already, and one table of what became of each."""
