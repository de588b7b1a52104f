"""Who is learnt from, who is judged: functions from clips to splits."""
