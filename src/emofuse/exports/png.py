"""PNG: the timeline as a picture, for reports and the README."""

from functools import partial

from emofuse.exports.base.picture import save_as

SUFFIX = ".png"
SUMMARY = "a picture: lanes of spans, and a curve for every label"
save = partial(save_as, kind="png")
