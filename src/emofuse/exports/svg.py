"""SVG: the timeline as a drawing, for print and for making larger."""

from functools import partial

from emofuse.exports.base.picture import save_as

SUFFIX = ".svg"
SUMMARY = "the same picture as a drawing that can be made larger"
save = partial(save_as, kind="svg")
