"""Tables of where and who."""

from districts.models.geography import (
    Block,
    BlockDistrict,
    District,
    GazetteerVersion,
    PinCode,
    Place,
    PlaceName,
    State,
    SubDistrict,
)
from districts.models.people import Leave, Officer, Posting, Role, Shift

__all__ = [
    "Block",
    "BlockDistrict",
    "District",
    "GazetteerVersion",
    "Leave",
    "Officer",
    "PinCode",
    "Place",
    "PlaceName",
    "Posting",
    "Role",
    "Shift",
    "State",
    "SubDistrict",
]
