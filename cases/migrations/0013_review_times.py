"""Three reviews a day, as collectors hold them: before the field goes out, at noon, and in the evening."""

from datetime import time
from typing import Any

from django.db import migrations

TIMES = [("Morning", "सुबह", time(9)), ("Noon", "दोपहर", time(13)), ("Evening", "शाम", time(18))]


def add(apps: Any, _editor: Any) -> None:
    """The default times."""
    table = apps.get_model("cases", "ReviewTime")
    for name, name_hi, at in TIMES:
        table.objects.get_or_create(at=at, defaults={"name": name, "name_hi": name_hi})


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_figures_reviews_exports")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
