"""In Russian."""

DATE_FORMAT = "j E Y г."
DATETIME_FORMAT = "j E Y г., H:i T"
SHORT_DATE_FORMAT = "d.m.Y"
SHORT_DATETIME_FORMAT = "d.m.Y H:i T"
