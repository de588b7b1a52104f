"""Files on their way in: resumable, checked by what they are, before anything else touches them."""
