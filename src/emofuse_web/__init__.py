"""The web application: drop a recording in, understand the answer, take it away. Started by ``emofuse serve``."""
