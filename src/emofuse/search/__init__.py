"""Many settings of one recipe, judged on valid clips alone."""
