"""Transcripts as people have them: plain text, subtitles, tables and ELAN files, read as utterances with their times."""
