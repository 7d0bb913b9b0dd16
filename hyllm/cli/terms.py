"""What the words of the score tables mean, in short; docs/scores.md has all of them."""

LEGEND = """\b
Words of the table (all of them: docs/scores.md, "Terms"):
  gold                what is true of a page, as annotators settled it
  record              a project, meeting or official
  slot                one value of a record; an item of a list is one
  P, R, F1            right of what was predicted, right of what gold has, both in one
  95 % (pages)        where F1 over many such pages would lie; a single page varies more
  grounded + correct  right, and its words found at their place on the page
  POS                 slots that gold has
  cor, inc            right; wrong (gold has another value)
  mis, spu            missing; spurious (gold has none there)
  ceiling             one annotator against the other: more cannot be told from noise
  floor               patterns without a model
  baseline            the blessed run this one is compared with (n.s.: no significant change)
  margin              how far slots F1 may lie under the baseline
  gate                a condition that a run must pass"""
"""For the end of a `--help`."""

FOOTNOTE = "what these words mean: hyllm eval show --help, and docs/scores.md, Terms"
"""For the end of a table."""
