"""What files a job gives out are called in addresses, and which kind of artifact each is."""

EXPORTS = {
    "json": "json",
    "csv": "csv_spans",
    "curves.csv": "csv_curves",
    "vtt": "vtt",
    "srt": "srt",
    "eaf": "eaf",
    "audacity": "audacity",
    "png": "png",
    "mp4": "annotated",
    "proxy": "proxy",
    "explanation": "explanation",
}
