"""DD-MM-YYYY and 24-hour times, Indian grouping of digits."""

DATE_FORMAT = "d-m-Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "d-m-Y H:i"
SHORT_DATE_FORMAT = "d-m-Y"
SHORT_DATETIME_FORMAT = "d-m-Y H:i"
NUMBER_GROUPING = (3, 2, 0)
