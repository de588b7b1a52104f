"""Features to one sequence a modality, in two halves."""
