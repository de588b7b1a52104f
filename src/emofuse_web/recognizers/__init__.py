"""The recognizers one can choose from: their cards and limits, as pages."""
