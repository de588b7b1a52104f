"""Why an answer is what it is: which member, and what in its signal, moved the score."""
